"""Addresses of parameters."""

from django.urls import path

from qingyuan.interfaces.office.parameters import views

app_name = "parameters"
urlpatterns = [
    path("parameters/", views.register, name="list"),
    path("parameters/<str:code>/", views.parameter, name="detail"),
    path("parameters/<str:code>/set/", views.change, name="set"),
    path("parameters/<str:code>/withdraw/<int:row_id>/", views.withdraw, name="withdraw"),
]
