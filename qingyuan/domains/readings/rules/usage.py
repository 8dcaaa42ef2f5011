"""How the usage of a register's stretch follows from its values, by the algorithm of the condition (水量算法).

All functions are exact: a register difference has the places of the register, a volume three places.
docs/rules/readings.md holds the worked tables; they run as tests.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from qingyuan.domains.readings.rules.states import Algorithm
from qingyuan.kernel.errors import DomainError
from qingyuan.kernel.rounding import round_decimal

NO_VOLUME = Decimal("0.000")


class ValueMissing(DomainError):
    """The condition's algorithm needs a register value and there is none (缺读数)."""

    code = "readings.value_missing"


class ValueLocked(DomainError):
    """The condition says "no usage", so the register must stand where it stood (零水量时读数不得变动)."""

    code = "readings.value_locked"


class VolumeMissing(DomainError):
    """The condition says that usage has nothing to do with the register: the volume must be given (缺水量)."""

    code = "readings.volume_missing"


class NotARollover(DomainError):
    """The condition says that the register went past its maximum, but the value is not below the previous (并未过圈)."""

    code = "readings.not_a_rollover"


class NoAverage(DomainError):
    """An estimate without a value needs an average, and the point has no usage before (无均量，不能估抄)."""

    code = "readings.no_average"


class ExchangeNotRecorded(DomainError):
    """The condition says that the meter was changed, but the file knows of no exchange since the last reading (未登记换表)."""

    code = "readings.exchange_not_recorded"


class ValueNegative(DomainError):
    """A register never shows less than 0 (读数不能为负)."""

    code = "readings.value_negative"


class TooManyPlaces(DomainError):
    """The value has more decimal places than the register shows (读数小数位过多)."""

    code = "readings.too_many_places"


class EndKind(StrEnum):
    """Where the end of a stretch comes from."""

    READ = "READ"  # seen by a person or a device
    ESTIMATED = "ESTIMATED"  # written by an estimate
    FINAL = "FINAL"  # the final value of a removed meter
    KEPT = "KEPT"  # the previous value stands


@dataclass(frozen=True, slots=True)
class Stretch:
    """One register between two dates, before it is read.

    `start_value` is the system's register (maybe estimated); `real_value` the last value really seen.
    `maximum` is the first value the register cannot show; 0 means unknown (no rollover, no check of digits).
    `final_value` is set when the meter was removed. `is_reversed`: the register counts down (倒装).
    """

    register_no: int
    start_value: Decimal
    real_value: Decimal
    maximum: Decimal
    decimals: int = 0
    multiplier: Decimal = Decimal(1)
    is_reversed: bool = False
    final_value: Decimal | None = None


@dataclass(frozen=True, slots=True)
class StretchUsage:
    """`volume` = `difference` × multiplier. `difference` counts from the last real value; `shown_value` is what was seen.

    `end_value` is where the system's register stands afterwards; it differs from `shown_value` only for a point that
    waits for its needle (等针).
    """

    register_no: int
    end_value: Decimal
    shown_value: Decimal
    difference: Decimal
    volume: Decimal
    end_kind: EndKind


@dataclass(frozen=True, slots=True)
class Estimate:
    """What an estimate starts from: a month's mean, None without history, and the months to cover."""

    average_volume: Decimal | None
    months: int


def times_multiplier(difference: Decimal, multiplier: Decimal) -> Decimal:
    """The volume of a register difference, three places, rounded half up."""
    return round_decimal(difference * multiplier, 3)


def forward_difference(start: Decimal, end: Decimal, *, is_reversed: bool) -> Decimal:
    """end − start, or start − end for a register that counts down. May be negative."""
    return start - end if is_reversed else end - start


def rollover_difference(start: Decimal, end: Decimal, maximum: Decimal, *, is_reversed: bool) -> Decimal:
    """The difference of a register that went once past its maximum (过圈): maximum − start + end.

    Raises NotARollover when the value did not fall (rise, for one that counts down), or the maximum is unknown.
    """
    if maximum <= 0 or forward_difference(start, end, is_reversed=is_reversed) >= 0:
        raise NotARollover(start=start, end=end)
    return maximum + forward_difference(start, end, is_reversed=is_reversed)


def moved_register(start: Decimal, difference: Decimal, maximum: Decimal, *, is_reversed: bool) -> Decimal:
    """Where a register stands after `difference`, going round at its maximum."""
    moved = start - difference if is_reversed else start + difference
    return moved % maximum if maximum > 0 else moved


def check_value(stretch: Stretch, value: Decimal) -> None:
    """Raises ValueNegative or TooManyPlaces for a value that no register shows. Too many digits is an anomaly instead."""
    if value < 0:
        raise ValueNegative(value=value)
    if value != round_decimal(value, 3):
        raise TooManyPlaces(value=value, places=3)


def usage_of(
    stretch: Stretch, *, algorithm: Algorithm, value: Decimal | None, is_waiting: bool = False
) -> StretchUsage:
    """The usage of one stretch that is read, for every algorithm but ESTIMATE (`estimate_of`) and UNRELATED.

    A removed meter's stretch takes its final value, whatever the condition of the new one. Raises ValueMissing,
    ValueLocked, NotARollover, ValueNegative, TooManyPlaces.
    """
    if stretch.final_value is not None:
        return _final_usage(stretch)
    if algorithm is Algorithm.ZERO:
        if value is not None and value != stretch.start_value:
            raise ValueLocked(value=value, start=stretch.start_value)
        return kept(stretch)
    if value is None:
        raise ValueMissing(register_no=stretch.register_no)
    check_value(stretch, value)
    if algorithm is Algorithm.ROLLOVER:
        difference = rollover_difference(stretch.real_value, value, stretch.maximum, is_reversed=stretch.is_reversed)
    elif algorithm is Algorithm.REVERSE:
        difference = stretch.real_value - value
    else:
        difference = forward_difference(stretch.real_value, value, is_reversed=stretch.is_reversed)
        if is_waiting and difference < 0:
            return StretchUsage(stretch.register_no, stretch.start_value, value, Decimal(0), NO_VOLUME, EndKind.READ)
    volume = times_multiplier(difference, stretch.multiplier)
    return StretchUsage(stretch.register_no, value, value, difference, volume, EndKind.READ)


def kept(stretch: Stretch) -> StretchUsage:
    """The register stands where the system has it, no usage."""
    start = stretch.start_value
    return StretchUsage(stretch.register_no, start, start, Decimal(0), NO_VOLUME, EndKind.KEPT)


def _final_usage(stretch: Stretch) -> StretchUsage:
    """The stretch of a removed meter: a final value below the last real one means that it went past its maximum."""
    final = stretch.final_value
    assert final is not None
    difference = forward_difference(stretch.real_value, final, is_reversed=stretch.is_reversed)
    if difference < 0 and stretch.maximum > 0 and difference + stretch.maximum < stretch.maximum / 2:
        difference += stretch.maximum
    volume = times_multiplier(difference, stretch.multiplier)
    return StretchUsage(stretch.register_no, final, final, difference, volume, EndKind.FINAL)


def estimate_of(stretch: Stretch, *, volume: Decimal) -> StretchUsage:
    """The stretch moved by an estimated volume (估抄), counted from the system's register.

    The register is moved by whole units of its last place, half up, and the volume follows from that, so that the
    estimated register is one that the meter can show.
    """
    difference = round_decimal(volume / stretch.multiplier, stretch.decimals)
    end = moved_register(stretch.start_value, difference, stretch.maximum, is_reversed=stretch.is_reversed)
    return StretchUsage(
        stretch.register_no, end, end, difference, times_multiplier(difference, stretch.multiplier), EndKind.ESTIMATED
    )


def estimated_volume(estimate: Estimate, *, already_measured: Decimal = NO_VOLUME) -> Decimal:
    """average × months less what a removed meter already measured in the span, never below 0.

    A further round of a month (months 0) counts as one month. Raises NoAverage without history.
    """
    if estimate.average_volume is None:
        raise NoAverage()
    wanted = estimate.average_volume * max(estimate.months, 1) - already_measured
    return max(round_decimal(wanted, 3), NO_VOLUME)


def estimated_usages(
    stretches: tuple[Stretch, ...], *, estimate: Estimate, values: Mapping[int, Decimal]
) -> tuple[StretchUsage, ...]:
    """All stretches of a point that could not be read: removed meters by their finals, the rest estimated.

    `values` are estimated registers that a person gave, by register number; what is missing comes from the average
    (on a compound meter it all goes to the first open register). Raises NoAverage, ValueNegative, TooManyPlaces.
    """
    finals = {index: _final_usage(one) for index, one in enumerate(stretches) if one.final_value is not None}
    measured = sum((usage.volume for usage in finals.values()), NO_VOLUME)
    usages: list[StretchUsage] = []
    is_spent = bool(values)
    for index, stretch in enumerate(stretches):
        if index in finals:
            usages.append(finals[index])
        elif stretch.register_no in values:
            usages.append(_given_estimate(stretch, values[stretch.register_no]))
        elif is_spent:
            usages.append(kept(stretch))
        else:
            usages.append(estimate_of(stretch, volume=estimated_volume(estimate, already_measured=measured)))
            is_spent = True
    return tuple(usages)


def _given_estimate(stretch: Stretch, value: Decimal) -> StretchUsage:
    check_value(stretch, value)
    difference = forward_difference(stretch.start_value, value, is_reversed=stretch.is_reversed)
    volume = times_multiplier(difference, stretch.multiplier)
    return StretchUsage(stretch.register_no, value, value, difference, volume, EndKind.ESTIMATED)
