"""Addresses of the start page."""

from django.urls import path

from qingyuan.interfaces.office.workbench import views

app_name = "workbench"
urlpatterns = [
    path("", views.start, name="start"),
    path("workbench/jobs/", views.running_jobs, name="jobs"),
]
