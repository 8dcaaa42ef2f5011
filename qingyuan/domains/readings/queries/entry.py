"""Rows of the entry grid and of the review queue, and one item in full (录入表、审核队列、抄表项详情)."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from qingyuan.domains.readings.queries.field_facts import rows_of
from qingyuan.domains.readings.queries.tasks import within
from qingyuan.kernel.actor import Actor
from qingyuan.kernel.errors import NotFound
from qingyuan.platform.staff.queries import Reach, reach

SPARK_PERIODS = 13


@dataclass(frozen=True, slots=True)
class EntryRow:
    """One item in the grid. The register is the first open one; `registers` says how many there are to read.

    `version` goes back with what is entered. `high_usage_limit` lets the page flag a value before it is saved.
    """

    reading_item_id: int
    order_no: int
    point_no: str
    account_no: str
    holder_name: str
    address: str
    meter_no: str
    state: str
    previous_date: date | None
    previous_value: Decimal | None
    value: Decimal | None
    usage_volume: Decimal | None
    average_volume: Decimal | None
    high_usage_limit: Decimal | None
    last_year_volume: Decimal | None
    months: int
    read_date: date | None
    condition_code: str
    note: str
    registers: int
    multiplier: Decimal | None
    maximum: Decimal | None
    is_estimated: bool
    version: int
    anomalies: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ReviewRow:
    """One item that waits for review: the grid's facts, the reasons, and what was used before, oldest first."""

    entry: EntryRow
    book_no: str
    yyyymm: int
    reader_name: str
    photo_hash: str
    source: str
    history: tuple[Decimal, ...]

    @property
    def change_percent(self) -> int | None:
        """Usage against the average of the months, in whole percent (rounded down); None without an average."""
        expected = (self.entry.average_volume or Decimal(0)) * max(self.entry.months, 1)
        if not expected or self.entry.usage_volume is None:
            return None
        return int((self.entry.usage_volume - expected) * 100 // expected)


_COLUMNS = """
    i.id, i.order_no, sp.point_no, COALESCE(a.account_no, ''), COALESCE(c.name, ''), pr.address,
    COALESCE(g.meter_no, ''), i.state, i.previous_date, g.start_value, COALESCE(r.value, g.end_value), i.usage_volume,
    i.average_volume, i.high_usage_limit, i.last_year_volume, i.months, i.read_date, COALESCE(rc.code, ''), i.note,
    COALESCE(g.registers, 0), g.multiplier, g.maximum, i.is_estimated, i.version,
    ARRAY(SELECT an.code FROM anomaly an WHERE an.reading_item_id = i.id AND an.revision = i.revision
          ORDER BY (an.decision <> ''), an.code)
"""
_JOINS = """
    JOIN service_point sp ON sp.id = i.point_id
    JOIN premise pr ON pr.id = sp.premise_id
    LEFT JOIN account a ON a.id = i.account_id
    LEFT JOIN account_holder h ON h.account_id = a.id AND h.from_date <= %(on)s
         AND (h.to_date IS NULL OR h.to_date > %(on)s)
    LEFT JOIN customer c ON c.id = h.customer_id
    LEFT JOIN reading_condition rc ON rc.id = i.condition_id
    LEFT JOIN LATERAL (
        SELECT s.meter_no, s.start_value, s.end_value, s.multiplier, s.maximum, s.end_reading_id,
               count(*) OVER () AS registers
        FROM reading_segment s WHERE s.reading_item_id = i.id AND NOT s.is_final ORDER BY s.position LIMIT 1
    ) g ON TRUE
    LEFT JOIN reading r ON r.id = g.end_reading_id
"""


def entry_rows(
    *, actor: Actor, task_id: int, on: date, states: Sequence[str] | None = None, limit: int = 2000, offset: int = 0
) -> tuple[EntryRow, ...]:
    """A task's items in reading order, one statement, within the actor's reach (readings.view)."""
    inside, params = within(reach(actor, "readings.view", on=on), unit="i.unit_id", book="i.book_id")
    sql = f"""
        SELECT {_COLUMNS} FROM reading_item i {_JOINS}
        WHERE i.task_id = %(task)s AND {inside} AND (%(states)s::text[] IS NULL OR i.state = ANY(%(states)s))
        ORDER BY i.order_no, i.id LIMIT %(limit)s OFFSET %(offset)s
    """
    params |= {
        "task": task_id,
        "on": on,
        "states": None if states is None else list(states),
        "limit": limit,
        "offset": offset,
    }
    return tuple(_entry(row) for row in rows_of(sql, params))


def entry_row(*, actor: Actor, reading_item_id: int, on: date) -> EntryRow:
    """One row of the grid, as it stands after a save. Raises NotFound, also outside the actor's reach."""
    inside, params = within(reach(actor, "readings.view", on=on), unit="i.unit_id", book="i.book_id")
    sql = f"SELECT {_COLUMNS} FROM reading_item i {_JOINS} WHERE i.id = %(id)s AND {inside}"
    rows = rows_of(sql, params | {"id": reading_item_id, "on": on})
    if not rows:
        raise NotFound(reading_item=reading_item_id)
    return _entry(rows[0])


def _entry(row: Sequence[Any]) -> EntryRow:
    values: list[Any] = [*row[:24], tuple(row[24])]
    return EntryRow(*values)


@dataclass(frozen=True, slots=True)
class ReviewCount:
    """How many items wait for one reason; code empty: read without any anomaly."""

    code: str
    waiting: int


def review_counts(
    *, actor: Actor, company_id: int, on: date, yyyymm: int | None = None, reached: Reach | None = None
) -> tuple[ReviewCount, ...]:
    """Waiting items by reason within the actor's reach (readings.review), most first. An item counts for each reason.

    `reached`: that reach where the caller knows it already, as in the two functions beside.
    """
    inside, params = within(reached or reach(actor, "readings.review", on=on), unit="i.unit_id", book="i.book_id")
    sql = f"""
        SELECT COALESCE(an.code, ''), count(*)
        FROM reading_item i
        JOIN reading_period p ON p.id = i.period_id
        LEFT JOIN anomaly an ON an.reading_item_id = i.id AND an.revision = i.revision
        WHERE i.company_id = %(company)s AND i.state IN ('READ', 'HELD') AND i.approved_at IS NULL AND i.read_date IS NOT NULL AND {inside}
          AND (%(yyyymm)s::int IS NULL OR p.yyyymm = %(yyyymm)s)
        GROUP BY 1 ORDER BY 2 DESC, 1
    """
    rows = rows_of(sql, params | {"company": company_id, "yyyymm": yyyymm})
    return tuple(ReviewCount(*row) for row in rows)


REVIEW_SORTS = {
    "account_no": "COALESCE(NULLIF(a.account_no, ''), sp.point_no)",
    "book_no": "b.book_no",
    "usage": "i.usage_volume",
    "deviation": "i.usage_volume / NULLIF(i.average_volume * GREATEST(i.months, 1), 0)",
}


def review_rows(
    *,
    actor: Actor,
    company_id: int,
    on: date,
    yyyymm: int | None = None,
    code: str | None = None,
    states: Sequence[str] = ("HELD",),
    book_id: int | None = None,
    sort: str = "deviation",
    descending: bool = True,
    limit: int = 100,
    offset: int = 0,
    reached: Reach | None = None,
) -> tuple[ReviewRow, ...]:
    """Items that wait for review, two statements: greatest usage against the average first, ties by usage, book and order.

    `code`: only those with this anomaly. `sort`: one of REVIEW_SORTS; what has no value there comes last. Within the
    actor's reach (readings.review). Raises KeyError for another sort.
    """
    order = f"{REVIEW_SORTS[sort]} {'DESC' if descending else 'ASC'} NULLS LAST"
    inside, params = within(reached or reach(actor, "readings.review", on=on), unit="i.unit_id", book="i.book_id")
    sql = f"""
        SELECT {_COLUMNS}, b.book_no, p.yyyymm, COALESCE(st.name, ''), COALESCE(r.photo_hash, ''),
               COALESCE(r.source, ''), i.point_id, p.round_no
        FROM reading_item i {_JOINS}
        JOIN reading_period p ON p.id = i.period_id
        JOIN book b ON b.id = i.book_id
        LEFT JOIN staff st ON st.id = i.read_by_id
        WHERE i.company_id = %(company)s AND i.state IN ('READ', 'HELD') AND i.approved_at IS NULL AND i.read_date IS NOT NULL AND i.state = ANY(%(states)s) AND {inside}
          AND (%(yyyymm)s::int IS NULL OR p.yyyymm = %(yyyymm)s)
          AND (%(book)s::bigint IS NULL OR i.book_id = %(book)s)
          AND (%(code)s::text IS NULL OR EXISTS (
               SELECT 1 FROM anomaly an WHERE an.reading_item_id = i.id AND an.revision = i.revision
               AND an.code = %(code)s))
        ORDER BY {order}, i.usage_volume DESC NULLS LAST, b.book_no, i.order_no, i.id
        LIMIT %(limit)s OFFSET %(offset)s
    """
    params |= {
        "company": company_id,
        "on": on,
        "states": list(states),
        "yyyymm": yyyymm,
        "book": book_id,
        "code": code,
        "limit": limit,
        "offset": offset,
    }
    rows = rows_of(sql, params)
    histories = usage_histories([row[30] for row in rows])
    return tuple(_review(row, histories.get(row[30], [])) for row in rows)


def _review(row: Sequence[Any], history: Sequence[tuple[int, int, Decimal]]) -> ReviewRow:
    before = tuple(volume for yyyymm, round_no, volume in history if (yyyymm, round_no) < (row[26], row[31]))
    values: list[Any] = [_entry(row[:25]), *row[25:30], before]
    return ReviewRow(*values)


def usage_histories(
    point_ids: Sequence[int], *, periods_back: int = SPARK_PERIODS
) -> Mapping[int, list[tuple[int, int, Decimal]]]:
    """By point: (yyyymm, round, volume) of its newest consumptions, oldest first."""
    sql = """
        SELECT t.point_id, h.yyyymm, h.round_no, h.volume
        FROM unnest(%s::bigint[]) AS t(point_id)
        CROSS JOIN LATERAL (
            SELECT p.yyyymm, p.round_no, c.volume FROM reading_item i
            JOIN consumption c ON c.id = i.consumption_id
            JOIN reading_period p ON p.id = i.period_id
            WHERE i.point_id = t.point_id ORDER BY p.yyyymm DESC, p.round_no DESC LIMIT %s
        ) h
        ORDER BY 1, 2, 3
    """
    found: dict[int, list[tuple[int, int, Decimal]]] = defaultdict(list)
    for point_id, yyyymm, round_no, volume in rows_of(sql, [sorted(set(point_ids)), periods_back]):
        found[point_id].append((yyyymm, round_no, volume))
    return found


@dataclass(frozen=True, slots=True)
class ReadRowDetail:
    """A read of the item, chosen or superseded."""

    reading_id: int
    register_no: int
    meter_no: str
    value: Decimal
    read_at: datetime
    source: str
    condition_code: str
    reader_name: str
    photo_hash: str
    note: str
    is_chosen: bool


@dataclass(frozen=True, slots=True)
class SegmentDetail:
    """A register's stretch of the item."""

    position: int
    meter_no: str
    register_no: int
    multiplier: Decimal
    start_date: date
    start_value: Decimal
    end_date: date | None
    end_value: Decimal | None
    end_kind: str
    is_final: bool
    volume: Decimal | None


@dataclass(frozen=True, slots=True)
class AnomalyDetail:
    """An anomaly with the numbers for its sentence, and what was decided."""

    revision: int
    code: str
    facts: str
    decision: str
    reason: str
    decided_by: str
    decided_at: datetime | None


@dataclass(frozen=True, slots=True)
class ItemDetail:
    """One item in full."""

    entry: EntryRow
    unit_id: int
    book_id: int
    point_id: int
    account_id: int | None
    yyyymm: int
    round_no: int
    skip_reason: str
    segments: tuple[SegmentDetail, ...]
    reads: tuple[ReadRowDetail, ...]
    anomalies: tuple[AnomalyDetail, ...]
    history: tuple[tuple[int, int, Decimal], ...]


def reading_item_detail(*, actor: Actor, reading_item_id: int, on: date) -> ItemDetail:
    """One item in full. Raises NotFound, also outside the actor's reach (readings.view)."""
    entry = entry_row(actor=actor, reading_item_id=reading_item_id, on=on)
    [head] = rows_of(
        "SELECT i.unit_id, i.book_id, i.point_id, i.account_id, p.yyyymm, p.round_no, i.skip_reason "
        "FROM reading_item i JOIN reading_period p ON p.id = i.period_id WHERE i.id = %s",
        [reading_item_id],
    )
    segments = rows_of(
        "SELECT position, meter_no, register_no, multiplier, start_date, start_value, end_date, end_value, end_kind, "
        "is_final, volume FROM reading_segment WHERE reading_item_id = %s ORDER BY position",
        [reading_item_id],
    )
    reads = rows_of(
        """
        SELECT r.id, g.register_no, m.meter_no, r.value, r.read_at, r.source, COALESCE(c.code, ''),
               COALESCE(s.name, ''), r.photo_hash, r.note,
               EXISTS (SELECT 1 FROM reading_segment x WHERE x.reading_item_id = r.reading_item_id
                       AND x.end_reading_id = r.id)
        FROM reading r
        JOIN register g ON g.id = r.register_id
        JOIN meter m ON m.id = g.meter_id
        LEFT JOIN reading_condition c ON c.id = r.condition_id
        LEFT JOIN staff s ON s.id = r.reader_id
        WHERE r.point_id = %s AND r.reading_item_id = %s ORDER BY r.id DESC LIMIT 50
        """,
        [head[2], reading_item_id],
    )
    anomalies = rows_of(
        "SELECT a.revision, a.code, a.facts::text, a.decision, a.reason, COALESCE(s.name, ''), a.decided_at "
        "FROM anomaly a LEFT JOIN staff s ON s.id = a.decided_by_id WHERE a.reading_item_id = %s "
        "ORDER BY a.revision DESC, a.code LIMIT 50",
        [reading_item_id],
    )
    values: list[Any] = [
        entry,
        *head,
        tuple(SegmentDetail(*row) for row in segments),
        tuple(ReadRowDetail(*row) for row in reads),
        tuple(AnomalyDetail(*row) for row in anomalies),
        tuple(usage_histories([head[2]]).get(head[2], ())),
    ]
    return ItemDetail(*values)


@dataclass(frozen=True, slots=True)
class ConditionRow:
    """A condition as the grid offers it."""

    code: str
    name: str
    name_en: str
    algorithm: str
    photo_needed: bool
    is_active: bool


def conditions(company_id: int, *, only_active: bool = True) -> tuple[ConditionRow, ...]:
    """The company's conditions in their order."""
    rows = rows_of(
        "SELECT code, name, name_en, algorithm, photo_needed, is_active FROM reading_condition "
        "WHERE company_id = %s AND (is_active OR NOT %s) ORDER BY position, code",
        [company_id, only_active],
    )
    return tuple(ConditionRow(*row) for row in rows)
