"""总分表差量、漏损: each main of a period beside the sum of its subs, with what is missing and what was lost."""

from decimal import Decimal
from typing import Any

from django import forms
from django.http import HttpResponseBase
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from qingyuan.domains.meters.rules.states import LinkKind
from qingyuan.domains.readings import queries
from qingyuan.domains.readings.queries import MainComparison
from qingyuan.interfaces.office.access import OfficeRequest, requires
from qingyuan.interfaces.office.readings.scope import ChosenPeriod, chosen_period, company_of, today
from qingyuan.interfaces.office.shell.chips import Chip, Tone
from qingyuan.interfaces.office.shell.fields import VolumeField
from qingyuan.interfaces.office.shell.forms import FilterForm
from qingyuan.interfaces.office.shell.list_pages import list_response
from qingyuan.interfaces.office.shell.lists import Column, ColumnKind, EmptyState, ListQuery, ListResult, ListSpec
from qingyuan.kernel.actor import Actor
from qingyuan.platform.organisation import queries as organisation

KINDS = {
    LinkKind.CHECK: gettext_lazy("compared only"),
    LinkKind.DEDUCT: gettext_lazy("less its subs"),
    LinkKind.ALLOCATE: gettext_lazy("difference shared"),
}
MAIN_UNREAD = Chip(gettext_lazy("main not approved"), Tone.AMBER)
SUBS_UNREAD = Chip(gettext_lazy("subs not approved"), Tone.AMBER)
BELOW = Chip(gettext_lazy("main below its subs"), Tone.RED)
COMPLETE = Chip(gettext_lazy("complete"), Tone.GREEN)
SHOWN_SUBS = 5


def _state(row: MainComparison) -> Chip:
    if row.usage is None:
        return MAIN_UNREAD
    if row.difference is None:
        return SUBS_UNREAD
    return BELOW if row.difference < 0 else COMPLETE


def _missing(row: MainComparison) -> str:
    """The numbers of the subs not approved, the first few of many."""
    told = "、".join(row.unread_subs[:SHOWN_SUBS])
    more = len(row.unread_subs) - SHOWN_SUBS
    return told if more <= 0 else _("%(subs)s and %(count)s more") % {"subs": told, "count": more}


LOSSES: ListSpec[MainComparison] = ListSpec(
    key="main-losses",
    title=gettext_lazy("Mains against subs"),
    unit=gettext_lazy("mains"),
    sort="ratio",
    descending=True,
    columns=(
        Column(
            "point_no",
            gettext_lazy("Main's point"),
            ColumnKind.IDENTIFIER,
            sortable=True,
            fixed=True,
            link=lambda row: reverse("readings:detail", args=[row.reading_item_id]),
        ),
        Column("kind", gettext_lazy("Kind of link"), value=lambda row: KINDS[LinkKind(row.kind)]),
        Column("level", gettext_lazy("Level"), ColumnKind.INTEGER, sortable=True),
        Column("above", gettext_lazy("Under main"), ColumnKind.IDENTIFIER, value=lambda row: "、".join(row.above)),
        Column("book_no", gettext_lazy("Book"), ColumnKind.IDENTIFIER, sortable=True),
        Column("book_name", gettext_lazy("Book name"), shown=False),
        Column("unit_name", gettext_lazy("Unit"), shown=False),
        Column("usage", gettext_lazy("Main's usage"), ColumnKind.VOLUME, totalled=True),
        Column("subs", pgettext_lazy("how many hang under the main", "Subs"), ColumnKind.INTEGER),
        Column("subs_volume", gettext_lazy("Sum of subs"), ColumnKind.VOLUME, totalled=True),
        Column(
            "difference",
            pgettext_lazy("main less subs", "Difference"),
            ColumnKind.VOLUME,
            sortable=True,
            totalled=True,
        ),
        Column("ratio", pgettext_lazy("of the main's usage", "Share"), ColumnKind.PERCENT, sortable=True),
        Column("shared", gettext_lazy("Shared among subs"), ColumnKind.VOLUME, shown=False),
        Column("state", gettext_lazy("State"), ColumnKind.CHIP, value=_state),
        Column("unread_subs", gettext_lazy("Subs without approved usage"), ColumnKind.LONG_TEXT, value=_missing),
    ),
    empty=EmptyState(gettext_lazy("No main with subs is read in this period.")),
    page_size=50,
)

_SORTS: dict[str, Any] = {
    "point_no": lambda row: row.point_no,
    "level": lambda row: (row.level, row.point_no),
    "book_no": lambda row: (row.book_no, row.point_no),
    "difference": lambda row: row.difference,
    "ratio": lambda row: row.ratio,
}
"""By what is known; rows whose value is missing come last whichever way the list is sorted."""


def _filter_for(period: ChosenPeriod) -> type[FilterForm]:
    class LossFilter(FilterForm):
        period = forms.ChoiceField(label=gettext_lazy("Reading period"), choices=[])
        unit = forms.ChoiceField(label=gettext_lazy("Unit"), choices=[])
        book = forms.CharField(
            label=gettext_lazy("Book no."), max_length=32, widget=forms.TextInput(attrs={"type": "search"})
        )
        kind = forms.ChoiceField(
            label=gettext_lazy("Kind of link"), choices=[(str(kind), text) for kind, text in KINDS.items()]
        )
        state = forms.ChoiceField(
            label=gettext_lazy("State"),
            choices=[
                ("complete", COMPLETE.text),
                ("below", BELOW.text),
                ("waiting", gettext_lazy("main or subs not approved")),
            ],
        )
        over = VolumeField(label=gettext_lazy("Loss over, %"), minimum=Decimal(0), maximum=Decimal(100))

        def __init__(self, data: object = None) -> None:
            super().__init__(data)
            self.fields["period"].choices = period.choices  # type: ignore[attr-defined]
            units = [(str(unit.id), unit.short_name or unit.name) for unit in organisation.units()]
            self.fields["unit"].choices = [*self.fields["unit"].choices, *units]  # type: ignore[attr-defined]

        @property
        def is_filtering(self) -> bool:
            return any(self.data.get(name) for name in ("unit", "book", "kind", "state", "over"))

    return LossFilter


@requires("readings.view")
def losses(request: OfficeRequest) -> HttpResponseBase:
    """The mains of the chosen period, those that lost the greatest part first."""
    period = chosen_period(request)

    def load(actor: Actor, query: ListQuery) -> ListResult[MainComparison]:
        if period.row is None:
            return ListResult(rows=(), count=0)
        found = queries.main_comparisons(
            actor=actor, company_id=company_of(actor), period_id=period.row.period_id, on=today()
        )
        return _page([row for row in found if _wanted(row, query)], query)

    return list_response(request, LOSSES, _filter_for(period), load)


def _wanted(row: MainComparison, query: ListQuery) -> bool:
    asked = query.filters
    over = asked.get("over")
    state = asked.get("state")
    return (
        (not asked.get("unit") or str(row.unit_id) == asked["unit"])
        and (not asked.get("book") or row.book_no == asked["book"].strip())
        and (not asked.get("kind") or row.kind == asked["kind"])
        and (over is None or (row.ratio is not None and row.ratio * 100 > over))
        and (state != "complete" or row.difference is not None)
        and (state != "below" or (row.difference is not None and row.difference < 0))
        and (state != "waiting" or row.difference is None)
    )


def _page(found: list[MainComparison], query: ListQuery) -> ListResult[MainComparison]:
    """Volumes are summed over complete mains alone, so that the totals are each other's difference."""
    key = _SORTS[query.sort]
    known = [row for row in found if key(row) is not None]
    known.sort(key=key, reverse=query.descending)
    rows = [*known, *(row for row in found if key(row) is None)]
    complete = [row for row in found if row.difference is not None]
    totals: dict[str, Decimal | int] = {
        name: sum((getattr(row, name) for row in complete), Decimal("0.000"))
        for name in ("usage", "subs_volume", "difference")
    }
    return ListResult(rows=rows[query.offset : query.offset + query.limit], count=len(rows), totals=totals)
