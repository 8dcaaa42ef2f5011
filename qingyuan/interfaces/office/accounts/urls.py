"""Addresses of the area. Account numbers may hold a slash, so what follows one comes before the bare number."""

from django.urls import path

from qingyuan.interfaces.office.accounts import (
    changes,
    files,
    list_page,
    notices,
    opening,
    people,
    relief_costs,
    relief_schemes,
    reliefs,
    tabs,
    taxes,
)

app_name = "accounts"
ONE = "accounts/<path:account_no>/"
urlpatterns = [
    path("accounts/", list_page.accounts, name="list"),
    path("reliefs/", reliefs.reliefs, name="reliefs"),
    path("relief-schemes/", relief_schemes.schemes, name="relief-schemes"),
    path("relief-schemes/new/", relief_schemes.create_scheme, name="relief-scheme-new"),
    path("relief-costs/", relief_costs.costs, name="relief-costs"),
    path("relief-schemes/<str:code>/", relief_costs.scheme, name="relief-scheme"),
    path("relief-schemes/<str:code>/edit/", relief_schemes.edit_scheme, name="relief-scheme-edit"),
    path("search/", list_page.search, name="search"),
    path("accounts/new/", opening.new_account, name="new"),
    path("accounts/new/lookalikes/", opening.lookalikes, name="lookalikes"),
    path(f"{ONE}meters/", tabs.meters, name="meters"),
    path(f"{ONE}readings/", tabs.readings, name="readings"),
    path(f"{ONE}bills/", tabs.bills, name="bills"),
    path(f"{ONE}payments/", tabs.payments, name="payments"),
    path(f"{ONE}notices/", notices.notices, name="notices"),
    path(f"{ONE}files/", files.files, name="files"),
    path(f"{ONE}files/<slug:sha256>/", files.download, name="file"),
    path(f"{ONE}log/", tabs.log, name="log"),
    path(f"{ONE}phone/", people.reveal_phone, name="phone"),
    path(f"{ONE}document/", people.document, name="document"),
    path(f"{ONE}contact/", people.contact, name="contact"),
    path(f"{ONE}customer/", people.customer, name="customer"),
    path(f"{ONE}holder/", people.holder, name="holder"),
    path(f"{ONE}people/", changes.household, name="people"),
    path(f"{ONE}relief/", changes.relief, name="relief"),
    path(f"{ONE}relief/end/", changes.end_relief, name="relief-end"),
    path(f"{ONE}tax/", taxes.tax, name="tax"),
    path(f"{ONE}hold/", changes.place_hold, name="hold"),
    path(f"{ONE}hold/<int:hold_id>/lift/", changes.lift_hold, name="hold-lift"),
    path(f"{ONE}edit/", changes.particulars, name="edit"),
    path(ONE, tabs.overview, name="detail"),
]
