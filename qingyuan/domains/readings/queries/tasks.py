"""Task list and periods with their progress (抄表进度)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from qingyuan.domains.readings.queries.field_facts import rows_of
from qingyuan.kernel.actor import Actor
from qingyuan.kernel.errors import NotFound
from qingyuan.platform.staff.queries import Reach, reach


@dataclass(frozen=True, slots=True)
class PeriodRow:
    """A reading period of a company."""

    period_id: int
    yyyymm: int
    round_no: int
    state: str


@dataclass(frozen=True, slots=True)
class Progress:
    """Counts of items by state. `to_read` leaves out skipped ones; `taken` is what was read, in whatever state."""

    pending: int
    read: int
    held: int
    approved: int
    billed: int
    skipped: int

    @property
    def to_read(self) -> int:
        """Items that are to be read."""
        return self.pending + self.taken

    @property
    def taken(self) -> int:
        """Items that are read."""
        return self.read + self.held + self.approved + self.billed

    @property
    def permille(self) -> int:
        """Reading rate (抄见率) in thousandths, rounded down."""
        return 1000 * self.taken // self.to_read if self.to_read else 0

    @property
    def state(self) -> str:
        """The task's state, derived: PENDING, READING, REVIEW (all read), APPROVED, BILLED."""
        if self.taken == 0:
            return "PENDING" if self.pending else "BILLED"
        if self.pending:
            return "READING"
        if self.read or self.held:
            return "REVIEW"
        return "APPROVED" if self.approved else "BILLED"


@dataclass(frozen=True, slots=True)
class TaskRow:
    """A task of the list."""

    task_id: int
    book_id: int
    book_no: str
    book_name: str
    unit_id: int
    unit_name: str
    reader_name: str
    yyyymm: int
    round_no: int
    planned_date: date
    progress: Progress


def periods(company_id: int, *, limit: int = 60) -> tuple[PeriodRow, ...]:
    """The company's reading periods, newest first."""
    sql = """
        SELECT id, yyyymm, round_no, state FROM reading_period WHERE company_id = %s
        ORDER BY yyyymm DESC, round_no DESC LIMIT %s
    """
    return tuple(PeriodRow(*row) for row in rows_of(sql, [company_id, limit]))


def within(reached: Reach, *, unit: str, book: str) -> tuple[str, dict[str, Any]]:
    """A reach as SQL on two columns, with its parameters (reach_whole, reach_units, reach_books)."""
    if reached.everything:
        return "TRUE", {}
    condition = f"({unit} = ANY(%(reach_whole)s)"
    params: dict[str, Any] = {"reach_whole": sorted(reached.whole_unit_ids)}
    if reached.book_ids:
        condition += f" OR ({unit} = ANY(%(reach_units)s) AND {book} = ANY(%(reach_books)s))"
        params |= {"reach_units": sorted(reached.unit_ids), "reach_books": sorted(reached.book_ids)}
    return condition + ")", params


def tasks(
    *,
    actor: Actor,
    company_id: int,
    on: date,
    yyyymm: int | None = None,
    round_no: int | None = None,
    book_ids: Sequence[int] | None = None,
    unit_ids: Sequence[int] | None = None,
    task_ids: Sequence[int] | None = None,
    limit: int = 500,
    offset: int = 0,
) -> tuple[TaskRow, ...]:
    """Tasks within the actor's reach (readings.view), newest period first, then by book number."""
    inside, params = within(reach(actor, "readings.view", on=on), unit="t.unit_id", book="t.book_id")
    sql = f"""
        SELECT t.id, b.id, b.book_no, b.name, u.id, u.name, COALESCE(s.name, ''), p.yyyymm, p.round_no, t.planned_date,
               c.*
        FROM (
            SELECT t.* FROM reading_task t JOIN reading_period p ON p.id = t.period_id JOIN book b ON b.id = t.book_id
            WHERE t.company_id = %(company)s AND {inside}
              AND (%(yyyymm)s::int IS NULL OR p.yyyymm = %(yyyymm)s)
              AND (%(round)s::int IS NULL OR p.round_no = %(round)s)
              AND (%(books)s::bigint[] IS NULL OR t.book_id = ANY(%(books)s::bigint[]))
              AND (%(units)s::bigint[] IS NULL OR t.unit_id = ANY(%(units)s::bigint[]))
              AND (%(tasks)s::bigint[] IS NULL OR t.id = ANY(%(tasks)s::bigint[]))
            ORDER BY p.yyyymm DESC, p.round_no DESC, b.book_no
            LIMIT %(limit)s OFFSET %(offset)s
        ) t
        JOIN reading_period p ON p.id = t.period_id
        JOIN book b ON b.id = t.book_id
        JOIN org_unit u ON u.id = t.unit_id
        LEFT JOIN staff s ON s.id = t.reader_id
        CROSS JOIN LATERAL (
            SELECT count(*) FILTER (WHERE i.state = 'PENDING'), count(*) FILTER (WHERE i.state = 'READ'),
                   count(*) FILTER (WHERE i.state = 'HELD'), count(*) FILTER (WHERE i.state = 'APPROVED'),
                   count(*) FILTER (WHERE i.state = 'BILLED'), count(*) FILTER (WHERE i.state = 'SKIPPED')
            FROM reading_item i WHERE i.task_id = t.id
        ) c
        ORDER BY p.yyyymm DESC, p.round_no DESC, b.book_no
    """
    params |= {
        "company": company_id,
        "yyyymm": yyyymm,
        "round": round_no,
        "books": None if book_ids is None else list(book_ids),
        "units": None if unit_ids is None else list(unit_ids),
        "tasks": None if task_ids is None else list(task_ids),
        "limit": limit,
        "offset": offset,
    }
    return tuple(_task(row) for row in rows_of(sql, params))


def _task(row: Sequence[Any]) -> TaskRow:
    values: list[Any] = [*row[:10], Progress(*row[10:])]
    return TaskRow(*values)


def task(*, actor: Actor, task_id: int, on: date) -> TaskRow:
    """One task. Raises NotFound, also outside the actor's reach (readings.view)."""
    companies = rows_of("SELECT company_id FROM reading_task WHERE id = %s", [task_id])
    found = tasks(actor=actor, company_id=companies[0][0], on=on, task_ids=[task_id]) if companies else ()
    if not found:
        raise NotFound(reading_task=task_id)
    return found[0]


def period_progress(*, actor: Actor, company_id: int, yyyymm: int, on: date, round_no: int = 1) -> Progress:
    """Counts over all tasks of a period within the actor's reach (readings.view)."""
    inside, params = within(reach(actor, "readings.view", on=on), unit="i.unit_id", book="i.book_id")
    sql = f"""
        SELECT count(*) FILTER (WHERE i.state = 'PENDING'), count(*) FILTER (WHERE i.state = 'READ'),
               count(*) FILTER (WHERE i.state = 'HELD'), count(*) FILTER (WHERE i.state = 'APPROVED'),
               count(*) FILTER (WHERE i.state = 'BILLED'), count(*) FILTER (WHERE i.state = 'SKIPPED')
        FROM reading_period p JOIN reading_task t ON t.period_id = p.id JOIN reading_item i ON i.task_id = t.id
        WHERE p.company_id = %(company)s AND p.yyyymm = %(yyyymm)s AND p.round_no = %(round)s AND {inside}
    """
    [row] = rows_of(sql, params | {"company": company_id, "yyyymm": yyyymm, "round": round_no})
    return Progress(*row)
