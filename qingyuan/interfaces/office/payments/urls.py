"""Addresses of payments and receipts."""

from django.urls import path

from qingyuan.interfaces.office.payments import views

app_name = "payments"
urlpatterns = [
    path("payments/", views.payments, name="list"),
    path("payments/<str:payment_no>/", views.payment, name="detail"),
    path("payments/<str:payment_no>/void/", views.void, name="void"),
    path("receipts/<str:receipt_no>/", views.receipt, name="receipt"),
    path("receipts/<str:receipt_no>.pdf", views.receipt_pdf, name="receipt-pdf"),
]
