"""Record pages (详情页): a header that stays, tabs with addresses, fact lists, tables, a timeline, and dialogs."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any, TypeVar

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy

from qingyuan.interfaces.office.shell.cells import Cell, cell_for, css_for, text_for, unit_for
from qingyuan.interfaces.office.shell.chips import Chip
from qingyuan.interfaces.office.shell.lists import Action, Column
from qingyuan.interfaces.office.shell.text import Label

RowT = TypeVar("RowT")

NOTHING_HERE = gettext_lazy("Nothing here yet.")
NO_EVENTS = gettext_lazy("Nothing has happened yet.")
TYPE_THE_AMOUNT = gettext_lazy("Type the amount to confirm")


@dataclass(frozen=True, slots=True)
class MaskedValue:
    """A phone or document number shown in part; `reveal_url` answers with the whole (and records who looked)."""

    masked: str
    reveal_url: str = ""


@dataclass(frozen=True, slots=True)
class Fact:
    """One label with its value: text, a chip, or a masked value. `tone` owed stands out in red with its word."""

    label: Label
    text: Label = ""
    chip: Chip | None = None
    masked: MaskedValue | None = None
    url: str = ""
    tone: str = ""


@dataclass(frozen=True, slots=True)
class FactList:
    facts: tuple[Fact, ...]
    heading: Label = ""


@dataclass(frozen=True, slots=True)
class Figure:
    """A number that stays visible in the header (owed, prepaid). `owed` draws it as debt."""

    label: Label
    text: str
    owed: bool = False


@dataclass(frozen=True, slots=True)
class Tab:
    """One tab: a page of its own at `url`. `count` None shows none."""

    key: str
    label: Label
    url: str
    count: int | None = None


@dataclass(frozen=True, slots=True)
class DetailPage:
    """The header of a record. `notice` is a sentence that stands above everything (on hold, closed period)."""

    title: str
    number: str = ""
    chips: tuple[Chip, ...] = ()
    facts: tuple[Fact, ...] = ()
    figures: tuple[Figure, ...] = ()
    actions: tuple[Action, ...] = ()
    tabs: tuple[Tab, ...] = ()
    current_tab: str = ""
    notice: Label = ""
    back_url: str = ""
    previous_url: str = ""
    next_url: str = ""


def detail_response(
    request: HttpRequest,
    page: DetailPage,
    template: str = "office/detail.html",
    *,
    context: Mapping[str, Any] | None = None,
    status: int = 200,
) -> HttpResponse:
    """The record's page. A tab's template extends `office/detail.html` and fills the block `tab`."""
    title = f"{page.title} {page.number}".strip()
    return render(request, template, {"page": page, "title": title, **(context or {})}, status=status)


@dataclass(frozen=True, slots=True)
class SubTable:
    """A table inside a page, from the same columns as lists; made by `sub_table`."""

    caption: str
    headings: tuple[tuple[str, str, str], ...]
    rows: tuple[tuple[Cell, ...], ...]
    totals: tuple[Cell, ...] | None = None
    empty: Label = NOTHING_HERE
    caption_shown: bool = False


def sub_table(
    caption: Label,
    columns: Sequence[Column[RowT]],
    rows: Sequence[RowT],
    *,
    totals: Mapping[str, Decimal | int] | None = None,
    empty: Label = NOTHING_HERE,
    caption_shown: bool = False,
) -> SubTable:
    """A table of `rows` with an optional line of totals."""
    headings = tuple((str(column.label), unit_for(column.kind), css_for(column.kind)) for column in columns)
    cells = tuple(tuple(cell_for(column, row) for column in columns) for row in rows)
    sums = None
    if totals and rows:
        sums = tuple(
            Cell(text_for(column.kind, totals[column.key]) if column.key in totals else "", css_for(column.kind))
            for column in columns
        )
    return SubTable(str(caption), headings, cells, sums, empty, caption_shown)


@dataclass(frozen=True, slots=True)
class TimelineEntry:
    """One event of a record's history."""

    at: datetime
    title: str
    detail: str = ""
    who: str = ""
    url: str = ""
    chip: Chip | None = None


@dataclass(frozen=True, slots=True)
class Timeline:
    entries: tuple[TimelineEntry, ...]
    empty: Label = NO_EVENTS


@dataclass(frozen=True, slots=True)
class Step:
    """One step of a process. `state` is done, current, waiting or failed."""

    label: Label
    state: str = "waiting"
    detail: str = ""

    @property
    def icon(self) -> str:
        return {"done": "check", "failed": "alert-circle", "current": "player-play"}.get(self.state, "dots")


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a job is; `message` says what it does now."""

    done: int
    total: int
    message: str = ""

    @property
    def percent(self) -> int:
        return min(self.done * 100 // self.total, 100) if self.total else 0


@dataclass(frozen=True, slots=True)
class Stepper:
    """The steps of a process. With `poll_url` the browser asks for the stepper again every two seconds.

    The address answers with `{% stepper %}` alone; the last answer carries no `poll_url`, which ends the asking.
    `reload_when_done` True loads the page anew at that point, so that its other parts show the end.
    """

    key: str
    steps: tuple[Step, ...]
    progress: Progress | None = None
    poll_url: str = ""
    reload_when_done: bool = False


@dataclass(frozen=True, slots=True)
class Confirm:
    """A dialog before something that cannot be taken back: consequence, and a text to be typed.

    A button with `data-opens="<key>"` opens it. It posts `typed` (and `reason`) to `url`; the view compares `typed`
    with the same amount again by `ConfirmForm`.
    """

    key: str
    title: Label
    consequence: Label
    url: str
    submit: Label
    expected: str = ""
    expected_label: Label = TYPE_THE_AMOUNT
    with_reason: bool = False
    danger: bool = True
    hidden: Mapping[str, str] = field(default_factory=dict)
