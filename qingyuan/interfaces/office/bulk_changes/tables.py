"""The rows of a preview and of a result: whose, before → after, the verdict and why."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from qingyuan.domains.customers.rules.bulk import JudgedRow, JudgedSet, RowVerdict
from qingyuan.interfaces.office.accounts import words
from qingyuan.interfaces.office.bulk_changes.kinds import Kind, Names
from qingyuan.interfaces.office.bulk_changes.rows import Unreadable
from qingyuan.interfaces.office.shell.chips import Chip, Tone
from qingyuan.interfaces.office.shell.lists import Column, ColumnKind
from qingyuan.interfaces.office.shell.sentences import code_sentence
from qingyuan.overviews.bulk_selection import whose

CHIPS = {
    RowVerdict.REFUSED: Chip(_("not changeable"), Tone.RED),
    RowVerdict.CHANGED: Chip(_("changes"), Tone.GREEN),
    RowVerdict.UNCHANGED: Chip(_("is so already"), Tone.GREY),
}
DONE = Chip(_("now changed"), Tone.GREEN)
_ORDER = tuple(CHIPS)
"""Refused first: they are what a person must look at."""


@dataclass(frozen=True, slots=True)
class ShownRow:
    """A row in words."""

    place: str
    account_no: str
    point_no: str
    holder_name: str
    address: str
    before: str
    after: str
    verdict: RowVerdict
    chip: Chip
    message: str


@dataclass(frozen=True, slots=True)
class Counts:
    """How many rows of each verdict."""

    changed: int
    unchanged: int
    refused: int

    @classmethod
    def of(cls, rows: Sequence[ShownRow]) -> "Counts":
        found = [row.verdict for row in rows]
        return cls(*(found.count(one) for one in (RowVerdict.CHANGED, RowVerdict.UNCHANGED, RowVerdict.REFUSED)))


COLUMNS: tuple[Column[ShownRow], ...] = (
    Column("place", _("Row")),
    Column("chip", _("Verdict"), ColumnKind.CHIP),
    Column(
        "account_no",
        _("Account no."),
        ColumnKind.IDENTIFIER,
        link=lambda row: reverse("accounts:detail", args=[row.account_no]) if row.holder_name else None,
    ),
    Column("point_no", _("Point no."), ColumnKind.IDENTIFIER),
    Column("holder_name", _("Account name")),
    Column("before", _("Before")),
    Column("after", _("After")),
    Column("message", _("Reason"), ColumnKind.LONG_TEXT),
    Column("address", _("Address"), ColumnKind.LONG_TEXT),
)


def kept(rows: Sequence[ShownRow], *, done: bool) -> bytes:
    """The rows as bytes, for the file that a person takes of them."""
    told = [
        [one.place, one.account_no, one.point_no, one.holder_name, one.address, one.before, one.after,
         one.verdict.value, one.message]
        for one in rows
    ]  # fmt: skip
    return json.dumps([done, told], ensure_ascii=False).encode()


def from_kept(content: bytes) -> list[ShownRow]:
    """The rows again."""
    done, told = json.loads(content)
    return [_from_told(row, done) for row in told]


def _from_told(row: Sequence[str], done: bool) -> ShownRow:
    place, account_no, point_no, holder_name, address, before, after, verdict, message = row
    judged = RowVerdict(verdict)
    chip = _chip(judged, done)
    return ShownRow(place, account_no, point_no, holder_name, address, before, after, judged, chip, message)


def _chip(verdict: RowVerdict, done: bool) -> Chip:
    return DONE if done and verdict is RowVerdict.CHANGED else CHIPS[verdict]


def shown_rows(
    kind: Kind,
    judged: JudgedSet[Any],
    unreadable: Sequence[Unreadable],
    names: Names,
    *,
    company_id: int,
    done: bool = False,
) -> list[ShownRow]:
    """All rows, the refused ones first."""
    numbers = {
        row.row.number for row in judged.rows if row.subject_id is not None and row.code != "kernel.not_permitted"
    }
    known = whose(numbers, company_id=company_id, of_points=kind.of_points, on=timezone.localdate())

    def shown(row: JudgedRow[Any]) -> ShownRow:
        found = known.get(row.row.number)
        before = "—"
        if row.before is not None:
            span = words.span(row.before.from_date, row.before.to_date)
            before = f"{kind.words(row.before.value, names)} ({span})"
        return ShownRow(
            place=row.row.place,
            account_no=found.account_no if found else "",
            point_no=row.row.number if kind.of_points else "",
            holder_name=found.holder_name if found else "",
            address=found.address if found else "",
            before=before,
            after=f"{kind.words(row.row.value, names)} ({words.span(row.row.from_date, row.row.to_date)})",
            verdict=row.verdict,
            chip=_chip(row.verdict, done),
            message=code_sentence(row.code, row.params) if row.code else "",
        )

    refused = [
        ShownRow(
            one.place, one.account_no, one.point_no, "", "", "—", gettext("not readable"),
            RowVerdict.REFUSED, CHIPS[RowVerdict.REFUSED], one.message,
        )
        for one in unreadable
    ]  # fmt: skip
    return sorted([*refused, *map(shown, judged.rows)], key=lambda row: _ORDER.index(row.verdict))
