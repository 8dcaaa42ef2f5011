"""Addresses of background jobs."""

from django.urls import path

from qingyuan.interfaces.office.jobs import views

app_name = "jobs"
urlpatterns = [
    path("jobs/", views.jobs, name="list"),
    path("jobs/<int:job_id>/", views.job, name="detail"),
    path("jobs/<int:job_id>/progress/", views.progress, name="progress"),
]
