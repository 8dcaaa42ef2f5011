"""The file of a year (年度放假安排): one line per day that differs, `2026-02-17,HOLIDAY,春节`, as CSV text."""

import csv
import io
from dataclasses import dataclass
from datetime import date

from qingyuan.kernel.errors import DomainError

KINDS = ("HOLIDAY", "WORKDAY")
_COLUMNS = 3


class LineRefused(DomainError):
    """A line of the calendar file cannot be read (日历文件第几行有误)."""

    code = "calendar.line_refused"


@dataclass(frozen=True, slots=True)
class Day:
    """A day that differs from the week's pattern."""

    date: date
    kind: str
    name: str


def days_of(text: str, year: int) -> tuple[Day, ...]:
    """The days of the file in order of date; empty lines and a heading line are passed over.

    Raises LineRefused(line) for a line that has not three fields, a date outside the year, an unknown kind, or a date
    that came before.
    """
    found: dict[date, Day] = {}
    for number, fields in enumerate(csv.reader(io.StringIO(text.lstrip("\ufeff"))), start=1):
        cells = [cell.strip() for cell in fields]
        if not any(cells) or (number == 1 and cells[0].lower() in {"date", "日期"}):
            continue
        day = _day(cells, number)
        if day.date.year != year or day.date in found:
            raise LineRefused(line=number)
        found[day.date] = day
    return tuple(found[one] for one in sorted(found))


def _day(cells: list[str], number: int) -> Day:
    if len(cells) != _COLUMNS or cells[1].upper() not in KINDS or not cells[2]:
        raise LineRefused(line=number)
    try:
        day = date.fromisoformat(cells[0])
    except ValueError as error:
        raise LineRefused(line=number) from error
    return Day(day, cells[1].upper(), cells[2])
