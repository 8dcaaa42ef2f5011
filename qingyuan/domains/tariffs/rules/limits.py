"""Tier limits of one bill (阶梯上限): the plan's limits with household, quota, months and part cycles."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from fractions import Fraction

from qingyuan.domains.tariffs.rules.compiled import CompiledVersion
from qingyuan.domains.tariffs.rules.cycles import calendar_months, month_starts, months_left
from qingyuan.domains.tariffs.rules.plan import (
    ExtraPerPerson,
    HouseholdChange,
    LimitsPerPerson,
    MonthDay,
    PartCycle,
    PlanVersion,
    QuotaMultiple,
    Tiers,
)
from qingyuan.domains.tariffs.rules.request import PeopleFrom, QuotaFrom, RatingRequest
from qingyuan.kernel.errors import DomainError
from qingyuan.kernel.rounding import Rounding, round_fraction

LIMIT_SCALE = 3
_MEMORY = 4096


class QuotaMissing(DomainError):
    """The plan's limits are multiples of a quota and the user has none (缺少用水定额)."""

    code = "tariffs.quota_missing"


def people_at(changes: Sequence[PeopleFrom], day: date | None) -> int | None:
    """People on that day (the latest value without a day); None when not known."""
    found: int | None = None
    for change in changes:
        if day is None or change.start is None or change.start <= day:
            found = change.people
    return found


def quota_at(changes: Sequence[QuotaFrom], day: date | None) -> Decimal | None:
    """The quota on that day (the latest value without a day); None when there is none."""
    found: Decimal | None = None
    for change in changes:
        if day is None or change.start is None or change.start <= day:
            found = change.volume
    return found


def cycle_limits(version: PlanVersion, people: int | None, quota: Decimal | None) -> tuple[Decimal, ...]:
    """The limits for one whole cycle. Raises QuotaMissing."""
    tiers = version.tiers
    if tiers is None:
        return ()
    if tiers.by_quota and quota is None:
        raise QuotaMissing(plan=version.code)
    limits = tuple(
        limit.multiple * (quota or Decimal(0)) if isinstance(limit, QuotaMultiple) else limit for limit in tiers.limits
    )
    rule = version.household.rule if version.household is not None else None
    if isinstance(rule, ExtraPerPerson):
        extra = max(0, (rule.base_people if people is None else people) - rule.base_people)
        return tuple(limit + extra * each for limit, each in zip(limits, rule.additions, strict=True))
    if isinstance(rule, LimitsPerPerson):
        heads = rule.base_people if people is None else people
        if heads is not None and heads >= rule.from_people:
            return tuple(heads * each for each in rule.limits)
    return limits


def bill_limits(
    compiled: CompiledVersion, request: RatingRequest, day: date | None, cycle_start: date | None, period: date | None
) -> tuple[Decimal, ...]:
    """The limits that hold for usage whose span starts on `day`.

    `cycle_start` is the cycle's (cumulative plans with dates); `period` the first day of the reading period.
    Raises QuotaMissing.
    """
    if compiled.plain_limits is not None:
        return compiled.plain_limits
    version = compiled.version
    tiers = version.tiers
    if tiers is None:
        return ()
    starts = request.anchor or tiers.cycle_starts
    by_month = version.household is not None and version.household.change is HouseholdChange.BY_MONTH
    months = _months(compiled, tiers, starts, request, cycle_start, period) if by_month or cycle_start else None
    if by_month and months:
        every = tuple(people_at(request.people, month) for month in months)
    else:
        every = (people_at(request.people, day),)
    quota = quota_at(request.quota, day) if tiers.by_quota else None
    factor = _factor(compiled, tiers, starts, request, cycle_start, by_month=bool(by_month and months))
    key = (every, quota, factor.numerator, factor.denominator)
    known = compiled.limits_memory.get(key)
    if known is None:
        known = _summed(version, every, quota, factor)
        if len(compiled.limits_memory) < _MEMORY:
            compiled.limits_memory[key] = known
    return known


def _months(
    compiled: CompiledVersion,
    tiers: Tiers,
    starts: MonthDay,
    request: RatingRequest,
    cycle_start: date | None,
    period: date | None,
) -> list[date]:
    """The months whose people make the limit: the cycle's (those left, when by month), or those of the bill."""
    if compiled.cumulative:
        if cycle_start is None:
            return []
        months = month_starts(cycle_start, starts, tiers.cycle_months)
        left = _left(tiers, starts, request, cycle_start)
        return months[len(months) - left :]
    return calendar_months(period, max(request.months, tiers.cycle_months)) if period is not None else []


def _left(tiers: Tiers, starts: MonthDay, request: RatingRequest, cycle_start: date) -> int:
    if tiers.part_cycle is PartCycle.FULL or request.opened is None:
        return tiers.cycle_months
    return months_left(cycle_start, starts, tiers.cycle_months, request.opened)


def _factor(
    compiled: CompiledVersion,
    tiers: Tiers,
    starts: MonthDay,
    request: RatingRequest,
    cycle_start: date | None,
    *,
    by_month: bool,
) -> Fraction:
    """By what the sum of the limits is multiplied: 1 / cycle months when summed by month, else the months' share."""
    if by_month:
        return Fraction(1, tiers.cycle_months)
    if not compiled.cumulative:
        return max(Fraction(1), Fraction(request.months, tiers.cycle_months))
    if cycle_start is None:
        return Fraction(1)
    return Fraction(_left(tiers, starts, request, cycle_start), tiers.cycle_months)


def _summed(
    version: PlanVersion, every: tuple[int | None, ...], quota: Decimal | None, factor: Fraction
) -> tuple[Decimal, ...]:
    sums = [Fraction(0)] * (version.tier_count - 1)
    for people in every:
        for index, limit in enumerate(cycle_limits(version, people, quota)):
            sums[index] += Fraction(limit)
    return tuple(round_fraction(total * factor, LIMIT_SCALE, Rounding.HALF_UP) for total in sums)


def split_by_tiers(limits: Sequence[Decimal], used: Decimal, volume: Decimal) -> list[Decimal]:
    """`volume` on top of `used`, in parts by tier; limits are inclusive."""
    parts: list[Decimal] = []
    position, left = used, volume
    for limit in limits:
        room = limit - position
        if room > 0 and left:
            part = left if left <= room else room
            parts.append(part)
            position += part
            left -= part
        else:
            parts.append(_ZERO)
    parts.append(left)
    return parts


_ZERO = Decimal("0.000")
