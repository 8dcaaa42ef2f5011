"""The form of a new simulation and the filter of the list."""

from typing import Any

from django import forms
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from qingyuan.interfaces.office.shell.fields import MonthField
from qingyuan.interfaces.office.shell.formats import date_text
from qingyuan.interfaces.office.shell.forms import FilterForm, OfficeForm
from qingyuan.overviews.simulations import Choices, VersionChoice


class SimulationFilter(FilterForm):
    q = forms.CharField(
        label=_("Quick find"), widget=forms.TextInput(attrs={"type": "search", "placeholder": _("Title")})
    )


class SimulationForm(OfficeForm):
    """Which version over which months in place of which plan."""

    version_id = forms.TypedChoiceField(label=_("Version to simulate"), coerce=int)
    replaces = forms.ChoiceField(
        label=_("Plan that gives way"),
        required=False,
        help_text=_("Bills by this plan are rated again. Usually the version's own plan."),
    )
    first_month = MonthField(label=_("First period"))
    last_month = MonthField(label=_("Up to period"), help_text=_("1 to 36 periods that have been billed."))
    title = forms.CharField(label=_("Title"), max_length=120, required=False)
    wide = frozenset({"version_id", "title"})

    def __init__(self, given: Choices, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._plan_of = {each.id: each.plan_code for each in given.versions}
        version, replaces = self.fields["version_id"], self.fields["replaces"]
        assert isinstance(version, forms.TypedChoiceField) and isinstance(replaces, forms.ChoiceField)
        version.choices = [(str(each.id), version_words(each)) for each in given.versions]
        plans = [(code, f"{code} {name}") for code, name in given.plans]
        replaces.choices = [("", _now("the version's own plan")), *plans]

    @property
    def replaced_plan(self) -> str:
        """The code of the plan that gives way."""
        return self.cleaned_data.get("replaces") or self._plan_of[self.cleaned_data["version_id"]]


def version_words(version: VersionChoice) -> str:
    """The version in a list of choices."""
    text = _now("%(code)s %(name)s, from %(day)s") % {
        "code": version.plan_code,
        "name": version.plan_name,
        "day": date_text(version.effective_from),
    }
    return f"{text} · {_now('draft')}" if version.is_draft else text
