"""Writing new reading items with their segments, set-wise (抄表项写入)."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db import connection

from qingyuan.domains.readings.rules.segments import PlannedSegment
from qingyuan.domains.readings.rules.states import ItemState, SkipReason
from qingyuan.domains.readings.rules.usage import EndKind
from qingyuan.platform.copying import copy_rows, reserve_ids

_ITEM_COLUMNS = (
    "id",
    "company_id",
    "task_id",
    "period_id",
    "book_id",
    "unit_id",
    "point_id",
    "account_id",
    "order_no",
    "state",
    "skip_reason",
    "is_waiting",
    "never_billed",
    "fixed_volume",
    "revision",
    "previous_date",
    "average_volume",
    "last_year_volume",
    "high_usage_limit",
    "months",
    "read_date",
    "usage_volume",
    "is_estimated",
    "note",
    "version",
)
_SEGMENT_COLUMNS = (
    "company_id",
    "reading_item_id",
    "position",
    "installation_id",
    "register_id",
    "register_no",
    "meter_no",
    "multiplier",
    "maximum",
    "decimals",
    "is_reversed",
    "start_date",
    "start_value",
    "start_reading_id",
    "last_real_date",
    "last_real_value",
    "end_date",
    "end_value",
    "end_kind",
    "is_final",
)


@dataclass(frozen=True, slots=True)
class NewItem:
    """A reading item to be made. `usage_volume` and `read_date` are given for a point that nobody has to visit."""

    company_id: int
    task_id: int
    period_id: int
    book_id: int
    unit_id: int
    point_id: int
    account_id: int | None
    account_no: str | None
    order_no: int
    skip_reason: SkipReason | None
    state: ItemState
    is_waiting: bool
    never_billed: bool
    fixed_volume: Decimal | None
    previous_date: date
    average_volume: Decimal | None
    last_year_volume: Decimal | None
    high_usage_limit: Decimal | None
    months: int
    segments: tuple[PlannedSegment, ...]
    usage_volume: Decimal | None
    read_date: date | None


def insert_items(items: Sequence[NewItem]) -> Mapping[int, int]:
    """Insert what is not there yet. Returns the new ids by point; a point that has its item in the period is left out.

    The unique key point × period decides, also against a generation that runs at the same time.
    """
    ids = dict(zip((one.point_id for one in items), reserve_ids("reading_item", len(items)), strict=True))
    names = ", ".join(_ITEM_COLUMNS)
    with connection.cursor() as cursor:
        cursor.execute(
            f"CREATE TEMP TABLE IF NOT EXISTS new_reading_item ON COMMIT DROP AS SELECT {names} FROM reading_item LIMIT 0"
        )
        copy_rows("new_reading_item", _ITEM_COLUMNS, (_item_row(ids[one.point_id], one) for one in items))
        cursor.execute(
            f"INSERT INTO reading_item ({names}) SELECT {names} FROM new_reading_item ORDER BY id "
            "ON CONFLICT DO NOTHING RETURNING id"
        )
        made = {row[0] for row in cursor.fetchall()}
        cursor.execute("TRUNCATE new_reading_item")
    kept = [one for one in items if ids[one.point_id] in made]
    insert_segments((ids[one.point_id], one.company_id, one.segments) for one in kept)
    return {one.point_id: ids[one.point_id] for one in kept}


def insert_segments(planned: Iterable[tuple[int, int, Sequence[PlannedSegment]]]) -> None:
    """Insert the segments of items: (reading item, company, segments in order)."""
    copy_rows(
        "reading_segment",
        _SEGMENT_COLUMNS,
        (
            _segment_row(reading_item_id, company_id, position, segment)
            for reading_item_id, company_id, segments in planned
            for position, segment in enumerate(segments, start=1)
        ),
    )


def _item_row(reading_item_id: int, one: NewItem) -> tuple[object, ...]:
    return (
        reading_item_id,
        one.company_id,
        one.task_id,
        one.period_id,
        one.book_id,
        one.unit_id,
        one.point_id,
        one.account_id,
        one.order_no,
        one.state.value,
        "" if one.skip_reason is None else one.skip_reason.value,
        one.is_waiting,
        one.never_billed,
        one.fixed_volume,
        1,
        one.previous_date,
        one.average_volume,
        one.last_year_volume,
        one.high_usage_limit,
        one.months,
        one.read_date,
        one.usage_volume,
        False,
        "",
        1,
    )


def _segment_row(reading_item_id: int, company_id: int, position: int, segment: PlannedSegment) -> tuple[object, ...]:
    installed = segment.installed
    return (
        company_id,
        reading_item_id,
        position,
        installed.installation_id,
        installed.register_id,
        installed.register_no,
        installed.meter_no,
        installed.multiplier,
        installed.maximum,
        installed.decimals,
        installed.is_reversed,
        segment.start_date,
        segment.start_value,
        segment.start_reading_id,
        segment.real_date,
        segment.real_value,
        installed.removed_date,
        segment.final_value,
        EndKind.FINAL.value if segment.is_final else "",
        segment.is_final,
    )
