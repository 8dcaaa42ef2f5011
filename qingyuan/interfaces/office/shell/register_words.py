"""Words for what the registers hold (登记簿用语): areas, permissions, audit actions, fields of a change, parameters' values."""

from decimal import Decimal

from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from qingyuan.interfaces.office.shell.text import Label
from qingyuan.kernel.declarations import Parameter, ParameterType
from qingyuan.platform import registry

AREAS: dict[str, Label] = {
    "customers": pgettext_lazy("area", "Customers"),
    "routes": pgettext_lazy("area", "Areas and books"),
    "meters": pgettext_lazy("area", "Meters and points"),
    "readings": pgettext_lazy("area", "Meter reading"),
    "tariffs": pgettext_lazy("area", "Prices"),
    "billing": pgettext_lazy("area", "Billing"),
    "payments": pgettext_lazy("area", "Payments"),
    "ledger": pgettext_lazy("area", "Ledger"),
    "organisation": pgettext_lazy("area", "Organisation"),
    "company": pgettext_lazy("area", "Company profile"),
    "staff": pgettext_lazy("area", "Staff"),
    "roles": pgettext_lazy("area", "Roles and rights"),
    "parameters": pgettext_lazy("area", "Parameters"),
    "dictionary": pgettext_lazy("area", "Dictionary"),
    "calendar": pgettext_lazy("area", "Calendar"),
    "numbering": pgettext_lazy("area", "Numbers"),
    "files": pgettext_lazy("area", "Attachments"),
    "jobs": pgettext_lazy("area", "Background jobs"),
    "audit": pgettext_lazy("area", "Audit"),
}
"""The first part of a code, in the order in which pages group by it."""

OBJECTS: dict[str, Label] = {
    "account": _("account"),
    "allocation": _("allocation"),
    "attachment": _("attachment"),
    "bank_account": _("bank account"),
    "bill": _("bill"),
    "billing_run": _("billing run"),
    "book": _("book"),
    "calendar_day": _("calendar day"),
    "calendar_year": _("calendar year"),
    "cash_session": _("shift"),
    "company": _("company"),
    "customer": _("customer"),
    "dictionary": _("dictionary"),
    "job": _("job"),
    "list": _("list"),
    "meter": _("meter"),
    "org_unit": _("unit"),
    "parameter": _("parameter"),
    "payment": _("payment"),
    "service_point": _("point"),
    "price_plan": _("price plan"),
    "receipt": _("receipt"),
    "accounting_period": _("accounting period"),
    "charge_item": _("charge item"),
    "chart_account": _("ledger account"),
    "community": _("estate"),
    "meter_model": _("meter model"),
    "run_plan": _("billing plan"),
    "reading_area": _("reading area"),
    "reading_condition": _("reading condition"),
    "reading_import": _("import of readings"),
    "reading_item": _("reading"),
    "reading_task": _("reading task"),
    "region": _("region"),
    "rerate_proposal": _("correction proposal"),
    "role": _("role"),
    "tier_group": _("tier group"),
    "usage_class": _("usage class"),
    "staff": _("staff member"),
}
"""The kinds of objects that audit entries name; the filter of the trail offers these."""

FIELDS: dict[str, Label] = {
    "account_name": _("Account name at the bank"),
    "address": _("Office address"),
    "amount": _("Amount"),
    "arguments": _("Arguments"),
    "at_unit": _("At unit"),
    "bank_name": _("Bank"),
    "book_ids": _("Books"),
    "closed_date": pgettext_lazy("settings", "Closed on"),
    "count": _("Count"),
    "description": _("Description"),
    "field": _("Field"),
    "filters": _("Filter"),
    "from_date": _("From"),
    "is_active": pgettext_lazy("settings", "In use"),
    "is_company": _("Legal entity"),
    "keys_sha256": _("Digest of the numbers"),
    "kind": _("Kind"),
    "legal_name": _("Legal name"),
    "logo_hash": _("Logo"),
    "name": _("Name"),
    "name_en": _("English name"),
    "on": _("Date"),
    "parent": _("Belongs to"),
    "permissions": _("Permissions"),
    "phone": _("Telephone"),
    "position": _("Position"),
    "purpose": _("Purpose"),
    "role": pgettext_lazy("settings", "Role"),
    "roles_ended": _("Roles ended"),
    "rows": _("Rows"),
    "service_hotline": _("Service hotline"),
    "short_name": _("Short name"),
    "size_bytes": _("Size in bytes"),
    "staff_no": _("Staff no."),
    "state": _("State"),
    "tax_no": _("Tax number"),
    "time_zone": _("Time zone"),
    "title": _("Title"),
    "account_no": _("Account no."),
    "account": _("account"),
    "activity": _("Held activity"),
    "at": _("When"),
    "bills": _("Bills"),
    "book": _("book"),
    "books": _("Books"),
    "calibre": _("Calibre"),
    "cashier": _("Cashier"),
    "content_hash": _("Digest of the content"),
    "counted": _("Counted cash"),
    "customer": _("customer"),
    "digits": _("Digits"),
    "effective_from": _("In effect from"),
    "expected": _("Expected cash"),
    "file": _("File"),
    "final_values": _("Final values"),
    "float": _("Float"),
    "item_code": _("Charge item"),
    "left_out": _("Left out"),
    "media_type": _("Kind of file"),
    "meter_no": _("Meter no."),
    "old_no": _("Old number"),
    "order_no": _("Order in the book"),
    "over_short": _("Over or short"),
    "payee": _("Payee"),
    "plan_code": _("Price plan"),
    "posting_date": _("Posting date"),
    "print_no": _("Print no."),
    "received": _("Received"),
    "receipt": _("receipt"),
    "reason": _("Reason"),
    "round": _("Round"),
    "source": _("Source"),
    "start_values": _("Start values"),
    "tier_anchor": _("Start of the tier cycle"),
    "usage": _("Usage class"),
    "volume": _("Volume"),
    "yyyymm": _("Month"),
    "to_date": _("Until"),
    "total": _("Total"),
    "unit": pgettext_lazy("settings", "Unit"),
    "unit_id": pgettext_lazy("settings", "Unit"),
    "value": _("Value"),
}
"""Names of the fields that audit entries tell of; others keep the name that the program has for them."""

CHOICES: dict[str, Label] = {
    "staff.password_profile=dengbao-3": _("8 characters of 3 kinds, changed every 90 days"),
    "staff.password_profile=asvs": _("12 characters, no forced change"),
    "ledger.auto_offset=none": _("never"),
    "ledger.auto_offset=whole_bills": _("whole bills only"),
    "ledger.auto_offset=partly": _("parts of bills too"),
    "ledger.clearing_order=pro_rata": _("in proportion"),
    "ledger.clearing_order=fixed_order": _("one charge item after another"),
    "ledger.bill_slips=combined": _("combined: one slip, paid whole"),
    "ledger.bill_slips=by_payee": _("a slip for each payee"),
    "ledger.bill_slips=by_charge": _("a slip for each charge item"),
    "payments.allocation=whole_bills": _("whole bills, oldest first"),
    "payments.allocation=partly": _("parts of bills too"),
}
"""What a choice of a parameter is called, by `code=choice`."""


VALUES: dict[str, Label] = {
    "GROUP": _("Utility group"),
    "COMPANY": _("Water company"),
    "BRANCH": _("Branch"),
    "STATION": _("Station"),
    "HOLIDAY": _("Holiday"),
    "WORKDAY": _("Working day"),
}
"""What stored codes of kinds are called in the trail; a code that is not here stands as it is."""


def area_of(code: str) -> str:
    """The part of a code before the point."""
    return code.partition(".")[0]


def area_label(area: str) -> Label:
    return AREAS.get(area, area)


def area_order(area: str) -> int:
    """Where pages put the area; unknown ones last."""
    known = list(AREAS)
    return known.index(area) if area in known else len(known)


def permission_label(code: str) -> str:
    """What a permission allows; the code itself where none of this name is declared any more."""
    declared = registry.permissions.all().get(code)
    return gettext(declared.label) if declared else code


def action_label(code: str) -> str:
    """What was done; the code itself where none of this name is declared any more."""
    declared = registry.audit_actions.all().get(code)
    return gettext(declared.label) if declared else code


def field_label(name: str) -> Label:
    return FIELDS.get(name, name)


def object_label(object_type: str) -> Label:
    return OBJECTS.get(object_type, object_type)


def plain_text(value: object) -> str:
    """A value of an audit entry as people read it."""
    if value is None or value == "":
        return "—"
    if isinstance(value, bool):
        return gettext("yes") if value else gettext("no")
    if isinstance(value, list | tuple):
        return "、".join(plain_text(one) for one in value) or "—"
    if isinstance(value, dict):
        return "；".join(f"{field_label(name)}：{plain_text(inner)}" for name, inner in value.items()) or "—"
    return str(VALUES.get(str(value), value))


def parameter_text(parameter: Parameter, value: object) -> str:
    """A parameter's value as its page shows it."""
    if parameter.type is ParameterType.CHOICE:
        return choice_label(parameter.code, str(value))
    if isinstance(value, Decimal):
        return f"{value:f}"
    return plain_text(value)


def choice_label(code: str, choice: str) -> str:
    return str(CHOICES.get(f"{code}={choice}", choice))
