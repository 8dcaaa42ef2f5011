"""Forms of staff."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from qingyuan.interfaces.office.shell.choices import offer, unit_choices
from qingyuan.interfaces.office.shell.forms import FilterForm, OfficeForm
from qingyuan.interfaces.office.shell.text import Label
from qingyuan.platform.organisation.queries import Unit

_IDENTIFIER = r"^[^\W][\w.-]{1,39}$"
_IDENTIFIER_WORDS = {"invalid": _("2 to 40 letters, digits, dots, dashes or underscores")}


def staff_filter(units: tuple[Unit, ...], roles: list[tuple[str, Label]]) -> type[FilterForm]:
    """The list's filter, with the units and roles that there are."""

    class StaffFilter(FilterForm):
        q = forms.CharField(
            label=_("Quick find"),
            widget=forms.TextInput(attrs={"type": "search", "placeholder": _("Name, login or staff no.")}),
        )
        unit = forms.ChoiceField(label=_("Unit and below"), choices=unit_choices(units))
        role = forms.ChoiceField(label=_("Holds the role"), choices=roles)
        state = forms.ChoiceField(label=_("State"), choices=[("active", _("active")), ("inactive", _("deactivated"))])

    return StaffFilter


class NewStaffForm(OfficeForm):
    name = forms.CharField(label=_("Person's name"), max_length=60)
    unit = forms.TypedChoiceField(label=pgettext_lazy("settings", "Unit"), coerce=int)
    login = forms.RegexField(
        label=_("Login"),
        regex=_IDENTIFIER,
        error_messages=_IDENTIFIER_WORDS,
        help_text=_("It stays for ever, and is nobody's staff number."),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    staff_no = forms.RegexField(label=_("Staff no."), regex=_IDENTIFIER, error_messages=_IDENTIFIER_WORDS)
    phone = forms.CharField(label=_("Phone"), max_length=40, required=False)

    def __init__(self, *args: Any, units: tuple[Unit, ...], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offer(self, "unit", unit_choices(units))


class StaffForm(OfficeForm):
    name = forms.CharField(label=_("Person's name"), max_length=60)
    staff_no = forms.RegexField(label=_("Staff no."), regex=_IDENTIFIER, error_messages=_IDENTIFIER_WORDS)
    phone = forms.CharField(label=_("Phone"), max_length=40, required=False)
    reason = forms.CharField(label=_("Reason for the change"), max_length=200, required=False)
    wide = frozenset({"reason"})
    version_field = True


class TransferForm(OfficeForm):
    unit = forms.TypedChoiceField(label=_("New unit"), coerce=int)
    keep_roles = forms.BooleanField(
        label=_("Keep the roles"), required=False, help_text=_("Without this all roles end today.")
    )
    reason = forms.CharField(label=_("Reason"), max_length=200)
    wide = frozenset({"reason"})
    version_field = True

    def __init__(self, *args: Any, units: tuple[Unit, ...], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offer(self, "unit", unit_choices(units))


class ReasonForm(OfficeForm):
    reason = forms.CharField(label=_("Reason"), max_length=200)
    wide = frozenset({"reason"})


class VersionedReasonForm(ReasonForm):
    version_field = True


class AssignForm(OfficeForm):
    role = forms.TypedChoiceField(label=pgettext_lazy("settings", "Role"), coerce=int)
    unit = forms.TypedChoiceField(label=_("At unit and below"), coerce=int)
    from_date = forms.DateField(label=_("In effect from"))
    to_date = forms.DateField(
        label=_("Until (this day no more)"), required=False, help_text=_("Empty: until it is taken back")
    )
    books = forms.CharField(
        label=_("For these books only"),
        required=False,
        help_text=_("Book numbers with commas or spaces; empty: all books of the unit"),
    )
    reason = forms.CharField(label=_("Reason"), max_length=200, required=False)
    wide = frozenset({"books", "reason"})

    def __init__(self, *args: Any, units: tuple[Unit, ...], roles: list[tuple[str, Label]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offer(self, "role", roles)
        offer(self, "unit", unit_choices(units))

    def clean_books(self) -> tuple[str, ...]:
        """The book numbers typed, each once, in their order."""
        text = self.cleaned_data["books"]
        for sign in ("，", "、", ",", ";", "；"):
            text = text.replace(sign, " ")
        return tuple(dict.fromkeys(text.split()))


class EndRoleForm(OfficeForm):
    to_date = forms.DateField(label=_("Until (this day no more)"))
    reason = forms.CharField(label=_("Reason"), max_length=200)
    wide = frozenset({"reason"})
    version_field = True


class TokenForm(OfficeForm):
    name = forms.CharField(
        label=_("What the token is for"), max_length=60, help_text=_("Which program uses it, and who looks after it")
    )
    to_date = forms.DateField(label=_("Until (this day no more)"), help_text=_("At most a year from today"))
    wide = frozenset({"name"})
