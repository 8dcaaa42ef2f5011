"""Addresses of the price plans."""

from django.urls import path

from qingyuan.interfaces.office.tariffs import change_views, views

app_name = "tariffs"
urlpatterns = [
    path("tariffs/", views.plans, name="list"),
    path("tariffs/import/", change_views.upload, name="import"),
    path("tariffs/import/sample/", change_views.sample, name="sample"),
    path("tariffs/<str:code>/", views.plan, name="detail"),
    path("tariffs/<str:code>/example/", views.example, name="example"),
    path("tariffs/<str:code>/assign/", change_views.assign, name="assign"),
    path("tariffs/<str:code>/<int:version_id>/", views.plan, name="version"),
    path("tariffs/<str:code>/<int:version_id>/file/", change_views.export, name="export"),
    path("tariffs/<str:code>/<int:version_id>/publish/", change_views.publish, name="publish"),
]
