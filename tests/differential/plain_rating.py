"""A second rating, deliberately plain: straight from the rules, slow and obvious, sharing no code with the product.

It reads a tariff file and a case as plain dictionaries (the YAML of both, before any parsing) and works in exact
fractions. Where the rules' design leaves a choice, `docs/rules/rating.md` tells which was taken:

- a cut piece's parts are rounded by the newer version's `transition`, the last takes the rest; what carry, minimum or
  a share changes in the bill's volume falls on the last span, a shortage on the one before it;
- tiers per bill go on over the versions of one bill; a version without volume is not touched;
- a line is rounded to money by the rounding mode; with `at: line` to the rounding's own scale;
- an item's relief is a sum of its own where items are rounded.
"""

from dataclasses import dataclass, field
from datetime import date
from fractions import Fraction
from typing import Any

import tests.differential.plain_charges as plain_charges
from tests.differential.plain_numbers import cycle_of, cycle_starts, number, rounded
from tests.differential.plain_tiers import (
    Case,
    Refused,
    Span,
    Tariff,
    above,
    counter_of,
    cumulative,
    cycle_of_bill,
    limits_of,
)

Key = tuple[str, date | None]


@dataclass
class Part:
    """What one version rates for one share."""

    share: int
    tariff: Tariff
    starts: date
    spans: list[Span]
    lines: list["plain_charges.Line"] = field(default_factory=list)
    own: dict[str, list[list[Fraction]]] = field(default_factory=dict)

    @property
    def volume(self) -> Fraction:
        return sum((span.volume for span in self.spans), Fraction(0))

    @property
    def tiers(self) -> list[Fraction]:
        return [sum(volumes, Fraction(0)) for volumes in zip(*(span.tiers for span in self.spans), strict=True)]


@dataclass
class Bill:
    """What comes out: amounts as fractions of the currency, all signed."""

    total: Fraction
    lines: list["plain_charges.Line"]
    tier_volumes: list[Fraction]
    carry_after: Fraction
    use_after: dict[Key, Fraction]


def rate(tariffs: list[Tariff], case: Case) -> Bill:
    """The bill of a case. Raises Refused."""
    pieces = [(number(piece["usage"]), piece.get("from"), piece.get("to")) for piece in case.get("pieces") or [case]]
    usage = sum((volume for volume, _, _ in pieces), Fraction(0))
    credit = usage < 0
    shares = case.get("shares") or [{"tariff": case["tariff"]}]
    timelines = [_in_bill([each for each in tariffs if each["code"] == share["tariff"]], pieces) for share in shares]
    rules = timelines[0][-1][1]
    billed, carry_after = _billed(rules, case, usage, single=len(shares) == 1)
    volumes = _split(billed, shares, case, credit)
    period = _period(case, pieces)
    sizes = [-volume if credit else volume for volume, _, _ in pieces]
    parts: list[Part] = []
    for index, (timeline, volume) in enumerate(zip(timelines, volumes, strict=True)):
        mine = sizes
        if len(shares) > 1:
            mine = _settled(
                [rounded(size * volume / abs(usage), 3, "half_up") if usage else Fraction(0) for size in sizes], volume
            )
        parts += _parts(index, timeline, _spans(timeline, pieces, mine, volume, case, period))
    use_after = _fill(parts, case, credit, period)
    context = plain_charges.Context(case, rules, credit, usage, billed, period, len(shares))
    lines = plain_charges.lines_of(parts, context)
    longest = max(len(part.tiers) for part in parts)
    sign = -1 if credit else 1
    tier_volumes = [
        sign * sum((part.tiers[at] for part in parts if at < len(part.tiers)), Fraction(0)) for at in range(longest)
    ]
    return Bill(sum((line.amount for line in lines), Fraction(0)), lines, tier_volumes, carry_after, use_after)


# Versions


def _in_bill(
    versions: list[Tariff], pieces: list[tuple[Fraction, date | None, date | None]]
) -> list[tuple[date, Tariff]]:
    """The versions that rate the bill with the day from which each does, in date order."""
    versions = sorted(versions, key=lambda each: _day(each["effective"]["from"]))
    first, last = pieces[0][1], pieces[-1][2]
    if first is None or last is None:
        return [(_day(versions[-1]["effective"]["from"]), versions[-1])]
    for back in range((last - first).days):
        if _in_force(versions, date.fromordinal(first.toordinal() + back)) is None:
            raise Refused("tariffs.no_version_in_force")
    begun = _in_force(versions, first)
    assert begun is not None
    chosen = [(_day(begun["effective"]["from"]), begun)]
    for version in versions:
        start = _day(version["effective"]["from"])
        if first < start < last:
            method = version.get("transition", {}).get("method", "by_day")
            if method == "all_new":
                chosen = [(first, version)]
            elif method == "by_day":
                chosen.append((start, version))
    return chosen


def _in_force(versions: list[Tariff], day: date) -> Tariff | None:
    """The latest version begun by that day, unless it has ended."""
    begun = [each for each in versions if _day(each["effective"]["from"]) <= day]
    if not begun:
        return None
    ends = begun[-1]["effective"].get("to")
    return begun[-1] if ends is None or _day(ends) > day else None


def _day(value: object) -> date:
    return date.fromisoformat(str(value))


def _period(case: Case, pieces: list[tuple[Fraction, date | None, date | None]]) -> date | None:
    """The first day of the reading period."""
    if "period" in case:
        return _day(f"{case['period']}-01")
    last = pieces[-1][2] or case.get("opened")
    return last.replace(day=1) if last is not None else None


# Volume


def _billed(rules: Tariff, case: Case, usage: Fraction, *, single: bool) -> tuple[Fraction, Fraction]:
    """Billed volume (its size, on a credit) and what is carried on: usage + carry → rounding → minimum."""
    volume = rules.get("volume", {})
    places, mode = volume.get("scale", 3), volume.get("rounding", "half_up")
    carry = number(case.get("carry", 0))
    if usage < 0:
        return rounded(-usage, places, mode), carry
    exact = usage + carry
    billed = max(Fraction(0), rounded(exact, places, mode))
    carry_after = exact - billed if volume.get("carry", False) else Fraction(0)
    minimum = rules.get("minimum", {})
    if single and "volume" in minimum:
        least = number(minimum["volume"]) * (case.get("months", 1) if minimum.get("per") == "month" else 1)
        if billed < least:
            return least, Fraction(0)
    return billed, carry_after


def _split(billed: Fraction, shares: list[dict[str, Any]], case: Case, credit: bool) -> list[Fraction]:
    """Mixed use; a credit takes back what the corrected bill's split and the lessened bill's split differ by."""
    if len(shares) == 1:
        return [billed]
    if not credit:
        return _split_volume(billed, shares, case.get("months", 1))
    corrected = number(case["corrected_volume"])
    before = _split_volume(corrected, shares, case.get("months", 1))
    after = _split_volume(corrected - billed, shares, case.get("months", 1))
    return [old - new for old, new in zip(before, after, strict=True)]


def _split_volume(volume: Fraction, shares: list[dict[str, Any]], months: int) -> list[Fraction]:
    rest = next(
        (at for at, share in enumerate(shares) if "fixed" not in share and "ratio" not in share), len(shares) - 1
    )
    if sum((number(share["ratio"]) for share in shares if "ratio" in share), Fraction(0)) > 1:
        raise Refused("tariffs.shares_exceed_whole")
    made = [Fraction(0)] * len(shares)
    left = volume
    for at, share in enumerate(shares):
        if "fixed" in share and at != rest:
            made[at] = min(left, number(share["fixed"]) * months)
            left -= made[at]
    after_fixed = left
    for at, share in enumerate(shares):
        if "ratio" in share and at != rest:
            made[at] = rounded(after_fixed * number(share["ratio"]), 0, "down")
            left -= made[at]
    made[rest] = left
    return made


def _settled(volumes: list[Fraction], total: Fraction) -> list[Fraction]:
    """The last takes the rest; where that is not there, the ones before it give."""
    made = list(volumes)
    made[-1] += total - sum(made, Fraction(0))
    for at in reversed(range(1, len(made))):
        if made[at] < 0:
            made[at - 1] += made[at]
            made[at] = Fraction(0)
    for at in range(len(made) - 1):
        if made[at] < 0:
            made[at + 1] += made[at]
            made[at] = Fraction(0)
    return made


# Cutting


def _spans(
    timeline: list[tuple[date, Tariff]],
    pieces: list[tuple[Fraction, date | None, date | None]],
    volumes: list[Fraction],
    total: Fraction,
    case: Case,
    period: date | None,
) -> list[Span]:
    if pieces[0][1] is None:
        return [Span(0, total, None, cycle_of_bill(timeline[0][1], case, period))]
    spans: list[Span] = []
    for (_, start, end), volume in zip(pieces, volumes, strict=True):
        assert start is not None and end is not None
        first = [at for at, (day, _) in enumerate(timeline) if day <= start][-1]
        inside = [at for at, (day, _) in enumerate(timeline) if start < day < end]
        marks = [start, *(timeline[at][0] for at in inside), end]
        by_rule = [timeline[at][1] for at in inside]
        cut = _by_days(volume, marks, by_rule)
        for at, part, begins, ends in zip([first, *inside], cut, marks, marks[1:], strict=False):
            spans += _by_cycle(at, timeline[at][1], part, start, begins, ends, case, period)
    settled = _settled([span.volume for span in spans], total)
    for span, volume in zip(spans, settled, strict=True):
        span.volume = volume
    return spans


def _by_days(volume: Fraction, marks: list[date], rules: list[Tariff]) -> list[Fraction]:
    """round(volume ÷ days × days of the part) by the rule that ends the part; the last takes the rest."""
    days = (marks[-1] - marks[0]).days
    made = []
    for rule, start, end in zip(rules, marks, marks[1:], strict=False):
        rounding = rule.get("transition", {}).get("volume", {})
        made.append(
            rounded(volume * (end - start).days / days, rounding.get("scale", 0), rounding.get("mode", "half_up"))
        )
    return [*made, volume - sum(made, Fraction(0))]


def _by_cycle(
    at: int, tariff: Tariff, volume: Fraction, day: date, start: date, end: date, case: Case, period: date | None
) -> list[Span]:
    tiers = tariff.get("tiers", {})
    if not cumulative(tariff) or tiers.get("straddle", "by_period") == "by_period":
        return [Span(at, volume, day, cycle_of_bill(tariff, case, period))]
    month_day = case.get("anchor") or tiers.get("cycle_starts", "01-01")
    inside = [each for each in cycle_starts(month_day, tiers["cycle_months"], start) if start < each < end]
    marks = [start, *inside, end]
    cut = _by_days(volume, marks, [tariff] * len(inside))
    cycles = [cycle_of(mark, month_day, tiers["cycle_months"]) for mark in marks[:-1]]
    return [Span(at, part, day, cycle) for part, cycle in zip(cut, cycles, strict=True)]


def _parts(share: int, timeline: list[tuple[date, Tariff]], spans: list[Span]) -> list[Part]:
    made: list[Part] = []
    for at, (starts, tariff) in enumerate(timeline):
        mine = [span for span in spans if span.version == at]
        if mine:
            made.append(Part(share, tariff, starts, mine))
    return [part for part in made[:-1] if part.volume] + made[-1:]


# Tiers


def _fill(parts: list[Part], case: Case, credit: bool, period: date | None) -> dict[Key, Fraction]:
    """Fills the tiers of all spans; returns the use after the bill of what it counts in."""
    use = _use_before(parts, case, credit)
    _mark_uncounted(parts, case)
    bill_use: dict[str, Fraction] = {}
    counted: dict[Key, Fraction] = {}
    order = [(part, span) for part in parts for span in part.spans]
    for part, span in reversed(order) if credit else order:
        counter = counter_of(part.tariff)
        key = (counter, span.cycle)
        limits = limits_of(part.tariff, case, span, period)
        counts = span.volume - span.free
        if credit:
            start = use.get(key, Fraction(0)) - counts
            use[key] = start
            if start < 0 and limits:
                raise Refused("tariffs.credit_exceeds_use")
        elif cumulative(part.tariff):
            start = use.get(key, Fraction(0))
            use[key] = start + counts
        else:
            start = bill_use.get(counter, Fraction(0))
            bill_use[counter] = start + counts
        if cumulative(part.tariff):
            counted[key] = Fraction(0)
        span.start, span.limits = start, limits
        span.tiers = above(start, span.volume, limits)
    return {key: use[key] for key in counted}


def _use_before(parts: list[Part], case: Case, credit: bool) -> dict[Key, Fraction]:
    """What was used before stands in the first cycle that the bill touches."""
    for part in parts:
        if cumulative(part.tariff) or (credit and "tiers" in part.tariff):
            return {(counter_of(part.tariff), part.spans[0].cycle): number(case.get("used_before", 0))}
    return {}


def _mark_uncounted(parts: list[Part], case: Case) -> None:
    """Free volume that does not count: the last units of the part, from its last span backwards."""
    taken: dict[tuple[str, int], Fraction] = {}
    for part in parts:
        for at, relief in plain_charges.reliefs_of(part.tariff, case):
            if relief["kind"] == "free_volume" and relief.get("position") == "not_counted":
                given = plain_charges.given_of(relief, case) - taken.get((relief["scheme"], at), Fraction(0))
                room = part.volume - sum((span.free for span in part.spans), Fraction(0))
                free = max(Fraction(0), min(room, given))
                taken[relief["scheme"], at] = taken.get((relief["scheme"], at), Fraction(0)) + free
                for span in reversed(part.spans):
                    takes = min(free, span.volume - span.free)
                    span.free += takes
                    free -= takes
