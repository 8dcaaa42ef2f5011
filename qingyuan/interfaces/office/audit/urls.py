"""Addresses of the audit trail."""

from django.urls import path

from qingyuan.interfaces.office.audit import views

app_name = "audit"
urlpatterns = [
    path("audit/", views.entries, name="list"),
    path("audit/chain/", views.chain, name="chain"),
    path("audit/<int:entry_id>/", views.entry, name="detail"),
]
