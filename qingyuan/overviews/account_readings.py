"""Readings of one account (用户抄表记录), newest first. The caller has checked the reach by the header."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db.models import QuerySet

from qingyuan.domains.readings.models import Anomaly, ReadingItem, ReadingSegment

LIMIT = 60


@dataclass(frozen=True, slots=True)
class ReadingRow:
    """One register's stretch in one period; `end_value` None until it is read. Values and volumes in m³."""

    yyyymm: int
    round_no: int
    point_no: str
    meter_no: str
    state: str
    skip_reason: str
    condition: str
    start_date: date | None
    start_value: Decimal | None
    end_date: date | None
    end_value: Decimal | None
    volume: Decimal | None
    is_estimated: bool
    is_first: bool
    anomalies: tuple[str, ...]
    read_by: str


def readings_of_account(account_id: int, *, english: bool = False, limit: int = LIMIT) -> tuple[ReadingRow, ...]:
    """The last periods' rows, a compound or exchanged meter with one for each stretch. Three queries."""
    wanted = ReadingItem.objects.filter(account_id=account_id)
    return _rows(list(_ordered(wanted)[:limit]), english)


def readings_of_points(
    point_ids: Iterable[int], *, english: bool = False, limit: int = LIMIT
) -> tuple[ReadingRow, ...]:
    """The same for points, whoever held them. Three queries."""
    wanted = ReadingItem.objects.filter(point_id__any=list(point_ids))
    return _rows(list(_ordered(wanted)[:limit]), english)


def _ordered(wanted: QuerySet[ReadingItem]) -> QuerySet[ReadingItem]:
    return wanted.select_related("period", "point", "condition", "read_by").order_by(
        "-period__yyyymm", "-period__round_no", "point__point_no"
    )


def _rows(found: list[ReadingItem], english: bool) -> tuple[ReadingRow, ...]:
    ids = [one.pk for one in found]
    segments: dict[int, list[ReadingSegment]] = {}
    for segment in ReadingSegment.objects.filter(reading_item_id__any=ids).order_by("reading_item_id", "-position"):
        segments.setdefault(segment.reading_item_id, []).append(segment)
    anomalies: dict[int, list[tuple[int, str]]] = {}
    for key, revision, code in (
        Anomaly.objects.filter(reading_item_id__any=ids)
        .order_by("reading_item_id", "code")
        .values_list("reading_item_id", "revision", "code")
    ):
        anomalies.setdefault(key, []).append((revision, code))
    rows: list[ReadingRow] = []
    for one in found:
        codes = tuple(code for revision, code in anomalies.get(one.pk, ()) if revision == one.revision)
        parts: list[ReadingSegment | None] = [*segments.get(one.pk, ())] or [None]
        rows.extend(_row(one, part, place == 0, codes, english) for place, part in enumerate(parts))
    return tuple(rows)


def _row(
    one: ReadingItem, part: ReadingSegment | None, is_first: bool, codes: tuple[str, ...], english: bool
) -> ReadingRow:
    condition = ""
    if one.condition is not None:
        condition = one.condition.name_en if english and one.condition.name_en else one.condition.name
    return ReadingRow(
        yyyymm=one.period.yyyymm,
        round_no=one.period.round_no,
        point_no=one.point.point_no,
        meter_no=part.meter_no if part else "",
        state=one.state,
        skip_reason=one.skip_reason,
        condition=condition,
        start_date=part.start_date if part else one.previous_date,
        start_value=part.start_value if part else None,
        end_date=part.end_date if part else one.read_date,
        end_value=part.end_value if part else None,
        volume=part.volume if part else one.usage_volume,
        is_estimated=one.is_estimated,
        is_first=is_first,
        anomalies=codes if is_first else (),
        read_by=one.read_by.name if one.read_by else "",
    )
