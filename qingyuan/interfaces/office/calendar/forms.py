"""Forms of the calendar."""

from django import forms
from django.utils.translation import gettext_lazy as _

from qingyuan.interfaces.office.shell.forms import OfficeForm
from qingyuan.platform.calendar.models import DayKind

PATTERN = "PATTERN"

KINDS = {DayKind.HOLIDAY: _("Holiday"), DayKind.WORKDAY: _("Working day")}


class DayForm(OfficeForm):
    date = forms.DateField(label=_("Date"))
    kind = forms.ChoiceField(
        label=_("The day is"),
        widget=forms.RadioSelect,
        choices=[
            (DayKind.HOLIDAY.value, KINDS[DayKind.HOLIDAY]),
            (DayKind.WORKDAY.value, _("Working day (made up for)")),
            (PATTERN, _("As every week")),
        ],
    )
    name = forms.CharField(label=_("Name"), max_length=60, required=False, help_text=_("For example: Spring Festival"))
    for_all = forms.BooleanField(label=_("For all companies"), required=False)
