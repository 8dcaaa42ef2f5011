"""Addresses of roles."""

from django.urls import path

from qingyuan.interfaces.office.roles import views

app_name = "roles"
urlpatterns = [
    path("roles/", views.roles, name="list"),
    path("roles/new/", views.create, name="new"),
    path("roles/who-may/", views.who_may, name="who-may"),
    path("roles/<slug:code>/", views.role, name="detail"),
    path("roles/<slug:code>/edit/", views.edit, name="edit"),
    path("roles/<slug:code>/reset/", views.reset, name="reset"),
    path("roles/<slug:code>/news/", views.news, name="news"),
    path("roles/<slug:code>/remove/", views.remove, name="remove"),
]
