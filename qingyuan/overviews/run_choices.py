"""What a new billing run may take (开账范围): the periods, and a period's books by unit, reading area 片区 and cycle 抄表周期."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, NamedTuple

from qingyuan.domains.billing.queries.statements import rows_of
from qingyuan.domains.routes import queries as routes
from qingyuan.domains.routes.rules.area_tree import TreeArea, area_tree, within_area
from qingyuan.domains.routes.rules.cycle import Cycle, is_due
from qingyuan.kernel.period import Month

MOST = 500
"""How many books one page shows."""


class PeriodChoice(NamedTuple):
    """A reading period: `yyyymm` its month, `round_no` 1 unless books are read several times in the month."""

    id: int
    yyyymm: int
    round_no: int


@dataclass(frozen=True, slots=True)
class BookChoice:
    """A book that a new run may take: how its readings of the period stand, and the unissued run that has taken it, of
    whatever period.
    """

    id: int
    book_no: str
    name: str
    area_name: str
    cycle: Cycle
    approved: int
    waiting: int
    billed: int
    taken_by: str


@dataclass(frozen=True, slots=True)
class BookSearch:
    """Which books are looked for: those of these units read in the period; `area_ids`, `cycle`, `book_ids` and `text` (a part
    of number or name) narrow where given.
    """

    period: PeriodChoice
    unit_ids: frozenset[int]
    area_ids: frozenset[int] | None = None
    cycle: Cycle | None = None
    book_ids: frozenset[int] | None = None
    text: str = ""


def open_periods(company_ids: tuple[int, ...]) -> tuple[PeriodChoice, ...]:
    """The last reading periods of the companies, newest first."""
    sql = (
        "SELECT id, yyyymm, round_no FROM reading_period WHERE company_id = ANY(%s)"
        " ORDER BY yyyymm DESC, round_no DESC, id LIMIT 24"
    )
    return tuple(PeriodChoice(*row) for row in rows_of(sql, [list(company_ids)]))


def first_period(company_id: int, month: Month) -> PeriodChoice | None:
    """The company's reading period of the month, the first where there are several rounds; None while there is none."""
    sql = "SELECT id, yyyymm, round_no FROM reading_period WHERE company_id = %s AND yyyymm = %s ORDER BY round_no LIMIT 1"
    rows = rows_of(sql, [company_id, month.number])
    return PeriodChoice(*rows[0]) if rows else None


_NARROWED = """
    b.unit_id = ANY(%(units)s) AND (%(areas)s::bigint[] IS NULL OR b.area_id = ANY(%(areas)s::bigint[]))
    AND (%(books)s::bigint[] IS NULL OR b.id = ANY(%(books)s::bigint[]))
    AND (%(text)s = '' OR position(lower(%(text)s) IN lower(b.book_no || ' ' || b.name)) > 0)
    AND (%(interval)s::int IS NULL OR b.months_interval = %(interval)s::int AND mod(b.phase_month - 1, %(interval)s::int) + 1 = %(first)s::int)
"""

_CHOICES = f"""
    SELECT b.id, b.book_no, b.name, COALESCE(ra.name, ''), b.months_interval, b.phase_month,
           count(*) FILTER (WHERE i.state = 'APPROVED'),
           count(*) FILTER (WHERE i.state NOT IN ('APPROVED', 'BILLED', 'SKIPPED')),
           count(*) FILTER (WHERE i.state = 'BILLED'),
           COALESCE((SELECT r.run_no FROM run_book k JOIN billing_run r ON r.id = k.run_id
                     WHERE k.book_id = b.id ORDER BY r.id LIMIT 1), '')
    FROM reading_task t JOIN book b ON b.id = t.book_id JOIN reading_item i ON i.task_id = t.id
    LEFT JOIN reading_area ra ON ra.id = b.area_id
    WHERE t.period_id = %(period)s AND NOT i.never_billed AND {_NARROWED}
    GROUP BY b.id, ra.name ORDER BY b.book_no LIMIT %(most)s
"""


def book_choices(search: BookSearch, *, most: int | None = MOST) -> tuple[BookChoice, ...]:
    """The books found, by number; at most so many, None: all."""
    rows = rows_of(_CHOICES, _given(search, most))
    return tuple(BookChoice(row[0], row[1], row[2], row[3], Cycle.of(row[4], row[5]), *row[6:10]) for row in rows)


_MISSING = f"""
    SELECT b.book_no FROM book b
    WHERE b.is_active AND mod(b.phase_month + 144 - %(month)s, b.months_interval) = 0 AND {_NARROWED}
      AND NOT EXISTS (SELECT 1 FROM reading_task t WHERE t.book_id = b.id AND t.period_id = %(period)s)
    ORDER BY b.book_no LIMIT %(most)s
"""


def books_without_task(search: BookSearch, *, most: int | None = MOST) -> tuple[str, ...]:
    """Numbers of the books that are due in the period's month but have no reading task yet (未生成抄表任务); none for a
    second reading in the month, which takes only the books that somebody named.
    """
    if search.period.round_no > 1:
        return ()
    return tuple(row[0] for row in rows_of(_MISSING, _given(search, most)))


_PLANNED = f"""
    SELECT p.yyyymm, max(t.planned_date) FROM reading_period p JOIN reading_task t ON t.period_id = p.id
    JOIN book b ON b.id = t.book_id
    WHERE p.company_id = %(company)s AND p.round_no = 1 AND p.yyyymm BETWEEN %(since)s AND %(until)s AND {_NARROWED}
    GROUP BY p.yyyymm
"""
_REGULAR = f"""
    SELECT b.months_interval, b.phase_month, max(b.reading_day) FROM book b WHERE b.is_active AND {_NARROWED}
    GROUP BY b.months_interval, b.phase_month
"""


def last_reading_days(search: BookSearch, company_id: int, months: Sequence[Month]) -> dict[Month, date]:
    """By month: the last day on which a book found is planned to be read; by the tasks, while there are none by the books'
    own reading day. A month in which none is read has no entry. The search's period is not looked at.
    """
    if not months:
        return {}
    given = {**_given(search), "company": company_id, "since": min(months).number, "until": max(months).number}
    tasks = {Month.from_number(number): day for number, day in rows_of(_PLANNED, given)}
    found: dict[Month, date] = {}
    regular = rows_of(_REGULAR, given)
    for month in months:
        days = [day for interval, phase, day in regular if is_due(month, months_interval=interval, phase_month=phase)]
        if month in tasks:
            found[month] = tasks[month]
        elif days:
            found[month] = month.first_date.replace(day=max(days))
    return found


_KINDS = """
    SELECT DISTINCT b.area_id, b.months_interval, b.phase_month FROM reading_task t JOIN book b ON b.id = t.book_id
    WHERE t.period_id = %(period)s AND b.unit_id = ANY(%(units)s)
"""


def ways_to_narrow(search: BookSearch, company_id: int) -> tuple[tuple[TreeArea, ...], tuple[Cycle, ...]]:
    """The areas (each under its parent) and the cycles that the books read in the period have."""
    rows = rows_of(_KINDS, _given(search))
    areas = area_tree([(one.id, one.code, one.name, one.parent_id) for one in routes.areas(company_id)])
    held = {row[0] for row in rows}
    used = tuple(area for area in areas if within_area(areas, area.id) & held)
    return used, tuple(sorted({Cycle.of(row[1], row[2]) for row in rows}))


def _given(search: BookSearch, most: int | None = MOST) -> dict[str, Any]:
    return {
        "period": search.period.id,
        "month": search.period.yyyymm % 100,
        "units": sorted(search.unit_ids),
        "areas": None if search.area_ids is None else sorted(search.area_ids),
        "books": None if search.book_ids is None else sorted(search.book_ids),
        "text": search.text,
        "interval": search.cycle.months_interval if search.cycle else None,
        "first": search.cycle.first_month if search.cycle else None,
        "most": most,
    }


_APPROVED = """
    SELECT a.account_no, i.id FROM reading_item i JOIN account a ON a.id = i.account_id
    WHERE i.period_id = %s AND i.book_id = ANY(%s) AND a.account_no = ANY(%s) AND i.state = 'APPROVED' AND NOT i.never_billed
    ORDER BY i.id
"""


def approved_items(period_id: int, book_ids: Sequence[int], account_nos: Sequence[str]) -> dict[str, list[int]]:
    """By account number: its approved readings of the period in these books; an account without any has no entry."""
    found: dict[str, list[int]] = {}
    for account_no, reading_item_id in rows_of(_APPROVED, [period_id, list(book_ids), list(account_nos)]):
        found.setdefault(account_no, []).append(reading_item_id)
    return found
