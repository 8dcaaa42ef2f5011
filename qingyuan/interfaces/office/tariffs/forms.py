"""Forms of the price plans."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from qingyuan.domains.tariffs.rules.plan import FixedCharge, PlanVersion
from qingyuan.interfaces.office.shell.fields import VolumeField
from qingyuan.interfaces.office.shell.forms import FilterForm, OfficeForm
from qingyuan.overviews.tariff_plans import PlanState

STATE_WORDS = {
    PlanState.IN_FORCE: _("now in force"),
    PlanState.COMING: _("not yet in force"),
    PlanState.DRAFT: _("draft"),
    PlanState.ENDED: _("no longer in force"),
}


class PlanFilter(FilterForm):
    q = forms.CharField(
        label=_("Quick find"),
        widget=forms.TextInput(attrs={"type": "search", "placeholder": _("Code / name / document no.")}),
    )
    state = forms.ChoiceField(label=_("State"), choices=[(str(key), word) for key, word in STATE_WORDS.items()])


class ExampleForm(OfficeForm):
    """What the live example is asked; only the facts that the version looks at have a field."""

    volume = VolumeField(label=_("Volume"), minimum=Decimal(0), maximum=Decimal(1000000))
    used = VolumeField(
        label=_("Used before in the cycle"), minimum=Decimal(0), maximum=Decimal(10000000), required=False
    )
    people = forms.IntegerField(label=_("People"), min_value=1, max_value=99, required=False)
    months = forms.IntegerField(label=_("Months"), min_value=0, max_value=12, required=False)
    quota = VolumeField(label=_("Quota"), minimum=Decimal(0), required=False)
    calibre = forms.ChoiceField(label=_("Calibre"), required=False)
    relief = forms.ChoiceField(label=_("Relief"), required=False)

    def __init__(self, version: PlanVersion, *args: object, **kwargs: object) -> None:
        super().__init__(*args, auto_id="example-%s", **kwargs)
        self._needed(version)
        for name, field in self.fields.items():
            if name != "volume":
                field.widget.attrs["autocomplete"] = "off"

    def _needed(self, version: PlanVersion) -> None:
        tables = [charge.shape.by_calibre for charge in version.charges if isinstance(charge.shape, FixedCharge)]
        calibres = [calibre for table in tables for calibre, _amount in table or ()]
        if version.tiers is None:
            self.fields.pop("used")
            self.fields.pop("people")
        elif version.household is None:
            self.fields.pop("people")
        if version.tiers is None or not version.tiers.by_quota:
            self.fields.pop("quota")
        if calibres:
            _choices(self.fields["calibre"], [(one, f"DN{one}") for one in dict.fromkeys(calibres)])
        else:
            self.fields.pop("calibre")
        schemes = list(dict.fromkeys(relief.scheme for relief in version.relief))
        if schemes:
            _choices(self.fields["relief"], [("", _("none")), *((one, one) for one in schemes)])
        else:
            self.fields.pop("relief")


class AssignForm(OfficeForm):
    """The plan for a usage class at a unit, from a day on."""

    class_code = forms.ChoiceField(label=_("Usage class"))
    unit_id = forms.TypedChoiceField(label=_("Organisation unit"), coerce=int)
    from_date = forms.DateField(label=_("In effect from"))

    def __init__(
        self, classes: list[tuple[str, str]], units: list[tuple[str, str]], *args: object, **kwargs: object
    ) -> None:
        super().__init__(*args, **kwargs)
        _choices(self.fields["class_code"], classes)
        _choices(self.fields["unit_id"], units)


def _choices(field: forms.Field, choices: Sequence[tuple[str, Any]]) -> None:
    assert isinstance(field, forms.ChoiceField)
    field.choices = choices
