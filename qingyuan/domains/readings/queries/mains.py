"""Mains set against their subs, period by period (总分表差量、漏损): what came in at the main and what the subs account for."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from qingyuan.domains.meters.rules.links import levels
from qingyuan.domains.meters.rules.states import LinkKind
from qingyuan.domains.readings.queries.field_facts import rows_of
from qingyuan.domains.readings.queries.sharing import SUB_IS_DUE, shared_usage
from qingyuan.domains.readings.rules.mains import main_difference, share_of_main
from qingyuan.kernel.actor import Actor
from qingyuan.platform.staff.queries import reach

OPEN_STATES = ("PENDING", "READ", "HELD")


@dataclass(frozen=True, slots=True)
class MainComparison:
    """A main's usage of a period beside the sum of its subs' (总表与分表之和).

    `kind` is the links' (DEDUCT, ALLOCATE, CHECK); a main with links of two kinds comes twice. `level` is 1 for a main
    under no other, 2 for one under such a main, and so on; `above` are the mains that it hangs under. `usage` None: the
    main itself is not approved. `unread_subs`: subs due in the period whose usage is not approved. `shared` is what the subs
    of an ALLOCATE main take of its difference and of what it took itself; None for other kinds and while that is not known.
    """

    reading_item_id: int
    point_id: int
    point_no: str
    book_id: int
    book_no: str
    book_name: str
    unit_id: int
    unit_name: str
    kind: str
    level: int
    above: tuple[str, ...]
    usage: Decimal | None
    subs: int
    subs_volume: Decimal
    unread_subs: tuple[str, ...]
    shared: Decimal | None = None

    @property
    def difference(self) -> Decimal | None:
        """See rules.mains: None while the main or a sub is missing."""
        return main_difference(self.usage, self.subs_volume, missing=len(self.unread_subs))

    @property
    def ratio(self) -> Decimal | None:
        """The difference as part of the main's usage."""
        return share_of_main(self.difference, self.usage)


_COMPARED = f"""
    WITH main AS (
        SELECT i.id, i.point_id, i.book_id, i.unit_id, i.period_id, c.volume, p.yyyymm,
               COALESCE(i.read_date, (make_date(p.yyyymm / 100, p.yyyymm %% 100, 1) + interval '1 month')::date) AS day
        FROM reading_task t
        JOIN reading_item i ON i.task_id = t.id
        JOIN reading_period p ON p.id = i.period_id
        LEFT JOIN consumption c ON c.id = i.consumption_id
        WHERE t.company_id = %(company)s AND t.period_id = %(period)s
          AND i.point_id IN (SELECT main_id FROM meter_link WHERE company_id = %(company)s))
    SELECT main.id, main.point_id, sp.point_no, b.id, b.book_no, b.name, main.unit_id,
           COALESCE(NULLIF(u.short_name, ''), u.name), l.kind, main.volume, count(*), COALESCE(sum(sc.volume), 0.000),
           array_agg(sub.point_no ORDER BY sub.point_no) FILTER (WHERE sc.id IS NULL AND (
               s.state = ANY(%(open)s) OR s.id IS NULL AND {SUB_IS_DUE.format(day="main.day", yyyymm="main.yyyymm")}))
    FROM main
    JOIN meter_link l ON l.main_id = main.point_id AND l.from_date < main.day
         AND (l.to_date IS NULL OR l.to_date >= main.day)
    JOIN service_point sp ON sp.id = main.point_id
    JOIN service_point sub ON sub.id = l.sub_id
    JOIN book b ON b.id = main.book_id
    JOIN org_unit u ON u.id = main.unit_id
    LEFT JOIN reading_item s ON s.point_id = sub.id AND s.period_id = main.period_id
    LEFT JOIN consumption sc ON sc.id = s.consumption_id
    GROUP BY main.id, main.point_id, sp.point_no, b.id, b.book_no, b.name, main.unit_id, u.short_name, u.name, l.kind,
             main.volume
    ORDER BY sp.point_no, l.kind
"""
_ABOVE = """
    SELECT l.main_id, sp.point_no, l.sub_id FROM meter_link l JOIN service_point sp ON sp.id = l.main_id
    WHERE l.company_id = %(company)s AND l.from_date < %(day)s AND (l.to_date IS NULL OR l.to_date >= %(day)s)
      AND l.sub_id IN (SELECT main_id FROM meter_link WHERE company_id = %(company)s)
    ORDER BY sp.point_no
"""


def main_comparisons(*, actor: Actor, company_id: int, period_id: int, on: date) -> tuple[MainComparison, ...]:
    """The mains that are read in the period, by point number, within the reach of readings.view on the day `on`.

    A sub counts with its own newest usage of the same period, whatever its book; one that is not due counts nothing.
    """
    reached = reach(actor, "readings.view", on=on)
    params = {"company": company_id, "period": period_id, "open": list(OPEN_STATES)}
    rows = [row for row in rows_of(_COMPARED, params) if reached.covers(row[6], row[3])]
    if not rows:
        return ()
    [(day,)] = rows_of(
        "SELECT (make_date(yyyymm / 100, yyyymm %% 100, 1) + interval '1 month')::date FROM reading_period WHERE id = %s",
        [period_id],
    )
    placed = _placed(rows_of(_ABOVE, {"company": company_id, "day": day}), [row[1] for row in rows])
    sharing = shared_usage(row[0] for row in rows if row[8] == LinkKind.ALLOCATE)
    found = []
    for row in rows:
        usage = sharing.get(row[0]) if row[8] == LinkKind.ALLOCATE else None
        known = usage is not None and not usage.waiting and usage.below_subs is None
        shared = usage.handed_down if usage is not None and known else None
        values: list[Any] = [*row[:9], *placed[row[1]], *row[9:12], tuple(row[12] or ()), shared]
        found.append(MainComparison(*values))
    return tuple(found)


def _placed(edges: Sequence[tuple[int, str, int]], points: Iterable[int]) -> Mapping[int, tuple[int, tuple[str, ...]]]:
    """By main: its level and the numbers of the mains that it hangs under."""
    at = levels([(main, sub) for main, _, sub in edges])
    above: dict[int, dict[str, None]] = {}
    for _, main_no, sub in edges:
        above.setdefault(sub, {})[main_no] = None
    return {point: (at.get(point, 1), tuple(above.get(point, ()))) for point in points}
