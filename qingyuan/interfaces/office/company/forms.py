"""Forms of company profiles."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from qingyuan.interfaces.office.shell.choices import offer, unit_choices
from qingyuan.interfaces.office.shell.forms import OfficeForm
from qingyuan.platform.organisation.queries import Unit


class ProfileForm(OfficeForm):
    legal_name = forms.CharField(label=_("Legal name"), max_length=120)
    tax_no = forms.CharField(
        label=_("Tax number"), max_length=20, required=False, help_text=_("15, 18 or 20 digits and capitals")
    )
    phone = forms.CharField(label=_("Telephone"), max_length=40, required=False)
    service_hotline = forms.CharField(label=_("Service hotline"), max_length=40, required=False)
    address = forms.CharField(label=_("Office address"), max_length=200, required=False)
    time_zone = forms.CharField(
        label=_("Time zone"), max_length=40, help_text=_("It decides on which day a payment falls.")
    )
    reason = forms.CharField(label=_("Reason for the change"), max_length=200, required=False)
    wide = frozenset({"legal_name", "address", "reason"})
    version_field = True

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # 0 stands for a profile that is not there yet.
        self.fields["version"] = forms.IntegerField(widget=forms.HiddenInput, min_value=0)


class LogoForm(OfficeForm):
    logo = forms.FileField(
        label=_("Picture file"),
        required=False,
        widget=forms.FileInput(attrs={"accept": "image/png,image/jpeg"}),
        help_text=_("PNG or JPEG. It is printed on receipts and letters."),
    )
    remove = forms.BooleanField(label=_("Print without a logo"), required=False)
    version_field = True

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if not data.get("logo") and not data.get("remove"):
            self.add_error("logo", _("Please choose a file."))
        return data


class BankAccountForm(OfficeForm):
    unit = forms.TypedChoiceField(label=_("Account of unit"), coerce=int)
    bank_name = forms.CharField(label=_("Bank"), max_length=100)
    bank_line_no = forms.CharField(label=_("Bank line no."), max_length=20, required=False)
    account_name = forms.CharField(label=_("Account name at the bank"), max_length=120)
    account_no = forms.RegexField(
        label=_("Bank account no."),
        regex=r"^[0-9A-Za-z-]{4,40}$",
        error_messages={"invalid": _("Only digits, letters and -, 4 to 40")},
    )
    purpose = forms.CharField(label=_("Purpose"), max_length=60, required=False)

    def __init__(self, *args: Any, units: tuple[Unit, ...], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offer(self, "unit", unit_choices(units))


class CloseAccountForm(OfficeForm):
    closed_date = forms.DateField(label=_("No longer used from"))
    reason = forms.CharField(label=_("Reason"), max_length=200)
    wide = frozenset({"reason"})
