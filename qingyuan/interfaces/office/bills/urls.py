"""Addresses of bills."""

from django.urls import path

from qingyuan.interfaces.office.bills import change_views, slips, views

app_name = "bills"
urlpatterns = [
    path("bills/", views.bills, name="list"),
    path("bills/<str:bill_no>/", views.bill, name="detail"),
    path("bills/<str:bill_no>/explanation.pdf", views.explanation, name="explanation"),
    path("bills/<str:bill_no>/slips.pdf", slips.slips, name="slips"),
    path("bills/<str:bill_no>/cancel/", change_views.cancel, name="cancel"),
    path("bills/<str:bill_no>/rebill/", change_views.rebill, name="rebill"),
]
