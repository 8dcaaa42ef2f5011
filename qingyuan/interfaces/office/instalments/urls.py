"""Addresses of instalment agreements. Account numbers may hold a slash."""

from django.urls import path

from qingyuan.interfaces.office.instalments import asking, views

app_name = "instalments"
urlpatterns = [
    path("instalments/", views.agreements, name="list"),
    path("instalments/new/<path:account_no>/", asking.ask, name="new"),
    path("instalments/<str:plan_no>/", views.agreement, name="detail"),
    path("instalments/<str:plan_no>/approve/", views.approve, name="approve"),
    path("instalments/<str:plan_no>/refuse/", views.refuse, name="refuse"),
    path("instalments/<str:plan_no>/end/", views.end, name="end"),
]
