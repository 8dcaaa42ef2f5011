"""Mains that hold up bills (未录量总分表): billed less their subs, or shared among them, and not all of it is approved yet."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from qingyuan.domains.meters.rules.states import LinkKind
from qingyuan.domains.readings.queries.consumption import waiting_subs
from qingyuan.domains.readings.queries.field_facts import rows_of
from qingyuan.domains.readings.queries.sharing import SUB_IS_DUE, WAIVED, missing_for_sharing


@dataclass(frozen=True, slots=True)
class WaitingMain:
    """A main that holds up bills in a period: its own (DEDUCT), or those of its subs, which share its difference (ALLOCATE).

    `waiting_subs` are the numbers of the points that are waited for; under ALLOCATE the main may be among them.
    `reading_item_id` is None for a main that is due but not planned.
    """

    main_id: int
    reading_item_id: int | None
    point_no: str
    kind: LinkKind
    book_id: int
    book_no: str
    unit_id: int
    waiting_subs: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ReleasedMain:
    """A main that a person let go in a period: without `sub_no`, or (empty) without sharing its difference."""

    sub_no: str
    reason: str
    released_by: str
    released_on: date


_DAY = "(make_date(p.yyyymm / 100, p.yyyymm %% 100, 1) + interval '1 month')::date"
_MAINS = f"""
    SELECT DISTINCT l.main_id, m.id, sub.point_no, l.kind, b.id, b.book_no, COALESCE(m.unit_id, b.unit_id)
    FROM reading_period p
    JOIN meter_link l ON l.company_id = p.company_id AND l.kind IN ('DEDUCT', 'ALLOCATE')
    JOIN service_point sub ON sub.id = l.main_id
    LEFT JOIN reading_item m ON m.point_id = l.main_id AND m.period_id = p.id
    JOIN book b ON b.id = COALESCE(m.book_id, (
        SELECT pb.book_id FROM point_book pb WHERE pb.point_id = l.main_id AND pb.from_date <= {_DAY}
           AND (pb.to_date IS NULL OR pb.to_date > {_DAY}) ORDER BY pb.id LIMIT 1))
    WHERE p.id = %(period)s AND (%(main)s::bigint IS NULL OR l.main_id = %(main)s)
      AND CASE l.kind WHEN 'DEDUCT' THEN m.state = 'APPROVED'
          ELSE NOT {WAIVED.format(main="l.main_id", period="p.id")} AND l.from_date < {_DAY}
               AND (l.to_date IS NULL OR l.to_date >= COALESCE(m.read_date, {_DAY}))
               AND (m.state <> 'SKIPPED' OR m.id IS NULL AND {SUB_IS_DUE.format(day=_DAY, yyyymm="p.yyyymm")})
               AND EXISTS (SELECT 1 FROM meter_link k JOIN reading_item s ON s.point_id = k.sub_id AND s.period_id = p.id
                           WHERE k.main_id = l.main_id AND k.kind = 'ALLOCATE' AND s.state = 'APPROVED') END
    ORDER BY sub.point_no
"""
"""The main stands as `sub` here, for whether it is due."""


def waiting_mains(*, period_id: int, main_id: int | None = None, limit: int = 500) -> tuple[WaitingMain, ...]:
    """The mains of the period that hold up bills, by point number; `main_id` asks for one."""
    rows = rows_of(_MAINS, {"period": period_id, "main": main_id})
    deducted = waiting_subs([row[1] for row in rows if row[3] == LinkKind.DEDUCT])
    shared = missing_for_sharing([row[1] for row in rows if row[3] == LinkKind.ALLOCATE and row[1] is not None])
    found = []
    for point_id, item_id, point_no, kind, book_id, book_no, unit_id in rows:
        missing = _missing(kind, item_id, point_no, deducted, shared)
        if missing:
            main = WaitingMain(point_id, item_id, point_no, LinkKind(kind), book_id, book_no, unit_id, missing)
            found.append(main)
    return tuple(found[:limit])


def _missing(
    kind: str,
    reading_item_id: int | None,
    point_no: str,
    deducted: Mapping[int, Sequence[str]],
    shared: Mapping[int, Sequence[str]],
) -> tuple[str, ...]:
    if reading_item_id is None:
        return (point_no,)
    return tuple((deducted if kind == LinkKind.DEDUCT else shared).get(reading_item_id, ()))


def releases_of_main(*, reading_item_id: int) -> tuple[ReleasedMain, ...]:
    """How the main of a reading item was let go in its period, in the order of the decisions; none for other points."""
    sql = """
        SELECT COALESCE(sub.point_no, ''), r.reason, COALESCE(who.name, ''), r.released_on
        FROM reading_item i JOIN main_release r ON r.main_id = i.point_id AND r.period_id = i.period_id
        LEFT JOIN service_point sub ON sub.id = r.sub_id
        LEFT JOIN staff who ON who.id = r.released_by_id
        WHERE i.id = %s ORDER BY r.id
    """
    return tuple(ReleasedMain(*row) for row in rows_of(sql, [reading_item_id]))
