"""What waits for a decision, counted and picked out in one statement; files imported before (待审统计、重复文件)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from qingyuan.domains.readings.queries.field_facts import rows_of
from qingyuan.domains.readings.queries.tasks import within
from qingyuan.domains.readings.rules.anomalies import ALWAYS_HELD
from qingyuan.kernel.actor import Actor
from qingyuan.platform.staff.queries import Reach, reach

WAITING = ("READ", "HELD")


@dataclass(frozen=True, slots=True)
class ReviewSums:
    """How many items wait, and what they used together, m³."""

    items: int
    held: int
    volume: Decimal


@dataclass(frozen=True, slots=True)
class PickedItem:
    """An item that a bulk decision would take, by the version that was looked at."""

    reading_item_id: int
    version: int
    is_held: bool


@dataclass(frozen=True, slots=True)
class EarlierImport:
    """A file of the same content that was imported for the same period."""

    file_name: str
    rows_taken: int
    confirmed_by: str
    at: datetime


_WHERE = """
    FROM reading_item i
    JOIN reading_period p ON p.id = i.period_id
    WHERE i.company_id = %(company)s AND i.state IN ('READ', 'HELD') AND i.approved_at IS NULL AND i.read_date IS NOT NULL AND i.state = ANY(%(states)s)
      AND (%(yyyymm)s::int IS NULL OR p.yyyymm = %(yyyymm)s)
      AND (%(book)s::bigint IS NULL OR i.book_id = %(book)s)
      AND (%(code)s::text IS NULL OR EXISTS (
           SELECT 1 FROM anomaly an WHERE an.reading_item_id = i.id AND an.revision = i.revision
           AND an.code = %(code)s))
"""


def review_sums(
    *,
    actor: Actor,
    company_id: int,
    on: date,
    yyyymm: int | None = None,
    code: str | None = None,
    states: Sequence[str] = WAITING,
    book_id: int | None = None,
    reached: Reach | None = None,
) -> ReviewSums:
    """Count and usage of what `review_rows` gives for the same filter, within the actor's reach (readings.review)."""
    inside, params = _asked(
        reached or reach(actor, "readings.review", on=on), company_id, yyyymm, code, states, book_id
    )
    sql = (
        "SELECT count(*), count(*) FILTER (WHERE i.state = 'HELD'), COALESCE(sum(i.usage_volume), 0.000) "
        f"{_WHERE} AND {inside}"
    )
    [row] = rows_of(sql, params)
    return ReviewSums(*row)


def items_near_average(
    *,
    actor: Actor,
    company_id: int,
    on: date,
    percent: int,
    yyyymm: int | None = None,
    code: str | None = None,
    states: Sequence[str] = WAITING,
    book_id: int | None = None,
    limit: int = 5000,
) -> tuple[PickedItem, ...]:
    """The waiting items of the filter whose usage differs from the expected by at most `percent` of it.

    Items without an average are left out, and so is what must be changed before it may be approved.
    """
    reached = reach(actor, "readings.review", on=on)
    inside, params = _asked(reached, company_id, yyyymm, code, states, book_id)
    expected = "i.average_volume * GREATEST(i.months, 1)"
    sql = f"""
        SELECT i.id, i.version, i.state = 'HELD' {_WHERE} AND {inside}
          AND i.average_volume > 0 AND abs(i.usage_volume - {expected}) * 100 <= %(percent)s * {expected}
          AND NOT EXISTS (SELECT 1 FROM anomaly an WHERE an.reading_item_id = i.id AND an.revision = i.revision
                          AND an.code = ANY(%(never)s))
        ORDER BY i.id LIMIT %(limit)s
    """
    never = sorted(code.value for code in ALWAYS_HELD)
    rows = rows_of(sql, {**params, "percent": percent, "never": never, "limit": limit})
    return tuple(PickedItem(*row) for row in rows)


def _asked(
    reached: Reach,
    company_id: int,
    yyyymm: int | None,
    code: str | None,
    states: Sequence[str],
    book_id: int | None,
) -> tuple[str, Mapping[str, Any]]:
    inside, params = within(reached, unit="i.unit_id", book="i.book_id")
    asked = {"company": company_id, "yyyymm": yyyymm, "code": code, "states": list(states), "book": book_id}
    return inside, {**params, **asked}


def earlier_import(*, company_id: int, yyyymm: int, round_no: int, content_hash: str) -> EarlierImport | None:
    """The newest import of a file with this content (SHA-256) in the period; None when there was none."""
    sql = """
        SELECT r.file_name, r.rows_taken, COALESCE(s.name, ''), r.created_at
        FROM reading_import r
        JOIN reading_period p ON p.id = r.period_id
        LEFT JOIN staff s ON s.id = r.confirmed_by_id
        WHERE r.company_id = %s AND p.yyyymm = %s AND p.round_no = %s AND r.content_hash = %s
        ORDER BY r.id DESC LIMIT 1
    """
    rows = rows_of(sql, [company_id, yyyymm, round_no, content_hash])
    return EarlierImport(*rows[0]) if rows else None
