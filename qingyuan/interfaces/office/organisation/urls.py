"""Addresses of the organisation."""

from django.urls import path

from qingyuan.interfaces.office.organisation import views

app_name = "organisation"
urlpatterns = [
    path("organisation/", views.units, name="list"),
    path("organisation/new/", views.create, name="new"),
    path("organisation/<str:code>/", views.unit, name="detail"),
    path("organisation/<str:code>/edit/", views.edit, name="edit"),
    path("organisation/<str:code>/move/", views.move, name="move"),
    path("organisation/<str:code>/close/", views.close, name="close"),
    path("organisation/<str:code>/reopen/", views.reopen, name="reopen"),
]
