"""Addresses of the dictionary."""

from django.urls import path

from qingyuan.interfaces.office.dictionary import views

app_name = "dictionary"
urlpatterns = [
    path("dictionary/", views.sets, name="list"),
    path("dictionary/new/", views.create_set, name="new"),
    path("dictionary/<str:set_code>/", views.entries, name="detail"),
    path("dictionary/<str:set_code>/new/", views.create, name="new-entry"),
    path("dictionary/<str:set_code>/<str:code>/edit/", views.edit, name="edit"),
]
