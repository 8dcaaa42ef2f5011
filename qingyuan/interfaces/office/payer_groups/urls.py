"""Addresses of the area."""

from django.urls import path

from qingyuan.interfaces.office.payer_groups import bill, changes, views

app_name = "payer_groups"
urlpatterns = [
    path("payer-groups/", views.groups, name="list"),
    path("payer-groups/new/", changes.new_group, name="new"),
    path("payer-groups/<str:code>/", views.group, name="detail"),
    path("payer-groups/<str:code>/edit/", changes.edit, name="edit"),
    path("payer-groups/<str:code>/bill/", bill.bill, name="bill"),
    path("payer-groups/<str:code>/bill/paper/", bill.paper, name="paper"),
    path("payer-groups/<str:code>/members/add/", changes.add, name="add"),
    path("payer-groups/<str:code>/members/<str:account_no>/remove/", changes.remove, name="remove"),
]
