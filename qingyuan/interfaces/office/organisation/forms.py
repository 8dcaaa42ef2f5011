"""Forms of units. They check shape; the operations decide."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from qingyuan.interfaces.office.organisation.words import KINDS
from qingyuan.interfaces.office.shell.choices import offer, unit_choices
from qingyuan.interfaces.office.shell.forms import PLEASE_CHOOSE, FilterForm, OfficeForm
from qingyuan.platform.organisation.queries import Unit


class UnitFilter(FilterForm):
    q = forms.CharField(
        label=_("Quick find"),
        widget=forms.TextInput(attrs={"type": "search", "placeholder": _("Code or name")}),
    )
    kind = forms.ChoiceField(label=_("Kind"), choices=[(kind.value, label) for kind, label in KINDS.items()])
    closed = forms.BooleanField(label=_("With closed ones"))


class NewUnitForm(OfficeForm):
    parent = forms.TypedChoiceField(label=_("Belongs to"), coerce=int)
    kind = forms.ChoiceField(
        label=_("Kind"), choices=[("", PLEASE_CHOOSE), *((kind.value, label) for kind, label in KINDS.items())]
    )
    code = forms.RegexField(
        label=_("Unit code"),
        regex=r"^[0-9A-Za-z_-]{1,20}$",
        help_text=_("Letters and digits; it stays for ever."),
        error_messages={"invalid": _("Only letters, digits, - and _, at most 20")},
    )
    name = forms.CharField(label=_("Name"), max_length=100)
    short_name = forms.CharField(label=_("Short name"), max_length=40, required=False)
    phone = forms.CharField(label=_("Telephone"), max_length=40, required=False)
    address = forms.CharField(label=_("Office address"), max_length=200, required=False)
    is_company = forms.BooleanField(
        label=_("It is a legal entity with books of its own"), required=False, help_text=_("For water companies.")
    )
    wide = frozenset({"address"})

    def __init__(self, *args: Any, units: tuple[Unit, ...], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offer(self, "parent", unit_choices(units))


class UnitForm(OfficeForm):
    name = forms.CharField(label=_("Name"), max_length=100)
    short_name = forms.CharField(label=_("Short name"), max_length=40, required=False)
    phone = forms.CharField(label=_("Telephone"), max_length=40, required=False)
    address = forms.CharField(label=_("Office address"), max_length=200, required=False)
    reason = forms.CharField(label=_("Reason for the change"), max_length=200, required=False)
    wide = frozenset({"address", "reason"})
    version_field = True


class MoveForm(OfficeForm):
    parent = forms.TypedChoiceField(label=_("New upper unit"), coerce=int)
    reason = forms.CharField(label=_("Reason for the change"), max_length=200)
    version_field = True

    def __init__(self, *args: Any, units: tuple[Unit, ...], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offer(self, "parent", unit_choices(units))


class CloseForm(OfficeForm):
    closed_date = forms.DateField(label=_("Closed from"))
    reason = forms.CharField(label=_("Reason"), max_length=200)
    wide = frozenset({"reason"})
    version_field = True


class ReopenForm(OfficeForm):
    reason = forms.CharField(label=_("Reason"), max_length=200)
    wide = frozenset({"reason"})
    version_field = True
