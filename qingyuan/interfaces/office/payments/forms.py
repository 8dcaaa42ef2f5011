"""The filter of payments, and the void."""

from decimal import Decimal, InvalidOperation
from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from qingyuan.interfaces.office.payments.words import CHANNELS, TENDERS
from qingyuan.interfaces.office.shell.formats import money_text
from qingyuan.interfaces.office.shell.forms import FilterForm, OfficeForm


class PaymentFilterForm(FilterForm):
    """Which payments."""

    q = forms.CharField(
        label=_("Quick find"),
        max_length=40,
        widget=forms.TextInput(
            attrs={"type": "search", "placeholder": _("Payment no. / receipt no. / account no. / name")}
        ),
    )
    from_date = forms.DateField(label=_("From day"))
    to_date = forms.DateField(label=_("To day"))
    tender = forms.ChoiceField(label=_("Paid by"), choices=list(TENDERS.items()))
    channel = forms.ChoiceField(label=_("Channel"), choices=list(CHANNELS.items()))
    state = forms.ChoiceField(label=_("State"), choices=[("stands", _("Valid")), ("void", _("Voided"))])


class VoidForm(OfficeForm):
    """Why a payment is voided, and its amount typed once more."""

    reason = forms.CharField(
        label=_("Reason for the void"),
        max_length=200,
        help_text=_("It stays with the payment and stands on the shift's page."),
    )
    typed = forms.CharField(label=_("Amount, to confirm"), max_length=20)
    wide = frozenset({"reason"})

    def __init__(self, *args: Any, amount: Decimal, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.amount = amount
        self.fields["typed"].help_text = gettext("Type %(amount)s") % {"amount": money_text(amount)}
        self.fields["typed"].widget.attrs.update({"inputmode": "decimal", "autocomplete": "off"})
        self.fields["typed"].widget.attrs["class"] += " number"

    def clean_typed(self) -> str:
        """Refuse another amount."""
        typed = str(self.cleaned_data["typed"])
        try:
            same = Decimal(typed.replace(",", "").strip()) == self.amount
        except InvalidOperation:
            same = False
        if not same:
            raise forms.ValidationError(
                gettext("This is not the amount of the payment, %(amount)s.") % {"amount": money_text(self.amount)}
            )
        return typed
