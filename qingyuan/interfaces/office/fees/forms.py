"""Forms of other fees."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from qingyuan.domains.billing.operations import FeeTypeValues, NewFee
from qingyuan.domains.billing.rules.fees import FeePricing
from qingyuan.interfaces.office.fees.words import PRICING_WORDS
from qingyuan.interfaces.office.shell.forms import PLEASE_CHOOSE, FilterForm, OfficeForm

_CODE = r"^[0-9A-Za-z_-]{1,32}$"
Choices = Sequence[tuple[str, str]]


class FeeTypeFilter(FilterForm):
    q = forms.CharField(
        label=_("Quick find"),
        max_length=40,
        widget=forms.TextInput(attrs={"type": "search", "placeholder": _("Name or code")}),
    )
    retired = forms.BooleanField(label=_("With retired ones"))


class FeeTypeForm(OfficeForm):
    name = forms.CharField(
        label=_("Name"), max_length=60, help_text=_("What the clerk chooses and the explanation of the bill says.")
    )
    charge_item = forms.TypedChoiceField(
        label=_("Charge item"), coerce=int, help_text=_("It says to which account the fee is booked, and its tax.")
    )
    pricing = forms.ChoiceField(
        label=_("Pricing"), choices=[(str(key), word) for key, word in PRICING_WORDS.items()], initial=FeePricing.UNIT
    )
    price = forms.DecimalField(
        label=_("Price (yuan)"),
        required=False,
        decimal_places=2,
        max_digits=10,
        help_text=_("With tax. Leave it empty where the amount is entered each time."),
    )
    piece = forms.CharField(
        label=_("Counted in"), max_length=10, required=False, help_text=_("Of what is counted: piece, visit …")
    )

    def __init__(self, charge_items: Choices, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["charge_item"]
        assert isinstance(field, forms.TypedChoiceField)
        field.choices = [("", PLEASE_CHOOSE), *charge_items]

    def values(self, *, is_active: bool) -> FeeTypeValues:
        """As the operation takes it."""
        clean = self.cleaned_data
        return FeeTypeValues(
            name=clean["name"],
            charge_item_id=clean["charge_item"],
            pricing=FeePricing(clean["pricing"]),
            price=clean["price"],
            piece=clean["piece"],
            is_active=is_active,
        )


class NewFeeTypeForm(FeeTypeForm):
    code = forms.RegexField(
        label=_("Code"),
        regex=_CODE,
        error_messages={"invalid": _("Only letters, digits, - and _, at most 32")},
        help_text=_("It stays for ever."),
    )
    field_order = ("code", "name", "charge_item", "pricing", "price", "piece")


class EditFeeTypeForm(FeeTypeForm):
    is_active = forms.BooleanField(
        label=_("Offered for charging"), required=False, help_text=_("What was charged stays as it is.")
    )
    version_field = True


class FeeForm(OfficeForm):
    """A fee on an account: which one, how much of it, and what for."""

    fee_type = forms.TypedChoiceField(label=_("Fee"), coerce=int)
    quantity = forms.DecimalField(
        label=_("Quantity"),
        required=False,
        decimal_places=3,
        max_digits=9,
        help_text=_("For fees priced by quantity."),
    )
    amount = forms.DecimalField(
        label=_("Amount (yuan)"),
        required=False,
        decimal_places=2,
        max_digits=10,
        help_text=_("Only for fees without a price; with tax."),
    )
    note = forms.CharField(
        label=_("What for"),
        max_length=200,
        help_text=_("The reason and the document: the bill's explanation shows it."),
    )
    wide = frozenset({"note"})


class ChargeForm(FeeForm):
    """`key` makes a repeated sending harmless."""

    key = forms.RegexField(r"^[0-9a-f-]{36}$", widget=forms.HiddenInput)

    def __init__(self, fee_types: Choices, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["fee_type"]
        assert isinstance(field, forms.TypedChoiceField)
        field.choices = [("", PLEASE_CHOOSE), *fee_types]

    def fee(self, account_id: int) -> NewFee:
        """As the operation takes it."""
        clean = self.cleaned_data
        quantity: Decimal | None = clean["quantity"]
        return NewFee(account_id, clean["fee_type"], clean["note"], quantity, clean["amount"])
