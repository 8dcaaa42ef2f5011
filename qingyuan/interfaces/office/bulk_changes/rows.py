"""From a file or a rule to the rows of a set, and back from what was kept between preview and confirmation."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from qingyuan.domains.customers.rules.bulk import MOST_ROWS, BulkRow
from qingyuan.interfaces.office.bulk_changes.kinds import CellRefused, Cells, Kind, Names
from qingyuan.interfaces.office.shell.uploads import UploadRefused
from qingyuan.overviews.bulk_selection import points_of_numbers
from qingyuan.platform.files.queries.tables import read_table

POINT, ACCOUNT, FROM, TO, EVIDENCE = "用水点号", "户号", "生效日期", "截止日期", "依据"


@dataclass(frozen=True, slots=True)
class Unreadable:
    """A row of the file of which no change can be made, and why."""

    place: str
    account_no: str
    point_no: str
    message: str


@dataclass(frozen=True, slots=True)
class Given:
    """The rows of a set, and those that could not be read."""

    rows: tuple[BulkRow[Any], ...]
    unreadable: tuple[Unreadable, ...] = ()


@dataclass(frozen=True, slots=True)
class Standard:
    """What counts for a row whose file does not say otherwise."""

    cells: Cells
    from_date: date
    to_date: date | None
    evidence: str


def of_numbers(kind: Kind, numbers: Sequence[str], standard: Standard, names: Names) -> Given:
    """The rows of accounts or points that a rule found, each once."""
    value = kind.typed(standard.cells, names)
    rows = (
        BulkRow(number, number, value, standard.from_date, standard.evidence, standard.to_date)
        for number in dict.fromkeys(numbers)
    )
    return Given(tuple(rows))


def of_file(kind: Kind, content: bytes, standard: Standard, names: Names, *, company_id: int, on: date) -> Given:
    """The rows of a file. Raises UploadRefused without a column of numbers, and the refusals of `read_table`."""
    table = read_table(content, max_rows=MOST_ROWS)
    headings = [_text(cell) for cell in table.headings]
    if POINT not in headings and ACCOUNT not in headings:
        wanted = f"{POINT} / {ACCOUNT}" if kind.of_points else ACCOUNT
        raise UploadRefused(reason=_("The first row has no heading %(wanted)s.") % {"wanted": wanted})
    lines = [
        (str(row_no), dict(zip(headings, map(_text, line), strict=False)))
        for row_no, line in enumerate(table.rows, start=2)
        if any(cell not in ("", None) for cell in line)
    ]
    points: Mapping[str, tuple[str, ...]] = {}
    if kind.of_points:
        asked = {cells.get(ACCOUNT, "") for _place, cells in lines if not cells.get(POINT)}
        points = points_of_numbers(asked, company_id=company_id, on=on)
    rows: list[BulkRow[Any]] = []
    unreadable: list[Unreadable] = []
    for place, cells in lines:
        try:
            rows.append(_row(kind, place, cells, standard, names, points))
        except CellRefused as refused:
            said = _("Column %(column)s %(remedy)s.") % {"column": refused.column, "remedy": str(refused.remedy)}
            unreadable.append(Unreadable(place, cells.get(ACCOUNT, ""), cells.get(POINT, ""), said))
    return Given(tuple(rows), tuple(unreadable))


def _row(
    kind: Kind,
    place: str,
    cells: Cells,
    standard: Standard,
    names: Names,
    points: Mapping[str, tuple[str, ...]],
) -> BulkRow[Any]:
    number = _number(kind, cells, points)
    value = kind.typed({**standard.cells, **{name: text for name, text in cells.items() if text}}, names)
    to_date = _day(cells, TO) or standard.to_date if kind.ends else None
    return BulkRow(
        place, number, value, _day(cells, FROM) or standard.from_date, cells.get(EVIDENCE) or standard.evidence, to_date
    )


def _number(kind: Kind, cells: Cells, points: Mapping[str, tuple[str, ...]]) -> str:
    account = cells.get(ACCOUNT, "")
    if not kind.of_points:
        if not account:
            raise CellRefused(ACCOUNT, _("is empty"))
        return account
    if cells.get(POINT):
        return cells[POINT]
    found = points.get(account, ())
    if len(found) > 1:
        raise CellRefused(
            POINT, _("is empty, and the account has %(count)s points: name the one") % {"count": len(found)}
        )
    if not found:
        raise CellRefused(ACCOUNT, _("names no account with an open point"))
    return found[0]


def _day(cells: Cells, column: str) -> date | None:
    text = cells.get(column, "")
    if not text:
        return None
    try:
        return date.fromisoformat(text.replace("/", "-"))
    except ValueError as error:
        raise CellRefused(column, _("is no date: write 2026-11-24")) from error


def _text(cell: object) -> str:
    """A cell as people read it: whole numbers without a point, days as ISO."""
    if isinstance(cell, datetime):
        return cell.date().isoformat()
    if isinstance(cell, date):
        return cell.isoformat()
    if isinstance(cell, float):
        return f"{Decimal(repr(cell)).normalize():f}"
    return str(cell if cell is not None else "").strip()


def kept(kind: Kind, rows: Sequence[BulkRow[Any]]) -> bytes:
    """The rows as bytes, for the time between preview and confirmation."""
    told = [
        [row.place, row.number, kind.dump(row.value), row.from_date.isoformat(), row.evidence,
         row.to_date.isoformat() if row.to_date else None]
        for row in rows
    ]  # fmt: skip
    return json.dumps([kind.key, told], ensure_ascii=False).encode()


def from_kept(kind: Kind, content: bytes) -> tuple[BulkRow[Any], ...]:
    """The rows again. Raises UploadRefused for those of another kind."""
    key, told = json.loads(content)
    if key != kind.key:
        raise UploadRefused(reason=_("This preview belongs to another change."))
    return tuple(
        BulkRow(
            place,
            number,
            kind.load(value),
            date.fromisoformat(start),
            evidence,
            date.fromisoformat(end) if end else None,
        )
        for place, number, value, start, evidence, end in told
    )
