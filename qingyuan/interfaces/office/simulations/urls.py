"""Addresses of price simulations."""

from django.urls import path

from qingyuan.interfaces.office.simulations import change_views, views

app_name = "simulations"
urlpatterns = [
    path("simulations/", views.simulations, name="list"),
    path("simulations/new/", change_views.start, name="new"),
    path("simulations/<int:simulation_id>/", views.simulation, name="detail"),
    path("simulations/<int:simulation_id>/progress/", views.progress, name="progress"),
    path("simulations/<int:simulation_id>/workbook/", views.workbook, name="workbook"),
    path("simulations/<int:simulation_id>/report/", views.report, name="report"),
    path("simulations/<int:simulation_id>/restart/", change_views.restart, name="restart"),
    path("simulations/<int:simulation_id>/delete/", change_views.delete, name="delete"),
]
