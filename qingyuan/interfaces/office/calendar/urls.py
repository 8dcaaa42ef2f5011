"""Addresses of the calendar."""

from django.urls import path

from qingyuan.interfaces.office.calendar import views

app_name = "calendar"
urlpatterns = [
    path("calendar/", views.year, name="year"),
    path("calendar/day/", views.day, name="day"),
    path("calendar/import/", views.upload, name="import"),
    path("calendar/import/sample/", views.sample, name="sample"),
]
