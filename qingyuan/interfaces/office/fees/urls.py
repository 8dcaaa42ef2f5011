"""Addresses of other fees. Account numbers may hold a slash."""

from django.urls import path

from qingyuan.interfaces.office.fees import charging, importing, standing, standing_charging, types

app_name = "fees"
urlpatterns = [
    path("fee-types/", types.fee_types, name="types"),
    path("fee-types/new/", types.create, name="new-type"),
    path("fee-types/<str:code>/edit/", types.edit, name="edit-type"),
    path("fees/import/", importing.import_fees, name="import"),
    path("fees/import/template/", importing.template, name="import-template"),
    path("fees/standing/", standing.standing, name="standing"),
    path("fees/standing/charge/", standing_charging.charge_month, name="charge-standing"),
    path("fees/standing/<int:standing_fee_id>/", standing.one, name="standing-fee"),
    path("fees/standing/of/<path:account_no>/", standing.of_account, name="standing-of"),
    path("fees/charge/<path:account_no>/", charging.charge, name="charge"),
]
