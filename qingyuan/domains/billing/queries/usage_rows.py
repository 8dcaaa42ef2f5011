"""What the database says of a chunk's usages: the place where billing looks at the tables of readings, meters and customers.

One statement for the usages and one for each kind of fact, all by lists of ids: an index is walked once for a thousand
rows. Facts come as text, since most of them only serve as the key under which the terms of a usage are made once.
"""

from collections import defaultdict
from collections.abc import Sequence
from datetime import date
from typing import NamedTuple

from qingyuan.domains.billing.queries.statements import rows_of


class UsageRow(NamedTuple):
    """One part of the newest consumption of one reading item; an item with several parts comes as several rows.

    Volumes, register values and dates are text, as a snapshot has them. `opened_date` only where it is recent.
    `evidence` only of a part that gives a charge item a volume of its own.
    """

    reading_item_id: int
    account_id: int | None
    point_id: int
    book_id: int
    unit_id: int
    account_no: str | None
    point_no: str
    yyyymm: int
    round_no: int
    revision: int
    is_estimated: bool
    months: int
    from_date: str
    to_date: str
    volume: str
    account_state: str | None
    tier_anchor: str | None
    opened_date: str | None
    closed_date: str | None
    calibre: int
    part_kind: str | None
    part_from: str | None
    part_to: str | None
    part_volume: str | None
    meter_no: str | None
    register_no: int | None
    start_value: str | None
    end_value: str | None
    multiplier: str | None
    evidence: str | None


_USAGES = """
    SELECT i.id, c.account_id, c.point_id, c.book_id, c.unit_id, a.account_no, sp.point_no, p.yyyymm, p.round_no,
           c.revision, c.is_estimated, c.months, c.from_date::text, c.to_date::text, c.volume::text, a.state,
           a.tier_anchor, CASE WHEN a.opened_date > c.from_date - 400 THEN a.opened_date::text END, a.closed_date::text,
           sp.calibre, cp.kind, cp.from_date::text, cp.to_date::text, cp.volume::text, cp.meter_no, cp.register_no,
           cp.start_value::text, cp.end_value::text, cp.multiplier::text,
           CASE WHEN cp.kind = 'ITEM_ADJUSTMENT' THEN cp.evidence::text END
    FROM reading_item i
    JOIN reading_period p ON p.id = i.period_id
    JOIN consumption c ON c.id = i.consumption_id
    JOIN service_point sp ON sp.id = c.point_id
    LEFT JOIN account a ON a.id = c.account_id
    LEFT JOIN consumption_part cp ON cp.consumption_id = c.id
    WHERE i.id = ANY(%s::bigint[])
    ORDER BY a.account_no, sp.point_no, p.yyyymm, p.round_no, cp.position
"""


def usage_rows(reading_item_ids: Sequence[int]) -> list[UsageRow]:
    """The rows of these items, the parts of an item together. Items without a consumption (not approved) have none."""
    return list(map(UsageRow._make, rows_of(_USAGES, [list(reading_item_ids)])))


class Dated(NamedTuple):
    """A value in [start, end); `end` None is open. Dates as ISO text, which compares as dates do."""

    start: str
    end: str | None
    value: str


class DatedFacts:
    """Facts of one kind over time, by their owner (account or point)."""

    def __init__(self, sql: str, ids: Sequence[int]) -> None:
        """`sql` gives owner, start, end and value, ordered by owner and by what the facts' order is."""
        self._by_owner: dict[int, list[Dated]] = defaultdict(list)
        for owner, start, end, value in rows_of(sql, [list(ids)]):
            self._by_owner[owner].append(Dated(start, end, value))

    def on(self, owner: int, day: str) -> str:
        """The values in force on the day, joined by commas; empty for none."""
        found = self._by_owner.get(owner)
        if found is None:
            return ""
        if len(found) == 1:
            only = found[0]
            return only.value if only.start <= day and (only.end is None or day < only.end) else ""
        return ",".join([each.value for each in found if each.start <= day and (each.end is None or day < each.end)])

    def lasting(self, owner: int, day: str) -> str:
        """`start/value` of all that has not expired by the day, joined by commas; empty for none."""
        found = self._by_owner.get(owner)
        if found is None:
            return ""
        return ",".join([f"{each.start}/{each.value}" for each in found if each.end is None or day < each.end])

    def first_after(self, owner: int, day: str) -> str:
        """The value that begins first after the day, for a point younger than its first usage span."""
        later = [each for each in self._by_owner.get(owner, ()) if each.start > day]
        return min(later).value if later else ""


class Group(NamedTuple):
    """Membership in a tier group over time."""

    start: str
    end: str | None
    group_id: int
    group_no: str


class Surroundings:
    """All facts around the usages of a chunk."""

    def __init__(self, rows: Sequence[UsageRow], *, on: date) -> None:
        accounts = sorted({row.account_id for row in rows if row.account_id is not None})
        points = sorted({row.point_id for row in rows})
        self.holders = DatedFacts(_HOLDERS, accounts)
        self.people = DatedFacts(_PEOPLE, accounts)
        self.reliefs = DatedFacts(_RELIEFS, accounts)
        self.taxes = DatedFacts(_TAXES, accounts)
        self.shares = DatedFacts(_SHARES, points)
        self.options = DatedFacts(_OPTIONS, points)
        self.point_quotas = DatedFacts(_QUOTAS.format("point_id"), points)
        self.account_quotas = DatedFacts(_QUOTAS.format("account_id"), accounts)
        self.holds = dict(rows_of(_HOLDS, [accounts, on, on]))
        linked = rows_of(_LINKED, [points, points])
        self.mains = {point for point, is_main in linked if is_main}
        self.sharers = {point for point, is_main in linked if not is_main}
        self.several_points = {row[0] for row in rows_of(_SEVERAL, [accounts, on, on])}
        self._by_account: dict[int, list[Group]] = defaultdict(list)
        self._by_point: dict[int, list[Group]] = defaultdict(list)
        for account, point, *group in rows_of(_GROUPS, [accounts]):
            if point is None:
                self._by_account[account].append(Group(*group))
            else:
                self._by_point[point].append(Group(*group))

    def group(self, account_id: int, point_id: int, day: str) -> Group | None:
        """The tier group on the day: the point's own, else its account's."""
        for found in (
            (self._by_point.get(point_id), self._by_account.get(account_id))
            if self._by_point
            else (self._by_account.get(account_id),)
        ):
            for each in found or ():
                if each.start <= day and (each.end is None or day < each.end):
                    return each
        return None


def price_facts(point_id: int, day: str) -> tuple[str, str]:
    """The point's usage shares and item options on the day, as Surroundings gives them."""
    shares, options = DatedFacts(_SHARES, [point_id]), DatedFacts(_OPTIONS, [point_id])
    return shares.on(point_id, day) or shares.first_after(point_id, day), options.on(point_id, day)


_HOLDERS = """
    SELECT account_id, from_date::text, to_date::text, customer_id::text FROM account_holder
    WHERE account_id = ANY(%s::bigint[]) ORDER BY account_id, from_date
"""
_PEOPLE = """
    SELECT account_id, from_date::text, to_date::text, people::text FROM household_size
    WHERE account_id = ANY(%s::bigint[]) ORDER BY account_id, from_date
"""
_RELIEFS = """
    SELECT account_id, from_date::text, to_date::text, scheme FROM account_relief
    WHERE account_id = ANY(%s::bigint[]) ORDER BY account_id, scheme, from_date
"""
_TAXES = """
    SELECT account_id, from_date::text, to_date::text, charge_item_id || '/' || treatment || '/' ||
           COALESCE(trim_scale(rate)::text, '') || '/' || included
    FROM account_tax WHERE account_id = ANY(%s::bigint[]) ORDER BY account_id, charge_item_id, from_date
"""
_SHARES = """
    SELECT point_id, from_date::text, to_date::text, usage_class_id || '/' || kind || '/' || COALESCE(value::text, '')
    FROM usage_share WHERE point_id = ANY(%s::bigint[]) ORDER BY point_id, position, from_date
"""
_OPTIONS = """
    SELECT point_id, from_date::text, to_date::text, charge_item_id || '/' || COALESCE(plan_id::text, '')
    FROM item_option WHERE point_id = ANY(%s::bigint[]) ORDER BY point_id, charge_item_id, from_date
"""
_QUOTAS = """
    SELECT {0}, from_date::text, to_date::text, volume::text FROM quota
    WHERE {0} = ANY(%s::bigint[]) ORDER BY {0}, from_date
"""
_HOLDS = """
    SELECT account_id, min(reason) FROM account_hold WHERE account_id = ANY(%s::bigint[]) AND activity = 'BILLING'
      AND from_date <= %s AND (to_date IS NULL OR %s < to_date) GROUP BY account_id
"""
_LINKED = """
    SELECT main_id, true FROM meter_link WHERE main_id = ANY(%s::bigint[]) AND kind IN ('DEDUCT', 'ALLOCATE')
    UNION SELECT sub_id, false FROM meter_link WHERE sub_id = ANY(%s::bigint[]) AND kind = 'ALLOCATE'
"""
_SEVERAL = """
    SELECT account_id FROM point_account WHERE account_id = ANY(%s::bigint[]) AND from_date <= %s
      AND (to_date IS NULL OR %s < to_date) GROUP BY account_id HAVING count(*) > 1
"""
_GROUPS = """
    SELECT m.account_id, m.point_id, m.from_date::text, m.to_date::text, g.id, g.group_no
    FROM tier_group_member m JOIN tier_group g ON g.id = m.group_id
    WHERE m.account_id = ANY(%s::bigint[]) ORDER BY m.account_id, m.from_date
"""
