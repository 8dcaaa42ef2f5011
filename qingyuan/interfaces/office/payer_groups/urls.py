"""Addresses of the area."""

from django.urls import path

from qingyuan.interfaces.office.payer_groups import changes, views

app_name = "payer_groups"
urlpatterns = [
    path("payer-groups/", views.groups, name="list"),
    path("payer-groups/new/", changes.new_group, name="new"),
    path("payer-groups/<str:code>/", views.group, name="detail"),
    path("payer-groups/<str:code>/members/add/", changes.add, name="add"),
    path("payer-groups/<str:code>/members/<str:account_no>/remove/", changes.remove, name="remove"),
]
