"""The root of all addresses: each face and area brings its own `urls.py`, found by its place."""

from django.urls import include, path

from qingyuan.config.discovery import addresses

urlpatterns = [path(prefix, include(module)) for prefix, module in addresses()]

handler403 = "qingyuan.interfaces.office.shell.refusals.handler403"
handler404 = "qingyuan.interfaces.office.shell.refusals.handler404"
handler500 = "qingyuan.interfaces.office.shell.refusals.handler500"
