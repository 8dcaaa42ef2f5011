"""Cutting usage (切分用量): by price versions and, where the plan says so, by tier cycles, inside each piece by days."""

from collections.abc import Sequence
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import NamedTuple

from qingyuan.domains.tariffs.rules.catalogue import Governing, NoVersionInForce, Timeline
from qingyuan.domains.tariffs.rules.cycles import cycle_start_of, later, on_month
from qingyuan.domains.tariffs.rules.plan import FirstPeriod, Straddle, Transition, TransitionMethod
from qingyuan.domains.tariffs.rules.request import RatingRequest
from qingyuan.domains.tariffs.rules.shares import settle
from qingyuan.kernel.errors import DomainError
from qingyuan.kernel.rounding import round_fraction

_MEMORY = 4096


class PieceDatesMissing(DomainError):
    """Some pieces of a bill have dates and others have none, or a piece ends before it starts (用量分段日期不全)."""

    code = "tariffs.piece_dates_missing"


class Segment(NamedTuple):
    """Usage under one version and in one cycle.

    `fact_date` is the start of the piece: people and quota are those of that day. `start` and `end` are the segment's
    own days (None without dates), `days` those of the piece, for the explanation.
    """

    governing: Governing
    volume: Decimal
    cycle_start: date | None
    fact_date: date | None
    start: date | None
    end: date | None
    piece: int


def period_of(request: RatingRequest) -> date | None:
    """The first day of the reading period: as given, else the month of the last reading, else that of opening."""
    if request.period_date is not None:
        return request.period_date
    last = request.pieces[-1].end or request.opened
    return last.replace(day=1) if last is not None else None


def versions_of_bill(request: RatingRequest, timeline: Timeline) -> Sequence[Governing]:
    """The versions that price this bill in date order, after all_new and all_old have had their say.

    Raises NoVersionInForce, PieceDatesMissing.
    """
    start, last = request.pieces[0].start, request.pieces[-1]
    if start is None:
        return timeline[-1:]
    if len(timeline) == 1 and timeline[0].end is None and timeline[0].start <= start:
        return timeline
    if last.end is None:
        raise PieceDatesMissing()
    # A piece of no days still stands on its date.
    return _in_bill(timeline, start, last.end + timedelta(days=1) if last.start == last.end else last.end)


def cut(
    request: RatingRequest,
    in_bill: Sequence[Governing],
    volumes: Sequence[Decimal],
    period: date | None,
    total: Decimal,
) -> list[Segment]:
    """The pieces (with `volumes` in place of their own, none negative in sum) cut into segments that sum to `total`.

    Raises PieceDatesMissing.
    """
    pieces = request.pieces
    start = pieces[0].start
    if start is None:
        if any(piece.start is not None for piece in pieces):
            raise PieceDatesMissing()
        return [Segment(in_bill[0], total, cycle_of(request, in_bill[0], period), period, None, None, 0)]
    if len(pieces) == 1 and len(in_bill) == 1 and in_bill[0].compiled.single:
        end = pieces[0].end
        if end is None or end < start:
            raise PieceDatesMissing()
        return [Segment(in_bill[0], total, cycle_of(request, in_bill[0], period), start, start, end, 0)]
    segments: list[Segment] = []
    for index, (piece, volume) in enumerate(zip(pieces, volumes, strict=True)):
        if piece.start is None or piece.end is None or piece.end < piece.start:
            raise PieceDatesMissing()
        for part in _by_version(in_bill, piece.start, piece.end, volume, index):
            segments += _bycycle_of(request, part, period)
    if len(segments) == 1:
        return [segments[0]._replace(volume=total)]
    settled = settle([segment.volume for segment in segments], total)
    return [segment._replace(volume=volume) for segment, volume in zip(segments, settled, strict=True)]


def _in_bill(timeline: Timeline, start: date, end: date) -> list[Governing]:
    """all_old leaves a change inside the bill out, all_new lets the new version take the whole bill."""
    _refuse_gaps(timeline, start, end)
    chosen: list[Governing] = []
    for governing in timeline:
        if governing.start <= start:
            chosen = [governing]
        elif governing.start < end:
            method = governing.compiled.version.transition.method
            if method is TransitionMethod.ALL_NEW:
                chosen = [governing._replace(start=start)]
            elif method is TransitionMethod.BY_DAY:
                chosen.append(governing)
    return chosen


def _refuse_gaps(timeline: Timeline, start: date, end: date) -> None:
    covered = start
    plan = timeline[0].compiled.version.code
    for governing in timeline:
        if governing.start <= covered and (governing.end is None or governing.end > covered):
            if governing.end is None or governing.end >= end:
                return
            covered, plan = governing.end, governing.compiled.version.code
    raise NoVersionInForce(plan=plan, date=covered)


def _by_version(in_bill: Sequence[Governing], start: date, end: date, volume: Decimal, index: int) -> list[Segment]:
    if len(in_bill) == 1:
        return [Segment(in_bill[0], volume, None, start, start, end, index)]
    touched = [governing for governing in in_bill if start < governing.start < end]
    before = [governing for governing in in_bill if governing.start <= start][-1]
    marks = [start, *(governing.start for governing in touched), end]
    rules = [governing.compiled.version.transition for governing in touched]
    parts = _by_days(volume, marks, rules)
    return [
        Segment(governing, part, None, start, marks[number], marks[number + 1], index)
        for number, (governing, part) in enumerate(zip([before, *touched], parts, strict=True))
    ]


def _by_days(volume: Decimal, marks: Sequence[date], rules: Sequence[Transition]) -> list[Decimal]:
    """`volume` between the marks by days, each part rounded by its rule, the last takes the rest."""
    days = (marks[-1] - marks[0]).days
    parts: list[Decimal] = []
    for rule, start, end in zip(rules, marks, marks[1:], strict=False):
        parts.append(round_fraction(Fraction(volume) * (end - start).days / days, rule.scale, rule.mode))
    parts.append(volume - sum(parts, Decimal(0)))
    return parts


def _bycycle_of(request: RatingRequest, segment: Segment, period: date | None) -> list[Segment]:
    compiled = segment.governing.compiled
    tiers = compiled.version.tiers
    if tiers is None or not compiled.cumulative:
        return [segment]
    start, end = segment.start, segment.end
    if tiers.straddle is Straddle.BY_PERIOD or start is None or end is None:
        return [segment._replace(cycle_start=cycle_of(request, segment.governing, period))]
    starts = request.anchor or tiers.cycle_starts
    marks = [start]
    cycles = [cycle_start_of(start, starts, tiers.cycle_months)]
    following = later(cycles[0], starts, tiers.cycle_months)
    while following < end:
        marks.append(following)
        cycles.append(following)
        following = later(following, starts, tiers.cycle_months)
    parts = (
        _by_days(segment.volume, [*marks, end], [compiled.version.transition] * (len(marks) - 1)) if end > start else []
    )
    return [
        segment._replace(volume=part, cycle_start=cycle, start=mark, end=until)
        for part, cycle, mark, until in zip(parts or [segment.volume], cycles, marks, [*marks[1:], end], strict=True)
    ]


def cycle_of(request: RatingRequest, governing: Governing, period: date | None) -> date | None:
    """The cycle of a bill that belongs to one by its reading period; the first period may count in the one before."""
    compiled = governing.compiled
    tiers = compiled.version.tiers
    if tiers is None or not compiled.cumulative or period is None:
        return None
    starts = request.anchor or tiers.cycle_starts
    cycle = compiled.cycle_memory.get((period, request.anchor))
    if cycle is None:
        cycle = cycle_start_of(period, starts, tiers.cycle_months)
        if len(compiled.cycle_memory) < _MEMORY:
            compiled.cycle_memory[period, request.anchor] = cycle
    if tiers.first_period is FirstPeriod.OLD:
        previous = on_month(period.year, period.month - max(1, request.months), 1)
        opened_inside = request.opened is not None and request.opened >= cycle
        if previous < cycle and not opened_inside:
            return later(cycle, starts, -tiers.cycle_months)
    return cycle
