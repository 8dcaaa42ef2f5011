"""What billing takes from readings: approved consumptions with their parts, subs and changes (计费用量)."""

import json
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, NamedTuple

from qingyuan.domains.readings.queries.field_facts import rows_of
from qingyuan.domains.readings.queries.sharing import (
    NOTHING_SHARED,
    SUB_IS_DUE,
    UNREAD,
    LossShare,
    SharedUsage,
    shared_usage,
)
from qingyuan.domains.readings.rules.states import PartKind


@dataclass(frozen=True, slots=True)
class Billable:
    """An approved item that no bill has taken yet."""

    reading_item_id: int
    point_id: int
    account_id: int
    book_id: int
    unit_id: int


@dataclass(frozen=True, slots=True)
class UsagePart:
    """A part of a consumption. Register, values and meter are None or empty where no register stands behind it.

    The register stood at `start_value` on `from_date` and at `end_value` on `to_date`.
    """

    kind: str
    from_date: date
    to_date: date
    volume: Decimal
    meter_no: str
    register_no: int | None
    start_value: Decimal | None
    end_value: Decimal | None
    multiplier: Decimal | None
    start_reading_id: int | None
    end_reading_id: int | None
    evidence_json: str

    @property
    def start_date(self) -> date:
        """The date of `start_value`."""
        return self.from_date

    @property
    def end_date(self) -> date:
        """The date of `end_value`."""
        return self.to_date

    @property
    def reading_ids(self) -> tuple[int, ...]:
        """The readings that the values stand on; an installation's start and final values are none."""
        return tuple(one for one in (self.start_reading_id, self.end_reading_id) if one is not None)

    @property
    def evidence(self) -> Mapping[str, Any]:
        """What else explains the volume; read from its text only when asked for."""
        loaded: Mapping[str, Any] = json.loads(self.evidence_json)
        return loaded


class ItemAdjustment(NamedTuple):
    """A charge item's own volume in a month (单项增减水量): `change` in m³, None where the item is let off wholly."""

    item_code: str
    change: Decimal | None
    adjustment_no: str
    reason: str


def item_adjustment_of(evidence: Mapping[str, Any]) -> ItemAdjustment:
    """What the evidence of an ITEM_ADJUSTMENT part says."""
    change = evidence["change"]
    return ItemAdjustment(
        evidence["item"], None if change is None else Decimal(change), evidence["adjustment"], evidence["reason"]
    )


@dataclass(frozen=True, slots=True)
class SubUsage:
    """What a sub used in the same period, by the newest revision of its consumption."""

    point_id: int
    point_no: str
    consumption_id: int
    revision: int
    volume: Decimal


@dataclass(frozen=True, slots=True)
class ConsumptionFacts:
    """The newest consumption of a reading item.

    `volume` is the point's own. `subs` are the DEDUCT and ALLOCATE subs whose usage a main is billed without; `shared` says
    what the point takes of its main's difference and what its subs take of its own. `net_volume` is what comes of it, never
    below 0; `waiting_subs` are the numbers of subs due in the period whose usage is not approved yet, `left_out` those of
    them that a person let the main go without.
    """

    reading_item_id: int
    consumption_id: int
    revision: int
    point_id: int
    point_no: str
    account_id: int | None
    book_id: int
    unit_id: int
    yyyymm: int
    round_no: int
    from_date: date
    to_date: date
    months: int
    volume: Decimal
    is_estimated: bool
    parts: tuple[UsagePart, ...]
    subs: tuple[SubUsage, ...] = ()
    waiting_subs: tuple[str, ...] = ()
    shared: SharedUsage = NOTHING_SHARED
    left_out: tuple[str, ...] = ()

    @property
    def net_volume(self) -> Decimal:
        """The volume to be billed: own and share of loss, less subs and what they share; a main below its subs bills 0."""
        return max(self.whole_volume - self.subs_volume - self.shared.handed_down, Decimal("0.000"))

    @property
    def whole_volume(self) -> Decimal:
        """Own usage with the share of the main's difference."""
        return self.volume if self.loss is None else self.volume + self.loss.volume

    @property
    def loss(self) -> LossShare | None:
        """What the point takes of its main's difference; None without such a main, or while that is not known."""
        return self.shared.loss

    @property
    def usage_parts(self) -> tuple[UsagePart, ...]:
        """The parts that make up the volume."""
        return tuple(part for part in self.parts if part.kind != PartKind.ITEM_ADJUSTMENT)

    @property
    def item_adjustments(self) -> tuple[ItemAdjustment, ...]:
        """What stands adjusted of single charge items, in the order in which it was approved."""
        return tuple(item_adjustment_of(part.evidence) for part in self.parts if part.kind == PartKind.ITEM_ADJUSTMENT)

    @property
    def subs_volume(self) -> Decimal:
        """Σ of the subs."""
        return sum((sub.volume for sub in self.subs), Decimal("0.000"))


def billable(
    *,
    company_id: int,
    period_id: int,
    book_ids: Sequence[int] | None = None,
    reading_item_ids: Sequence[int] | None = None,
) -> list[Billable]:
    """APPROVED items of the period with an account, points that are never billed left out; by account, then point."""
    sql = """
        SELECT i.id, i.point_id, i.account_id, i.book_id, i.unit_id
        FROM reading_task t JOIN reading_item i ON i.task_id = t.id
        WHERE t.company_id = %(company)s AND t.period_id = %(period)s AND i.state = 'APPROVED'
          AND i.account_id IS NOT NULL AND NOT i.never_billed
          AND (%(books)s::bigint[] IS NULL OR t.book_id = ANY(%(books)s::bigint[]))
          AND (%(items)s::bigint[] IS NULL OR i.id = ANY(%(items)s::bigint[]))
        ORDER BY i.account_id, i.point_id, i.id
    """
    params = {
        "company": company_id,
        "period": period_id,
        "books": None if book_ids is None else list(book_ids),
        "items": None if reading_item_ids is None else list(reading_item_ids),
    }
    return [Billable(*row) for row in rows_of(sql, params)]


_FACTS = """
    SELECT i.id, c.id, c.revision, c.point_id, sp.point_no, c.account_id, c.book_id, c.unit_id, p.yyyymm, p.round_no,
           c.from_date, c.to_date, c.months, c.volume, c.is_estimated
    FROM reading_item i
    JOIN consumption c ON c.id = i.consumption_id
    JOIN service_point sp ON sp.id = c.point_id
    JOIN reading_period p ON p.id = c.period_id
    WHERE i.id = ANY(%s)
"""


def consumption_facts(reading_item_ids: Sequence[int]) -> Mapping[int, ConsumptionFacts]:
    """By item: its newest consumption. Items that have none (not approved) have no entry."""
    rows = rows_of(_FACTS, [list(reading_item_ids)])
    parts = _parts([row[1] for row in rows])
    found_subs = _subs([row[0] for row in rows])
    shared = shared_usage(row[0] for row in rows)
    found: dict[int, ConsumptionFacts] = {}
    for row in rows:
        subs, waiting, left_out = (tuple(each.get(row[0], ())) for each in found_subs)
        sharing = shared.get(row[0], NOTHING_SHARED)
        values: list[Any] = [*row, tuple(parts.get(row[1], ())), subs, waiting, sharing, left_out]
        found[row[0]] = ConsumptionFacts(*values)
    return found


def consumption_by_id(consumption_id: int) -> tuple[int, int, Decimal] | None:
    """(item, revision, volume) of one consumption, newest or not; None when there is none."""
    rows = rows_of("SELECT reading_item_id, revision, volume FROM consumption WHERE id = %s", [consumption_id])
    return None if not rows else (rows[0][0], rows[0][1], rows[0][2])


def waiting_subs(reading_item_ids: Sequence[int]) -> Mapping[int, Sequence[str]]:
    """By main's item: the numbers of the subs that it waits for; mains that wait for none have no entry."""
    return _subs(reading_item_ids)[1]


def _parts(consumption_ids: Sequence[int]) -> Mapping[int, list[UsagePart]]:
    sql = """
        SELECT consumption_id, kind, from_date, to_date, volume, meter_no, register_no, start_value, end_value,
               multiplier, start_reading_id, end_reading_id, evidence::text
        FROM consumption_part WHERE consumption_id = ANY(%s) ORDER BY consumption_id, position
    """
    found: dict[int, list[UsagePart]] = defaultdict(list)
    for row in rows_of(sql, [list(consumption_ids)]):
        found[row[0]].append(UsagePart(*row[1:]))
    return found


_SUBS = f"""
    SELECT i.id, sub.id, sub.point_no, s.state, c.id, c.revision, c.volume,
           {SUB_IS_DUE.format(day="i.read_date", yyyymm="p.yyyymm")}, r.id IS NOT NULL
    FROM reading_item i
    JOIN reading_period p ON p.id = i.period_id
    JOIN meter_link l ON l.main_id = i.point_id AND l.kind IN ('DEDUCT', 'ALLOCATE') AND l.from_date < i.read_date
         AND (l.to_date IS NULL OR l.to_date >= i.read_date)
    JOIN service_point sub ON sub.id = l.sub_id
    LEFT JOIN reading_item s ON s.point_id = sub.id AND s.period_id = i.period_id
    LEFT JOIN consumption c ON c.id = s.consumption_id
    LEFT JOIN main_release r ON r.main_id = i.point_id AND r.period_id = i.period_id AND r.sub_id = sub.id
    WHERE i.id = ANY(%s)
    ORDER BY i.id, sub.point_no
"""


def _subs(
    reading_item_ids: Sequence[int],
) -> tuple[Mapping[int, list[SubUsage]], Mapping[int, list[str]], Mapping[int, list[str]]]:
    """By main: subs with their usage, those it waits for, those it was let go without."""
    subs: dict[int, list[SubUsage]] = defaultdict(list)
    waiting: dict[int, list[str]] = defaultdict(list)
    left_out: dict[int, list[str]] = defaultdict(list)
    rows = rows_of(_SUBS, [list(reading_item_ids)])
    for main, point_id, point_no, state, consumption_id, revision, volume, is_due, is_released in rows:
        if consumption_id is not None:
            subs[main].append(SubUsage(point_id, point_no, consumption_id, revision, volume))
        elif state in UNREAD or (state is None and is_due):
            (left_out if is_released else waiting)[main].append(point_no)
    return subs, waiting, left_out


@dataclass(frozen=True, slots=True)
class UsageChange:
    """A consumption that changed after it was billed (用量变更)."""

    change_id: int
    point_id: int
    reason: str
    reading_item_id: int
    yyyymm: int
    round_no: int
    old_consumption_id: int
    old_volume: Decimal
    new_consumption_id: int
    new_volume: Decimal

    @property
    def difference(self) -> Decimal:
        """New less old."""
        return self.new_volume - self.old_volume


def unhandled_changes(
    *, point_ids: Sequence[int] | None = None, company_id: int | None = None, reason: str | None = None
) -> tuple[UsageChange, ...]:
    """Changes that billing has not handled yet, by point and period. At least one of points and company is given."""
    assert point_ids is not None or company_id is not None
    sql = """
        SELECT ch.id, ch.point_id, ch.reason, new.reading_item_id, p.yyyymm, p.round_no, old.id, old.volume, new.id,
               new.volume
        FROM consumption_change ch
        JOIN consumption old ON old.id = ch.old_consumption_id
        JOIN consumption new ON new.id = ch.new_consumption_id
        JOIN reading_period p ON p.id = new.period_id
        WHERE (%(points)s::bigint[] IS NULL OR ch.point_id = ANY(%(points)s::bigint[]))
          AND (%(company)s::bigint IS NULL OR ch.company_id = %(company)s)
          AND (%(reason)s::text IS NULL OR ch.reason = %(reason)s)
          AND NOT EXISTS (SELECT 1 FROM consumption_change_handling h WHERE h.change_id = ch.id)
        ORDER BY ch.point_id, p.yyyymm, p.round_no, ch.id
    """
    points = None if point_ids is None else list(point_ids)
    return tuple(UsageChange(*row) for row in rows_of(sql, {"points": points, "company": company_id, "reason": reason}))


def unhandled_true_ups(point_ids: Sequence[int]) -> tuple[UsageChange, ...]:
    """The changes of these points that settle estimates and wait for a correcting bill."""
    return unhandled_changes(point_ids=point_ids, reason="TRUE_UP")
