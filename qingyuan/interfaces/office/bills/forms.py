"""The filter of the list of bills."""

from django import forms
from django.utils.translation import gettext_lazy as _

from qingyuan.interfaces.office.bills.words import CANCELLED, KIND_WORDS
from qingyuan.interfaces.office.shell.fields import MoneyField, MonthField
from qingyuan.interfaces.office.shell.forms import FilterForm


class BillFilter(FilterForm):
    q = forms.CharField(
        label=_("Quick find"),
        widget=forms.TextInput(attrs={"type": "search", "placeholder": _("Bill no. / account no.")}),
    )
    period = MonthField(label=_("Period"))
    book = forms.CharField(label=_("Book"), max_length=40)
    kind = forms.ChoiceField(label=_("Kind"), choices=[(str(key), word) for key, word in KIND_WORDS.items()])
    state = forms.ChoiceField(label=_("State"), choices=[("live", _("valid")), ("cancelled", CANCELLED)])
    least = MoneyField(label=_("Amount from"))
    most = MoneyField(label=_("Amount to"))
