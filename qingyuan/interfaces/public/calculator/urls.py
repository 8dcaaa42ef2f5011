"""Addresses of the public calculator; the company's code is needed only where there are several."""

from django.urls import path

from qingyuan.interfaces.public.calculator import views

app_name = "calculator"
urlpatterns = [
    path("calculator/", views.calculator, name="calculator"),
    path("calculator/<str:company_code>/", views.calculator, name="of-company"),
]
