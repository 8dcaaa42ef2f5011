"""Addresses of company profiles."""

from django.urls import path

from qingyuan.interfaces.office.company import views

app_name = "company"
urlpatterns = [
    path("company/", views.companies, name="list"),
    path("company/<str:code>/", views.profile, name="detail"),
    path("company/<str:code>/edit/", views.edit, name="edit"),
    path("company/<str:code>/logo/", views.logo, name="logo"),
    path("company/<str:code>/logo/file/", views.logo_file, name="logo-file"),
    path("company/<str:code>/bank-accounts/new/", views.add_account, name="add-account"),
    path("company/<str:code>/bank-accounts/<int:account_id>/close/", views.close_account, name="close-account"),
]
