"""What makes a reading doubtful (异常判定). Each rule stands alone: one that is off neither passes nor holds everything."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from qingyuan.domains.readings.rules.states import Algorithm, AnomalyCode
from qingyuan.domains.readings.rules.usage import EndKind, Stretch, StretchUsage
from qingyuan.kernel.rounding import round_decimal

ALWAYS_HELD = frozenset({AnomalyCode.BELOW_PREVIOUS, AnomalyCode.OVER_DIGITS})
"""What cannot be approved as it stands: the register or the condition must be changed first."""


@dataclass(frozen=True, slots=True)
class Limits:
    """The rules of a unit, as its parameters say. A factor of 0 turns that side off and no other.

    high_factor, low_factor   times the average × months
    minimum_volume            usage up to this many m³ a month is never called high, expected usage up to it never low
    no_average_volume         m³ a month above which usage without an average (first reading, or nothing used so far)
                              is held; 0: never
    """

    high_factor: Decimal = Decimal(3)
    low_factor: Decimal = Decimal(0)
    minimum_volume: Decimal = Decimal(20)
    no_average_volume: Decimal = Decimal(60)
    hold_zero_after_use: bool = True
    hold_same_as_previous: bool = False
    hold_first_reading: bool = False


@dataclass(frozen=True, slots=True)
class Expectation:
    """What is known of the point before it is read. `high_limit` was fixed when the task was made (None: no limit)."""

    average_volume: Decimal | None
    months: int
    high_limit: Decimal | None


@dataclass(frozen=True, slots=True)
class Finding:
    """One anomaly. `is_held` asks for a person's decision; the others are only shown. `facts` fill the sentence."""

    code: AnomalyCode
    is_held: bool
    facts: dict[str, str] = field(default_factory=dict)


def high_usage_limit(average: Decimal | None, months: int, limits: Limits) -> Decimal | None:
    """The usage above which a reading is held, three places; None for no limit.

    With an average: factor × average × months, at least minimum × months. Without one, or with an average of 0, a
    percentage says nothing, so the fixed volume a month stands in.
    """
    covered = max(months, 1)
    if average is None or average == 0:
        return round_decimal(limits.no_average_volume * covered, 3) if limits.no_average_volume > 0 else None
    if limits.high_factor <= 0:
        return None
    wanted = max(limits.high_factor * average * covered, limits.minimum_volume * covered)
    return round_decimal(wanted, 3)


def findings_of(
    stretches: Sequence[Stretch],
    usages: Sequence[StretchUsage],
    *,
    volume: Decimal,
    algorithm: Algorithm,
    expectation: Expectation,
    limits: Limits,
) -> tuple[Finding, ...]:
    """All anomalies of one reading, the gravest first. `volume` is the usage of the period (after any true-up).

    Estimates, and usage that has nothing to do with the register, are judged by their amount alone.
    """
    found: list[Finding] = []
    for stretch, usage in zip(stretches, usages, strict=True):
        found += _register_findings(stretch, usage)
    if any(finding.code is AnomalyCode.BELOW_PREVIOUS for finding in found):
        return tuple(found)
    amount = _high(volume, expectation) or _low(volume, expectation, limits)
    if amount is not None:
        found.append(amount)
    if expectation.average_volume is None and not any(f.code is AnomalyCode.FIRST_READING for f in found):
        found.append(Finding(AnomalyCode.FIRST_READING, limits.hold_first_reading))
    if algorithm in {Algorithm.NORMAL, Algorithm.METER_CHANGED, Algorithm.ROLLOVER}:
        found += _unmoved(stretches, usages, volume, expectation, limits)
    return tuple(found)


def _register_findings(stretch: Stretch, usage: StretchUsage) -> list[Finding]:
    found: list[Finding] = []
    if usage.difference < 0:
        facts = {"start": _plain(stretch.real_value), "end": _plain(usage.shown_value)}
        found.append(Finding(AnomalyCode.BELOW_PREVIOUS, True, facts))
    if 0 < stretch.maximum <= usage.shown_value:
        facts = {"end": _plain(usage.shown_value), "maximum": _plain(stretch.maximum)}
        found.append(Finding(AnomalyCode.OVER_DIGITS, True, facts))
    return found


def _high(volume: Decimal, expectation: Expectation) -> Finding | None:
    limit, average = expectation.high_limit, expectation.average_volume
    if limit is None or volume <= limit:
        return None
    facts = {"volume": _plain(volume), "limit": _plain(limit)}
    if average is None:
        return Finding(AnomalyCode.FIRST_READING, True, facts)
    if average == 0:
        return Finding(AnomalyCode.NO_AVERAGE, True, facts)
    return Finding(AnomalyCode.HIGH_USAGE, True, facts | {"average": _plain(average)})


def _low(volume: Decimal, expectation: Expectation, limits: Limits) -> Finding | None:
    average, covered = expectation.average_volume, max(expectation.months, 1)
    if limits.low_factor <= 0 or not average or volume == 0:
        return None
    expected = average * covered
    limit = round_decimal(limits.low_factor * expected, 3)
    if expected <= limits.minimum_volume * covered or volume >= limit:
        return None
    facts = {"volume": _plain(volume), "limit": _plain(limit), "average": _plain(average)}
    return Finding(AnomalyCode.LOW_USAGE, True, facts)


def _unmoved(
    stretches: Sequence[Stretch],
    usages: Sequence[StretchUsage],
    volume: Decimal,
    expectation: Expectation,
    limits: Limits,
) -> list[Finding]:
    """A register that was read and stands where it stood: doubtful after use, and worth a look without."""
    stood = [
        stretch
        for stretch, usage in zip(stretches, usages, strict=True)
        if usage.end_kind is EndKind.READ and usage.shown_value == stretch.real_value
    ]
    if volume != 0 or not stood:
        return []
    if expectation.average_volume:
        facts = {"average": _plain(expectation.average_volume)}
        return [Finding(AnomalyCode.ZERO_AFTER_USE, limits.hold_zero_after_use, facts)]
    facts = {"end": _plain(stood[0].real_value)}
    return [Finding(AnomalyCode.SAME_AS_PREVIOUS, limits.hold_same_as_previous, facts)]


def _plain(value: Decimal) -> str:
    """A value for a sentence: without trailing zeros, never in exponents."""
    text = format(value, "f")
    return text.rstrip("0").rstrip(".") if "." in text else text
