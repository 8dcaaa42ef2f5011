"""One reading item as a whole: from its stretches and what was read to usage, true-up and anomalies (抄表结果)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from qingyuan.domains.readings.rules.anomalies import Expectation, Finding, Limits, findings_of
from qingyuan.domains.readings.rules.spread import spread_between_real_readings
from qingyuan.domains.readings.rules.states import Algorithm
from qingyuan.domains.readings.rules.usage import (
    NO_VOLUME,
    EndKind,
    Estimate,
    ExchangeNotRecorded,
    Stretch,
    StretchUsage,
    VolumeMissing,
    check_value,
    estimated_usages,
    kept,
    usage_of,
)
from qingyuan.kernel.errors import DomainError
from qingyuan.kernel.period import Span
from qingyuan.kernel.rounding import round_decimal


class NotAfterPrevious(DomainError):
    """The reading is dated before the previous one, or before an exchange already recorded (抄表日期早于上次)."""

    code = "readings.not_after_previous"


class UnknownRegister(DomainError):
    """A value was given for a register that the point's meter does not have (计数器不存在)."""

    code = "readings.unknown_register"


class ValueNotExpected(DomainError):
    """A register value was given for a point without a meter (无表点不录读数)."""

    code = "readings.value_not_expected"


@dataclass(frozen=True, slots=True)
class ItemStretch:
    """A stretch with its dates. `estimated_spans`: the spans that estimates covered since the last real value, in order."""

    stretch: Stretch
    start_date: date
    final_date: date | None
    estimated_spans: tuple[Span, ...] = ()


@dataclass(frozen=True, slots=True)
class ItemFacts:
    """What is known of the item before it is read; `previous_date` None only for a point without any history."""

    stretches: tuple[ItemStretch, ...]
    previous_date: date | None
    expectation: Expectation
    is_waiting: bool = False
    fixed_volume: Decimal | None = None
    true_up_scale: int = 3


@dataclass(frozen=True, slots=True)
class Taken:
    """What was read: values by register number, the date, and a volume where the condition asks for one."""

    read_date: date
    algorithm: Algorithm
    values: Mapping[int, Decimal]
    volume: Decimal | None = None


@dataclass(frozen=True, slots=True)
class StretchOutcome:
    """`volume` is the stretch's share of this period; `spread` are the parts of the estimated spans and, last, this one."""

    usage: StretchUsage
    end_date: date
    volume: Decimal
    spread: tuple[Decimal, ...] = ()


@dataclass(frozen=True, slots=True)
class ItemOutcome:
    """The usage of the period and why a person should look at it."""

    stretches: tuple[StretchOutcome, ...]
    volume: Decimal
    is_estimated: bool
    findings: tuple[Finding, ...]

    @property
    def is_held(self) -> bool:
        return any(finding.is_held for finding in self.findings)


def outcome_of(facts: ItemFacts, taken: Taken, limits: Limits) -> ItemOutcome:
    """Work out one item. Raises the refusals of rules.usage, NotAfterPrevious, UnknownRegister, ValueNotExpected,
    ExchangeNotRecorded."""
    _check_dates(facts, taken)
    open_numbers = {one.stretch.register_no for one in facts.stretches if one.stretch.final_value is None}
    for register_no in taken.values:
        if register_no not in open_numbers:
            if not open_numbers:
                raise ValueNotExpected()
            raise UnknownRegister(register_no=register_no)
    usages = _usages(facts, taken)
    parts = tuple(
        _stretch_outcome(one, usage, taken, facts) for one, usage in zip(facts.stretches, usages, strict=True)
    )
    volume = _item_volume(facts, taken, parts)
    findings = findings_of(
        [one.stretch for one in facts.stretches],
        usages,
        volume=volume,
        algorithm=taken.algorithm,
        expectation=facts.expectation,
        limits=limits,
    )
    is_estimated = taken.algorithm is Algorithm.ESTIMATE and facts.fixed_volume is None
    return ItemOutcome(parts, volume, is_estimated, findings)


def _check_dates(facts: ItemFacts, taken: Taken) -> None:
    latest = [one.final_date or one.start_date for one in facts.stretches]
    if facts.previous_date is not None:
        latest.append(facts.previous_date)
    if latest and taken.read_date < max(latest):
        raise NotAfterPrevious(read_date=taken.read_date, previous_date=max(latest))


def _usages(facts: ItemFacts, taken: Taken) -> tuple[StretchUsage, ...]:
    stretches = tuple(one.stretch for one in facts.stretches)
    if taken.algorithm is Algorithm.ESTIMATE and facts.fixed_volume is not None:
        return tuple(_unrelated(one, taken.values.get(one.register_no)) for one in stretches)
    if taken.algorithm is Algorithm.ESTIMATE:
        estimate = Estimate(facts.expectation.average_volume, facts.expectation.months)
        return estimated_usages(stretches, estimate=estimate, values=taken.values)
    if taken.algorithm is Algorithm.METER_CHANGED and not any(one.final_value is not None for one in stretches):
        raise ExchangeNotRecorded()
    if taken.algorithm is Algorithm.UNRELATED:
        return tuple(_unrelated(one, taken.values.get(one.register_no)) for one in stretches)
    return tuple(
        usage_of(
            one,
            algorithm=taken.algorithm,
            value=taken.values.get(one.register_no),
            is_waiting=facts.is_waiting,
        )
        for one in stretches
    )


def _unrelated(stretch: Stretch, value: Decimal | None) -> StretchUsage:
    """The register is noted, and the next period counts from it, but it says nothing about this usage."""
    if stretch.final_value is not None:
        value = stretch.final_value
    if value is None:
        return kept(stretch)
    check_value(stretch, value)
    return StretchUsage(stretch.register_no, value, value, Decimal(0), NO_VOLUME, EndKind.READ)


def _stretch_outcome(one: ItemStretch, usage: StretchUsage, taken: Taken, facts: ItemFacts) -> StretchOutcome:
    end_date = taken.read_date if one.final_date is None else one.final_date
    is_real = usage.end_kind in {EndKind.READ, EndKind.FINAL}
    if not one.estimated_spans or not is_real or usage.volume < 0 or taken.algorithm is Algorithm.UNRELATED:
        return StretchOutcome(usage, end_date, usage.volume)
    spans = (*one.estimated_spans, Span(one.start_date, end_date))
    spread = spread_between_real_readings(usage.volume, spans, scale=facts.true_up_scale)
    return StretchOutcome(usage, end_date, spread[-1], spread)


def _item_volume(facts: ItemFacts, taken: Taken, parts: Sequence[StretchOutcome]) -> Decimal:
    if taken.algorithm is Algorithm.UNRELATED:
        if taken.volume is None:
            raise VolumeMissing()
        return round_decimal(taken.volume, 3)
    if facts.fixed_volume is not None:
        return round_decimal(facts.fixed_volume * max(facts.expectation.months, 1), 3)
    return sum((part.volume for part in parts), NO_VOLUME)
