"""Addresses of the counter and of shifts."""

from django.urls import path

from qingyuan.interfaces.office.counter import group_views, shift_views, views

app_name = "counter"
urlpatterns = [
    path("counter/", views.counter, name="counter"),
    path("counter/open-shift/", views.open_shift, name="open-shift"),
    path("counter/search/", views.search, name="search"),
    path("counter/accounts/<str:account_no>/", views.account, name="account"),
    path("counter/groups/<str:code>/", group_views.group, name="group"),
    path("counter/payments/", views.take, name="take"),
    path("counter/group-payments/", group_views.take, name="take-group"),
    path("shift/", shift_views.own_shift, name="shift"),
    path("shifts/", shift_views.shifts, name="shifts"),
    path("shifts/<str:session_no>/", shift_views.shift_record, name="shift-record"),
    path("shifts/<str:session_no>/close/", shift_views.close_for_another, name="close-for-another"),
]
