"""Points, installations and accounts as they stand in the field on a day: the one place where readings looks at the
tables of customers and meters, set-wise and by rows of plain values."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from django.db import connection

from qingyuan.domains.readings.rules.segments import InstalledRegister

DEFAULT_ZONE = "Asia/Shanghai"


@dataclass(frozen=True, slots=True)
class PointToRead:
    """A point in a book on a day, with what decides whether and how it is read."""

    point_id: int
    book_id: int
    order_no: int
    is_metered: bool
    is_waiting: bool
    fixed_volume: Decimal | None
    never_billed: bool
    opened_date: date
    account_id: int | None
    account_no: str | None
    account_state: str | None
    is_reading_held: bool


def rows_of(sql: str, params: Sequence[Any] | Mapping[str, Any]) -> list[tuple[Any, ...]]:
    """All rows of one statement. Lists of ids may be long: they go as `array_text`."""
    bound: Any
    if isinstance(params, Mapping):
        bound = {name: _compact(value) for name, value in params.items()}
    else:
        bound = [_compact(value) for value in params]
    with connection.cursor() as cursor:
        cursor.execute(sql, bound)
        found: list[tuple[Any, ...]] = cursor.fetchall()
    return found


def array_text(values: Iterable[object]) -> str:
    """Numbers, dates, booleans, codes and None as the text of an array. Thousands of values cost a tenth of a list."""
    return "{" + ",".join(["NULL" if value is None else str(value) for value in values]) + "}"


def _compact(value: Any) -> Any:
    return array_text(value) if isinstance(value, list) and value and isinstance(value[0], int) else value


def company_zone(company_id: int) -> ZoneInfo:
    """The company's time zone, in which instants become civil dates."""
    found = rows_of("SELECT time_zone FROM company_profile WHERE unit_id = %s", [company_id])
    return ZoneInfo(found[0][0] if found else DEFAULT_ZONE)


def points_to_plan(book_ids: Sequence[int], *, on: date, period_id: int) -> tuple[PointToRead, ...]:
    """The open points of the books on a day that have no item in the period yet, in reading order."""
    sql = """
        SELECT pb.point_id, pb.book_id, pb.order_no, sp.kind = 'METERED', sp.is_waiting, sp.fixed_volume,
               sp.never_billed, sp.opened_date, a.id, a.account_no, a.state,
               EXISTS (SELECT 1 FROM account_hold h
                       WHERE h.account_id = a.id AND h.activity = 'READING' AND h.from_date <= %(on)s
                         AND (h.to_date IS NULL OR h.to_date > %(on)s))
        FROM point_book pb
        JOIN service_point sp ON sp.id = pb.point_id
        LEFT JOIN point_account pa ON pa.point_id = sp.id AND pa.from_date <= %(on)s
             AND (pa.to_date IS NULL OR pa.to_date > %(on)s)
        LEFT JOIN account a ON a.id = pa.account_id
        WHERE pb.book_id = ANY(%(books)s) AND pb.from_date <= %(on)s
          AND (pb.to_date IS NULL OR pb.to_date > %(on)s)
          AND sp.opened_date <= %(on)s AND (sp.closed_date IS NULL OR sp.closed_date > %(on)s)
          AND NOT EXISTS (SELECT 1 FROM reading_item ri WHERE ri.point_id = sp.id AND ri.period_id = %(period)s)
        ORDER BY pb.book_id, pb.order_no, pb.point_id
    """
    found = rows_of(sql, {"books": list(book_ids), "on": on, "period": period_id})
    return tuple(PointToRead(*row) for row in found)


def installed_registers(
    point_ids: Sequence[int], *, zone: ZoneInfo, since: date | None = None
) -> Mapping[int, list[InstalledRegister]]:
    """All registers ever installed at the points (removed before `since` left out), in the order of instants."""
    sql = """
        SELECT i.point_id, i.id, r.id, r.register_no, m.meter_no,
               (i.installed_at AT TIME ZONE %(zone)s)::date, (i.removed_at AT TIME ZONE %(zone)s)::date,
               ir.start_value, ir.final_value, r.maximum, r.decimals, i.multiplier,
               (r.direction = 'REVERSE') <> sp.is_reversed
        FROM installation i
        JOIN service_point sp ON sp.id = i.point_id
        JOIN meter m ON m.id = i.meter_id
        JOIN installation_register ir ON ir.installation_id = i.id
        JOIN register r ON r.id = ir.register_id
        WHERE i.point_id = ANY(%(points)s)
          AND (%(since)s::date IS NULL OR i.removed_at IS NULL
               OR (i.removed_at AT TIME ZONE %(zone)s)::date >= %(since)s::date)
        ORDER BY i.point_id, i.installed_at, i.id, r.register_no
    """
    found: dict[int, list[InstalledRegister]] = defaultdict(list)
    for point_id, *values in rows_of(sql, {"points": list(point_ids), "zone": zone.key, "since": since}):
        found[point_id].append(InstalledRegister(*values))
    return found
