"""抄表审核: what waits for a decision, by reason, with what was used before; keys decide row after row."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django import forms
from django.http import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from qingyuan.domains.readings import queries
from qingyuan.domains.readings.queries import PeriodRow, PickedItem, ReviewRow
from qingyuan.domains.routes import queries as routes
from qingyuan.interfaces.office.access import OfficeRequest, requires
from qingyuan.interfaces.office.readings.forms import reason_choices
from qingyuan.interfaces.office.readings.scope import ChosenPeriod, chosen_period, company_of, today
from qingyuan.interfaces.office.readings.words import ANOMALIES, STATES, anomaly_chips
from qingyuan.interfaces.office.shell.forms import FilterForm
from qingyuan.interfaces.office.shell.list_pages import list_response
from qingyuan.interfaces.office.shell.lists import (
    BatchAction,
    Column,
    ColumnKind,
    EmptyState,
    ListQuery,
    ListResult,
    ListSpec,
    RowAction,
)
from qingyuan.kernel.actor import Actor
from qingyuan.platform.staff.queries import Reach, reach

NEAR_PERCENT = 30
_WAITING = ("READ", "HELD")


def _average(row: ReviewRow) -> Decimal | None:
    """What the months of the span would have used by the average."""
    average = row.entry.average_volume
    return None if average is None else (average * max(row.entry.months, 1)).quantize(Decimal("0.1"))


def _deviation(row: ReviewRow) -> Decimal | None:
    return None if row.change_percent is None else Decimal(row.change_percent) / 100


def _line(row: ReviewRow) -> tuple[Decimal, ...] | None:
    if not row.history or row.entry.usage_volume is None:
        return None
    return (*row.history, row.entry.usage_volume)


def _reasons(row: ReviewRow) -> tuple[object, ...]:
    chips = anomaly_chips(row.entry)
    return chips or (STATES[row.entry.state],)


_ACTIONS = (
    RowAction(gettext_lazy("Pass"), "approve", primary=True),
    RowAction(gettext_lazy("Amend"), "edit"),
    RowAction(gettext_lazy("Re-read"), "send-back"),
)

QUEUE: ListSpec[ReviewRow] = ListSpec(
    key="reading-review",
    title=gettext_lazy("Reading review"),
    unit=gettext_lazy("readings"),
    sort="deviation",
    descending=True,
    columns=(
        Column(
            "account_no",
            gettext_lazy("Account no."),
            ColumnKind.IDENTIFIER,
            sortable=True,
            fixed=True,
            value=lambda row: row.entry.account_no or row.entry.point_no,
            link=lambda row: reverse("readings:detail", args=[row.entry.reading_item_id]),
        ),
        Column("holder_name", gettext_lazy("Holder"), value=lambda row: row.entry.holder_name),
        Column("address", gettext_lazy("Address"), value=lambda row: row.entry.address),
        Column("book_no", gettext_lazy("Book"), ColumnKind.IDENTIFIER, sortable=True, shown=False),
        Column("reasons", gettext_lazy("Why it waits"), ColumnKind.CHIP, value=_reasons),
        Column("previous", gettext_lazy("Prior"), ColumnKind.READING, value=lambda row: row.entry.previous_value),
        Column("current", gettext_lazy("Current"), ColumnKind.READING, value=lambda row: row.entry.value),
        Column(
            "usage",
            gettext_lazy("Usage"),
            ColumnKind.VOLUME,
            sortable=True,
            totalled=True,
            value=lambda row: row.entry.usage_volume,
        ),
        Column("average", gettext_lazy("Average"), ColumnKind.VOLUME, value=_average),
        Column("deviation", gettext_lazy("Deviation"), ColumnKind.PERCENT, sortable=True, value=_deviation),
        Column("history", gettext_lazy("Last periods"), ColumnKind.SPARKLINE, value=_line),
        Column("condition", gettext_lazy("Condition"), value=lambda row: row.entry.condition_code, shown=False),
        Column("reader_name", gettext_lazy("Read by"), shown=False),
        Column("last_year", gettext_lazy("A year ago"), ColumnKind.VOLUME, shown=False,
               value=lambda row: row.entry.last_year_volume),
        Column("actions", gettext_lazy("Decide"), ColumnKind.ACTIONS, value=lambda row: _ACTIONS),
    ),
    batch_actions=(
        BatchAction(gettext_lazy("Approve the selected"), "/readings/review/approve/", icon="check"),
        BatchAction(gettext_lazy("Send the selected back"), "/readings/review/send-back/", icon="arrow-back-up"),
    ),
    row_id=lambda row: f"{row.entry.reading_item_id}:{row.entry.version}",
    row_tone=lambda row: "held" if row.entry.state == "HELD" else "plain",
    empty=EmptyState(gettext_lazy("Nothing waits for review.")),
    page_size=50,
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class QueueFilter:
    """What the address asks of the queue, as the queries take it."""

    yyyymm: int | None
    code: str | None
    states: Sequence[str]
    book_id: int | None

    def as_arguments(self) -> Mapping[str, Any]:
        return {"yyyymm": self.yyyymm, "code": self.code, "states": self.states, "book_id": self.book_id}


def queue_filter(request: OfficeRequest, asked: Mapping[str, str]) -> QueueFilter:
    """Read period, reason and book from the address. Reason "held" (the default) is every held reading, "read" the
    others, else an anomaly's code. Raises NotFound for a book that is not there."""
    reason = asked.get("reason") or "held"
    states = {"held": ("HELD",), "read": ("READ",)}.get(reason, _WAITING)
    code = reason if reason in ANOMALIES else None
    book_no = asked.get("book", "").strip()
    period = asked.get("period", "").split("-")[0]
    return QueueFilter(
        yyyymm=int(period) if period.isdigit() and len(period) == 6 else None,
        code=code,
        states=states,
        book_id=routes.book(book_no).id if book_no else None,
    )


def _filter_for(period: ChosenPeriod) -> type[FilterForm]:
    class ReviewFilter(FilterForm):
        period = forms.ChoiceField(label=gettext_lazy("Reading period"), choices=[])
        reason = forms.ChoiceField(
            label=gettext_lazy("Why it waits"),
            choices=[
                ("held", gettext_lazy("all held")),
                ("read", gettext_lazy("nothing noticed")),
                *((code, chip.text) for code, chip in ANOMALIES.items()),
            ],
        )
        book = forms.CharField(
            label=gettext_lazy("Book no."), max_length=32, widget=forms.TextInput(attrs={"type": "search"})
        )

        def __init__(self, data: object = None) -> None:
            super().__init__(data)
            self.fields["period"].choices = choices  # type: ignore[attr-defined]
            self.fields["reason"].choices = self.fields["reason"].choices[1:]  # type: ignore[attr-defined]

        def clean_book(self) -> str:
            book_no = str(self.cleaned_data["book"]).strip()
            if book_no and not routes.book_refs([book_no]):
                raise forms.ValidationError(_("There is no book %(book_no)s.") % {"book_no": book_no})
            return book_no

        @property
        def is_filtering(self) -> bool:
            return bool(self.data.get("book")) or self.data.get("reason", "held") != "held"

    choices = period.choices
    return ReviewFilter


@requires("readings.review")
def queue(request: OfficeRequest) -> HttpResponseBase:
    """The queue of the chosen period."""
    period = chosen_period(request)
    reached = reach(request.actor, "readings.review", on=today())

    def load(actor: Actor, query: ListQuery) -> ListResult[ReviewRow]:
        asked = queue_filter(request, request.GET.dict())
        company_id = company_of(actor)
        sums = queries.review_sums(
            actor=actor, company_id=company_id, on=today(), reached=reached, **asked.as_arguments()
        )
        rows = queries.review_rows(
            actor=actor,
            company_id=company_id,
            on=today(),
            sort=query.sort,
            descending=query.descending,
            limit=query.limit,
            offset=query.offset,
            reached=reached,
            **asked.as_arguments(),
        )
        return ListResult(rows=rows, count=sums.items, totals={"usage": sums.volume})

    context = {
        "period": period,
        "reason_chips": _reason_chips(request, period.row, reached),
        "accept_reasons": reason_choices("acceptance_reason"),
        "return_reasons": reason_choices("return_reason"),
        "near_percent": NEAR_PERCENT,
        "query": request.GET.urlencode(),
    }
    return list_response(request, QUEUE, _filter_for(period), load, context=context, template="readings/review.html")


@requires("readings.review")
def reasons(request: OfficeRequest) -> HttpResponseBase:
    """The chips alone, after a decision."""
    period = chosen_period(request)
    reached = reach(request.actor, "readings.review", on=today())
    context = {"reason_chips": _reason_chips(request, period.row, reached), "query": request.GET.urlencode()}
    return render(request, "readings/reasons.html", context)


@requires("readings.review")
def near_average(request: OfficeRequest) -> HttpResponseBase:
    """How many a bulk approval would take: a sentence for the dialog."""
    percent = percent_of(request.GET.get("percent", ""))
    found: Sequence[PickedItem] = ()
    if percent is not None:
        found = queries.items_near_average(
            actor=request.actor,
            company_id=company_of(request.actor),
            on=today(),
            percent=percent,
            **queue_filter(request, request.GET.dict()).as_arguments(),
        )
    context = {"percent": percent, "count": len(found), "held": sum(one.is_held for one in found)}
    return render(request, "readings/near.html", context)


def percent_of(text: str) -> int | None:
    """A whole percentage from 0 to 1000, None for anything else."""
    plain = text.strip().removesuffix("%")
    return int(plain) if plain.isascii() and plain.isdigit() and len(plain) <= 4 and int(plain) <= 1000 else None


@dataclass(frozen=True, slots=True)
class ReasonChip:
    """One reason above the queue."""

    label: str
    count: int
    url: str
    is_current: bool


def _reason_chips(request: OfficeRequest, period: PeriodRow | None, reached: Reach) -> list[ReasonChip]:
    if period is None:
        return []
    asked: dict[str, Any] = {
        "company_id": company_of(request.actor),
        "on": today(),
        "yyyymm": period.yyyymm,
        "reached": reached,
    }
    waiting = queries.review_sums(actor=request.actor, **asked)
    counts = queries.review_counts(actor=request.actor, **asked)
    found = [("held", _("all held"), waiting.held), ("read", _("nothing noticed"), waiting.items - waiting.held)]
    found += [(one.code, str(ANOMALIES[one.code].text), one.waiting) for one in counts if one.code in ANOMALIES]
    current = request.GET.get("reason") or "held"
    return [ReasonChip(label, count, _url_of(request, key), key == current) for key, label, count in found]


def _url_of(request: OfficeRequest, reason: str) -> str:
    asked = request.GET.copy()
    for name in ("page", "format", "percent"):
        asked.pop(name, None)
    asked["reason"] = reason
    return f"{reverse('readings:review')}?{asked.urlencode()}"
