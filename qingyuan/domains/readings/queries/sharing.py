"""What subs take of their mains' differences (分摊量), level by level: a main hands down its own difference and what it took
from the main above it.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import NamedTuple

from qingyuan.domains.meters.rules.difference import share_difference
from qingyuan.domains.meters.rules.states import Sharing
from qingyuan.domains.readings.queries.field_facts import rows_of

UNREAD = frozenset({"PENDING", "READ", "HELD"})
NO_VOLUME = Decimal("0.000")
SUB_IS_DUE = """EXISTS (
    SELECT 1 FROM point_book pb JOIN book due ON due.id = pb.book_id
    WHERE pb.point_id = sub.id AND pb.from_date <= {day} AND (pb.to_date IS NULL OR pb.to_date > {day}) AND due.is_active
      AND mod({yyyymm} %% 100 - due.phase_month + 12, due.months_interval) = 0)"""
"""Whether the point `sub` is read in the period by the cycle of its book on the day, whatever its tasks (应抄)."""


@dataclass(frozen=True, slots=True)
class LossShare:
    """What a point takes of its main's difference in a period, m³.

    The main used `main_volume` (with what it took itself from above) and its subs `subs_volume`; of the difference `shared`
    is shared by `method`: `weight` of `weights` (usage, 1 each, fixed part) makes `volume`.
    """

    main_point_no: str
    main_volume: Decimal
    subs_volume: Decimal
    shared: Decimal
    method: Sharing
    weight: Decimal
    weights: Decimal
    volume: Decimal


@dataclass(frozen=True, slots=True)
class BelowSubs:
    """A main that used less than its subs, m³: nothing can be shared."""

    main_point_no: str
    main_volume: Decimal
    subs_volume: Decimal


@dataclass(frozen=True, slots=True)
class SharedUsage:
    """What sharing means to a point in a period: what it takes (`loss`) and what its own subs take of it (`handed_down`).

    `waiting`: the points whose usage has to be approved before that is known; `below_subs`: the main that stands against it.
    `waived_by` is the number of a main whose difference a person decided not to share in the period.
    """

    loss: LossShare | None = None
    handed_down: Decimal = NO_VOLUME
    waiting: tuple[str, ...] = ()
    below_subs: BelowSubs | None = None
    waived_by: str = ""


NOTHING_SHARED = SharedUsage()


class _Above(NamedTuple):
    """A sub's main of the period. `main_item` None: it is due but not planned. `is_waived`: it shares nothing this time."""

    sub_item: int
    main_item: int | None
    main_no: str
    is_waived: bool


class _Sub(NamedTuple):
    """One sub of a main, with the terms of its link. `sub_item` None: not planned in the period."""

    main_item: int
    main_no: str
    main_volume: Decimal | None
    is_waived: bool
    sub_item: int | None
    point_no: str
    state: str | None
    volume: Decimal | None
    is_due: bool
    takes_part: bool
    sharing: str
    share: Decimal | None
    cap: Decimal | None
    scale: int


WAIVED = """EXISTS (
    SELECT 1 FROM main_release r WHERE r.main_id = {main} AND r.period_id = {period} AND r.sub_id IS NULL)"""
"""Whether a person decided that the main's difference is not shared in the period."""
_DAY_OF_MAIN = (
    "COALESCE({main}.read_date, {or_else}(make_date(p.yyyymm / 100, p.yyyymm %% 100, 1) + interval '1 month')::date)"
)
_ABOVE_DAY = _DAY_OF_MAIN.format(main="m", or_else="i.read_date, ")
_ABOVE = f"""
    SELECT i.id, m.id, sub.point_no, {WAIVED.format(main="l.main_id", period="i.period_id")}
    FROM reading_item i
    JOIN reading_period p ON p.id = i.period_id
    JOIN meter_link l ON l.sub_id = i.point_id AND l.kind = 'ALLOCATE'
    JOIN service_point sub ON sub.id = l.main_id
    LEFT JOIN reading_item m ON m.point_id = l.main_id AND m.period_id = i.period_id
    WHERE i.id = ANY(%s) AND l.from_date < {_ABOVE_DAY} AND (l.to_date IS NULL OR l.to_date >= {_ABOVE_DAY})
      AND (m.state <> 'SKIPPED' OR m.id IS NULL AND {SUB_IS_DUE.format(day=_ABOVE_DAY, yyyymm="p.yyyymm")})
    ORDER BY i.id
"""
"""The main stands as `sub` here, for whether it is due. One that is not read in the period has no difference."""
_BELOW_DAY = _DAY_OF_MAIN.format(main="i", or_else="")
_BELOW = f"""
    SELECT i.id, mp.point_no, mc.volume, {WAIVED.format(main="i.point_id", period="i.period_id")}, s.id, sub.point_no, s.state, c.volume,
           {SUB_IS_DUE.format(day=_BELOW_DAY, yyyymm="p.yyyymm")},
           s.account_id IS NOT NULL AND NOT s.never_billed OR EXISTS (
               SELECT 1 FROM meter_link b WHERE b.main_id = sub.id AND b.kind = 'ALLOCATE' AND b.from_date < {_BELOW_DAY}
                 AND (b.to_date IS NULL OR b.to_date >= {_BELOW_DAY})),
           l.sharing, l.share, l.cap, l.share_scale
    FROM reading_item i
    JOIN reading_period p ON p.id = i.period_id
    JOIN service_point mp ON mp.id = i.point_id
    LEFT JOIN consumption mc ON mc.id = i.consumption_id
    JOIN meter_link l ON l.main_id = i.point_id AND l.kind = 'ALLOCATE' AND l.from_date < {_BELOW_DAY}
         AND (l.to_date IS NULL OR l.to_date >= {_BELOW_DAY})
    JOIN service_point sub ON sub.id = l.sub_id
    LEFT JOIN reading_item s ON s.point_id = sub.id AND s.period_id = i.period_id
    LEFT JOIN consumption c ON c.id = s.consumption_id
    WHERE i.id = ANY(%s) AND i.state <> 'SKIPPED'
    ORDER BY i.id, sub.point_no
"""


def shared_usage(reading_item_ids: Iterable[int]) -> Mapping[int, SharedUsage]:
    """By reading item, of those that share or take a difference; others have no entry."""
    asked = sorted(set(reading_item_ids))
    above: dict[int, _Above] = {}
    frontier, mains = asked, set(asked)
    while frontier:
        found = [_Above._make(row) for row in rows_of(_ABOVE, [frontier])]
        above.update({row.sub_item: row for row in found})
        frontier = sorted({row.main_item for row in found if row.main_item is not None} - mains)
        mains.update(frontier)
    below = _below(mains)
    tree = _Tree(above, below)
    return {asked_id: tree.usage_of(asked_id) for asked_id in asked if asked_id in above or asked_id in below}


def missing_for_sharing(main_item_ids: Iterable[int]) -> Mapping[int, tuple[str, ...]]:
    """By ALLOCATE main's item: the main itself and its subs, as far as they are not approved; complete ones have no entry."""
    below = _below(main_item_ids)
    tree = _Tree({}, below)
    found = {main_item: tree.missing_at(main_item) for main_item in below}
    return {main_item: missing for main_item, missing in found.items() if missing}


def _below(main_item_ids: Iterable[int]) -> dict[int, list[_Sub]]:
    ids = sorted(set(main_item_ids))
    below: dict[int, list[_Sub]] = defaultdict(list)
    for row in rows_of(_BELOW, [ids]) if ids else ():
        below[row[0]].append(_Sub._make(row))
    return below


@dataclass(frozen=True, slots=True)
class _Handed:
    """What a main hands down, by the reading items of its subs; or why it cannot."""

    parts: Mapping[int, LossShare] = field(default_factory=dict)
    shared: Decimal = NO_VOLUME
    waiting: tuple[str, ...] = ()
    below_subs: BelowSubs | None = None


class _Tree:
    """The mains and subs of some items, each main worked out once, from above."""

    def __init__(self, above: Mapping[int, _Above], below: Mapping[int, Sequence[_Sub]]) -> None:
        self._above = above
        self._below = below
        self._known: dict[int, _Handed] = {}

    def usage_of(self, reading_item_id: int) -> SharedUsage:
        """What the item takes, and hands down where it is a main itself."""
        taken = self._taken(reading_item_id)
        own = self._handed(reading_item_id) if reading_item_id in self._below else _Handed()
        waiting = tuple(dict.fromkeys((*taken.waiting, *own.waiting)))
        below_subs = taken.below_subs or own.below_subs
        above = self._above.get(reading_item_id)
        waived_by = above.main_no if above is not None and above.is_waived else ""
        return SharedUsage(taken.parts.get(reading_item_id), own.shared, waiting, below_subs, waived_by)

    def missing_at(self, main_item: int) -> tuple[str, ...]:
        """What is not approved of a main and its subs themselves; nothing once its difference is not shared."""
        subs = self._below.get(main_item, ())
        if not subs or subs[0].is_waived:
            return ()
        own = () if subs[0].main_volume is not None else (subs[0].main_no,)
        return (*own, *(sub.point_no for sub in subs if _is_missing(sub)))

    def _taken(self, reading_item_id: int) -> _Handed:
        """What the main above hands down, if there is one."""
        above = self._above.get(reading_item_id)
        if above is None or above.is_waived:
            return _Handed()
        return _Handed(waiting=(above.main_no,)) if above.main_item is None else self._handed(above.main_item)

    def _handed(self, main_item: int) -> _Handed:
        known = self._known.get(main_item)
        if known is None:
            known = self._known[main_item] = self._worked_out(main_item)
        return known

    def _worked_out(self, main_item: int) -> _Handed:
        subs = self._below.get(main_item, ())
        if not subs or subs[0].is_waived:
            return _Handed()
        taken = self._taken(main_item)
        waiting = (*taken.waiting, *self.missing_at(main_item))
        own = subs[0].main_volume
        if own is None or waiting:
            return _Handed(waiting=waiting)
        if taken.below_subs is not None:
            return _Handed(below_subs=taken.below_subs)
        received = taken.parts.get(main_item)
        return _share(own if received is None else own + received.volume, subs)


def _is_missing(sub: _Sub) -> bool:
    return sub.volume is None and (sub.state in UNREAD or (sub.state is None and sub.is_due))


def _share(main_volume: Decimal, subs: Sequence[_Sub]) -> _Handed:
    first = subs[0]
    subs_volume = sum((sub.volume for sub in subs if sub.volume is not None), NO_VOLUME)
    if main_volume < subs_volume:
        return _Handed(below_subs=BelowSubs(first.main_no, main_volume, subs_volume))
    sharers = [(sub, sub.volume) for sub in subs if sub.volume is not None and sub.takes_part]
    method = Sharing(first.sharing)
    shared = share_difference(
        main_volume,
        subs_volume,
        [(volume, sub.share) for sub, volume in sharers],
        method=method,
        cap=first.cap,
        scale=first.scale,
    )
    weights = sum(shared.weights, Decimal(0))
    parts = {}
    for (sub, _), volume, weight in zip(sharers, shared.parts, shared.weights, strict=True):
        assert sub.sub_item is not None
        parts[sub.sub_item] = LossShare(
            first.main_no, main_volume, subs_volume, shared.shared, method, weight, weights, volume
        )
    return _Handed(parts, shared.shared)
