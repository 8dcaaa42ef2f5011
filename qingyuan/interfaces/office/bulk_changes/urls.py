"""Addresses of bulk changes: a page and a sample file for each kind."""

from django.urls import path

from qingyuan.interfaces.office.bulk_changes import views
from qingyuan.interfaces.office.bulk_changes.kinds import KINDS

app_name = "bulk_changes"
urlpatterns = [
    *(path(f"bulk-changes/{kind.key}/", views.page(kind), name=kind.key) for kind in KINDS),
    *(path(f"bulk-changes/{kind.key}/template/", views.template(kind), name=f"{kind.key}-template") for kind in KINDS),
]
