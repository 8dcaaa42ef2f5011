"""The filter of the audit trail."""

from django import forms
from django.utils.translation import gettext_lazy as _

from qingyuan.interfaces.office.shell.forms import FilterForm
from qingyuan.interfaces.office.shell.register_words import (
    OBJECTS,
    action_label,
    area_label,
    area_of,
    area_order,
)
from qingyuan.platform import registry


def audit_filter() -> type[FilterForm]:
    """The filter with the actions that are declared, grouped by area."""
    codes = sorted(registry.audit_actions.all(), key=lambda code: (area_order(area_of(code)), code))
    actions = [(code, f"{area_label(area_of(code))} · {action_label(code)}") for code in codes]

    class AuditFilter(FilterForm):
        key = forms.CharField(
            label=_("Number of the object"),
            widget=forms.TextInput(attrs={"type": "search", "placeholder": _("Account no., login, code …")}),
        )
        who = forms.CharField(label=_("Who"))
        action = forms.ChoiceField(label=_("What was done"), choices=actions)
        kind = forms.ChoiceField(label=_("Kind of object"), choices=list(OBJECTS.items()))
        from_date = forms.DateField(label=_("From"))
        to_date = forms.DateField(label=_("To and including"))

    return AuditFilter
