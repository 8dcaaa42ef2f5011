"""The list of reliefs (优惠减免), above all of those that end soon."""

from django import forms
from django.http import HttpResponseBase
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from qingyuan.interfaces.office.access import OfficeRequest, requires
from qingyuan.interfaces.office.shell.chips import Chip, Tone
from qingyuan.interfaces.office.shell.forms import FilterForm
from qingyuan.interfaces.office.shell.list_pages import list_response, page_loader
from qingyuan.interfaces.office.shell.lists import Column, ColumnKind, EmptyState, ListSpec
from qingyuan.kernel.actor import Actor
from qingyuan.overviews.relief_list import ReliefRow, When, relief_list
from qingyuan.overviews.relief_schemes import held_schemes
from qingyuan.overviews.tariff_plans import companies_within

CHIPS = {
    When.IN_FORCE: Chip(_("in force"), Tone.GREEN),
    When.NEXT_MONTH: Chip(_("ends this month or next"), Tone.AMBER),
    When.ENDED: Chip(_("ended"), Tone.GREY),
    When.TO_COME: Chip(_("to come"), Tone.BLUE),
}
RELIEFS: ListSpec[ReliefRow] = ListSpec(
    key="reliefs",
    title=_("Reliefs"),
    unit=_("reliefs"),
    sort="to_date",
    columns=(
        Column(
            "account_no",
            _("Account no."),
            ColumnKind.IDENTIFIER,
            sortable=True,
            fixed=True,
            link=lambda row: reverse("accounts:detail", args=[row.account_no]),
        ),
        Column("holder_name", _("Account name")),
        Column("scheme_name", _("Relief scheme")),
        Column("funder", _("Funder")),
        Column("from_date", _("From"), ColumnKind.DATE, sortable=True),
        Column("to_date", _("Until (excluded)"), ColumnKind.DATE, sortable=True),
        Column("days_left", _("Days left"), ColumnKind.INTEGER),
        Column("when", _("State"), ColumnKind.CHIP, value=lambda row: CHIPS[row.when]),
        Column("evidence", _("Evidence"), ColumnKind.LONG_TEXT),
        Column("unit_name", _("Unit"), shown=False),
    ),
    empty=EmptyState(_("No account has a relief.")),
)


def relief_filter(actor: Actor) -> type[FilterForm]:
    """The filter with the schemes of the companies that this person sees."""
    schemes = held_schemes(companies_within(actor, "customers.view", on=timezone.localdate()))

    class ReliefFilter(FilterForm):
        q = forms.CharField(
            label=_("Quick find"),
            max_length=40,
            widget=forms.TextInput(attrs={"type": "search", "placeholder": _("Account no."), "data-key": "filter"}),
        )
        scheme = forms.ChoiceField(label=_("Relief scheme"), choices=schemes)
        when = forms.ChoiceField(label=_("State"), choices=[(str(when), chip.text) for when, chip in CHIPS.items()])

    return ReliefFilter


@requires("customers.view")
def reliefs(request: OfficeRequest) -> HttpResponseBase:
    """Reliefs, those that end first on top."""
    return list_response(request, RELIEFS, relief_filter(request.actor), page_loader(relief_list))
