"""Addresses without a language or a sign-in."""

from django.urls import path

from qingyuan.interfaces.office.health import views

app_name = "health"
urlpatterns = [
    path("healthz", views.alive, name="alive"),
    path("readyz", views.ready, name="ready"),
]
