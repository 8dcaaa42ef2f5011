"""Forms of parameters: one field for the value, of the parameter's own kind."""

from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from qingyuan.interfaces.office.shell.choices import indented, offer, unit_choices
from qingyuan.interfaces.office.shell.forms import FilterForm, OfficeForm
from qingyuan.interfaces.office.shell.register_words import AREAS, choice_label
from qingyuan.kernel.declarations import Parameter, ParameterType, ParameterValue
from qingyuan.platform.organisation.queries import Unit
from qingyuan.platform.parameters.rules.values import from_text

WHOLE_INSTALLATION = "0"


def parameter_filter(units: tuple[Unit, ...], areas: list[str]) -> type[FilterForm]:
    """The filter with the units within reach (none chosen: one's own company) and the areas that have parameters."""
    places = [(one.code, indented(one.name, one.depth - units[0].depth)) for one in units]

    class ParameterFilter(FilterForm):
        q = forms.CharField(
            label=gettext_lazy("Quick find"),
            widget=forms.TextInput(attrs={"type": "search", "placeholder": gettext_lazy("Name or code")}),
        )
        unit = forms.ChoiceField(label=gettext_lazy("At unit"))
        area = forms.ChoiceField(
            label=pgettext_lazy("settings", "Area"),
            choices=[(area, label) for area, label in AREAS.items() if area in areas],
        )
        changed = forms.BooleanField(label=gettext_lazy("Changed ones only"))

        def __init__(self, *args: Any, **kwargs: Any) -> None:
            super().__init__(*args, **kwargs)
            field = self.fields["unit"]
            assert isinstance(field, forms.ChoiceField)
            field.choices = [("", gettext_lazy("Own company")), *places]

    return ParameterFilter


class SetForm(OfficeForm):
    """A value from a date on, at a unit or for the whole installation. `set_form` adds the field of the value."""

    parameter: Parameter
    from_date = forms.DateField(label=gettext_lazy("In effect from"))
    unit = forms.TypedChoiceField(label=gettext_lazy("At unit"), coerce=int)
    reason = forms.CharField(label=gettext_lazy("Reason"), max_length=200)
    field_order = ["value", "from_date", "unit", "reason"]
    wide = frozenset({"reason"})

    def __init__(self, *args: Any, units: tuple[Unit, ...], for_all: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = unit_choices(units)
        if for_all:
            choices.append((WHOLE_INSTALLATION, _("The whole installation")))
        offer(self, "unit", choices)

    @property
    def unit_id(self) -> int | None:
        """Where the value holds; None for the whole installation."""
        return int(self.cleaned_data["unit"]) or None

    @property
    def typed(self) -> ParameterValue:
        """The value in the parameter's type. Raises ValueRefused."""
        return from_text(self.parameter, self.cleaned_data["value"])


def set_form(declared: Parameter) -> type[SetForm]:
    """The form with a field for values of this parameter."""

    class TypedSetForm(SetForm):
        parameter = declared
        value = _value_field(declared)

    return TypedSetForm


def _value_field(parameter: Parameter) -> forms.Field:
    label = gettext_lazy("New value")
    if parameter.type is ParameterType.BOOLEAN:
        return forms.ChoiceField(
            label=label,
            widget=forms.RadioSelect,
            choices=[("true", gettext_lazy("yes")), ("false", gettext_lazy("no"))],
        )
    if parameter.type is ParameterType.CHOICE:
        return forms.ChoiceField(
            label=label,
            widget=forms.RadioSelect,
            choices=[(choice, choice_label(parameter.code, choice)) for choice in parameter.choices],
        )
    field = forms.CharField(label=label, max_length=200, help_text=_limits(parameter))
    if parameter.type in {ParameterType.INTEGER, ParameterType.DECIMAL}:
        field.widget.attrs.update({"inputmode": "decimal", "class": "number", "autocomplete": "off"})
    return field


def _limits(parameter: Parameter) -> str:
    low, high = parameter.minimum, parameter.maximum
    if low is not None and high is not None:
        return _("From %(low)s to %(high)s") % {"low": _plain(low), "high": _plain(high)}
    if low is not None:
        return _("At least %(low)s") % {"low": _plain(low)}
    return _("At most %(high)s") % {"high": _plain(high)} if high is not None else ""


def _plain(number: Decimal) -> str:
    return f"{number:f}"


class WithdrawForm(OfficeForm):
    reason = forms.CharField(label=gettext_lazy("Reason"), max_length=200)
    wide = frozenset({"reason"})
