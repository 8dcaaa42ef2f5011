"""The filter of background jobs."""

from django import forms
from django.utils.translation import gettext_lazy as _

from qingyuan.interfaces.office.shell.forms import FilterForm
from qingyuan.interfaces.office.shell.job_words import STATES


class JobFilter(FilterForm):
    q = forms.CharField(
        label=_("Quick find"), widget=forms.TextInput(attrs={"type": "search", "placeholder": _("Part of the title")})
    )
    state = forms.ChoiceField(label=_("State"), choices=[(state.value, chip.text) for state, chip in STATES.items()])
