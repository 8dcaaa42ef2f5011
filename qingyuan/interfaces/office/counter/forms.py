"""Forms of the counter: opening a shift, a payment's shape, the count at the close, the filter of shifts."""

import re
from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from qingyuan.domains.payments.operations import CounterSale, GroupSale, SaleLine
from qingyuan.domains.payments.rules.states import TenderKind
from qingyuan.domains.payments.rules.tally import FACE_VALUES
from qingyuan.interfaces.office.shell.forms import FilterForm, OfficeForm

_GROUP_BILL = re.compile(r"(\d{1,18})/(\d{1,18})/(\d{1,10}\.\d{2})", re.ASCII)
AT_THE_COUNTER = (TenderKind.CASH, TenderKind.CARD, TenderKind.TRANSFER)


class OpenShiftForm(OfficeForm):
    """The float that lies in the drawer."""

    float_amount = forms.DecimalField(
        label=_("Float in the drawer (yuan)"),
        min_value=Decimal(0),
        max_value=Decimal(1_000_000),
        decimal_places=2,
        initial=Decimal("0.00"),
        help_text=_("The change money that lies in the drawer before the first payment; 0 without one."),
    )


class MoneyForm(OfficeForm):
    """The money handed over. `key` makes a repeated sending harmless."""

    key = forms.RegexField(r"^[0-9a-f-]{36}$")
    received = forms.DecimalField(label=_("Cash handed over"), min_value=Decimal(0), max_digits=12, decimal_places=2)
    tender = forms.ChoiceField(choices=[(kind.value, kind.value) for kind in AT_THE_COUNTER])
    reference = forms.CharField(max_length=80, required=False)
    keep_rest = forms.BooleanField(required=False)


class SaleForm(MoneyForm):
    """What the counter page sends for one account."""

    account = forms.IntegerField(min_value=1)
    due = forms.DecimalField(decimal_places=2, max_digits=12)
    use_balance = forms.BooleanField(required=False)
    slips = forms.TypedMultipleChoiceField(coerce=int, required=False)
    bills = forms.TypedMultipleChoiceField(coerce=int, required=False)

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)
        # Which bills and charge items there are is the ledger's to judge: any whole number has the right shape.
        for name in ("bills", "slips"):
            sent = self.data.getlist(name) if hasattr(self.data, "getlist") else []
            field = self.fields[name]
            assert isinstance(field, forms.TypedMultipleChoiceField)
            field.choices = [(one, one) for one in sent if one.isascii() and one.isdigit() and len(one) < 19]

    def clean(self) -> dict[str, Any]:
        """Some charge items alone and the balance do not go together."""
        cleaned = super().clean() or {}
        if cleaned.get("slips") and cleaned.get("use_balance"):
            raise forms.ValidationError(_("The prepayment is used for whole bills: choose all charge items first."))
        return cleaned

    def sale(self) -> CounterSale:
        """As the operation takes it."""
        clean = self.cleaned_data
        return CounterSale(
            lines=(SaleLine(clean["account"], tuple(clean["bills"]), clean["due"], tuple(clean["slips"]) or None),),
            handed=clean["received"],
            tender=TenderKind(clean["tender"]),
            reference=clean["reference"],
            use_balance=clean["use_balance"],
            keep_on=clean["account"] if clean["keep_rest"] else None,
        )


class GroupSaleForm(MoneyForm):
    """What the counter page sends for a payer group: each bill as account/receivable/what was shown as owed."""

    group = forms.CharField(max_length=32)

    def clean(self) -> dict[str, Any]:
        """The bills by account, in the order sent."""
        cleaned = super().clean() or {}
        lines: dict[int, SaleLine] = {}
        for one in self.data.getlist("bills") if hasattr(self.data, "getlist") else []:
            parts = _GROUP_BILL.fullmatch(one)
            if parts is None:
                raise forms.ValidationError(
                    _("A bill of the group was sent in a form that is not known. Open the group again.")
                )
            account_id, owed = int(parts[1]), Decimal(parts[3])
            known = lines.get(account_id, SaleLine(account_id, (), Decimal("0.00")))
            lines[account_id] = SaleLine(account_id, (*known.open_item_ids, int(parts[2])), known.due + owed)
        cleaned["lines"] = tuple(lines.values())
        return cleaned

    def sale(self) -> GroupSale:
        """As the operation takes it."""
        clean = self.cleaned_data
        return GroupSale(
            group_code=clean["group"],
            lines=clean["lines"],
            handed=clean["received"],
            tender=TenderKind(clean["tender"]),
            reference=clean["reference"],
            keep_rest=clean["keep_rest"],
        )


class CountForm(OfficeForm):
    """How many notes and coins of each face value (券别清点)."""

    note = forms.CharField(label=_("Remark on the shift"), max_length=200, required=False)

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)
        for place, face in enumerate(FACE_VALUES):
            field = forms.IntegerField(label=f"{face:f}", min_value=0, max_value=100_000, required=False)
            field.widget = forms.TextInput(
                attrs={"class": "form-control number", "inputmode": "numeric", "autocomplete": "off"}
            )
            self.fields[f"face_{place}"] = field

    def pieces(self) -> dict[Decimal, int]:
        """Face value → pieces, those that were counted."""
        counted = {face: self.cleaned_data.get(f"face_{place}") for place, face in enumerate(FACE_VALUES)}
        return {face: pieces for face, pieces in counted.items() if pieces}


class ShiftFilterForm(FilterForm):
    """Which shifts."""

    q = forms.CharField(
        label=_("Quick find"),
        max_length=40,
        widget=forms.TextInput(attrs={"type": "search", "placeholder": _("Shift no. / cashier")}),
    )
    state = forms.ChoiceField(label=_("State"), choices=[("OPEN", _("Open shift")), ("CLOSED", _("Closed shift"))])
    difference = forms.ChoiceField(
        label=_("Over and short"),
        choices=[("over", _("Cash over")), ("short", _("Cash short")), ("even", _("Cash even"))],
    )
    from_date = forms.DateField(label=_("Shifts closed from"))
    to_date = forms.DateField(label=_("Shifts closed to"))
