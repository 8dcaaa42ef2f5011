"""Tiers of the plain rating: cycles, limits, and the filling of tiers. Standard library only."""

from dataclasses import dataclass, field
from datetime import date
from fractions import Fraction
from typing import Any

from tests.differential.plain_numbers import (
    calendar_months,
    cycle_of,
    month_later,
    months_of_cycle,
    number,
    rounded,
)

Tariff = dict[str, Any]
Case = dict[str, Any]


class Refused(Exception):
    """The bill cannot be rated; the code is the product's."""

    def __init__(self, code: str) -> None:
        self.code = code
        super().__init__(code)


@dataclass
class Span:
    """Volume under one version and in one cycle; `day` is the first day of the piece it comes from."""

    version: int
    volume: Fraction
    day: date | None
    cycle: date | None
    free: Fraction = Fraction(0)
    tiers: list[Fraction] = field(default_factory=list)
    start: Fraction = Fraction(0)
    limits: list[Fraction] = field(default_factory=list)


def cumulative(tariff: Tariff) -> bool:
    tiers = tariff.get("tiers")
    if tiers is None:
        return False
    return bool(tiers.get("mode", "cumulative" if tiers["cycle_months"] == 12 else "per_bill") == "cumulative")


def cycle_of_bill(tariff: Tariff, case: Case, period: date | None) -> date | None:
    """By its reading period the bill belongs to one cycle; the first period may count in the one before."""
    if not cumulative(tariff) or period is None:
        return None
    tiers = tariff["tiers"]
    month_day = case.get("anchor") or tiers.get("cycle_starts", "01-01")
    cycle = cycle_of(period, month_day, tiers["cycle_months"])
    if tiers.get("first_period") == "old":
        previous = month_later(period.year, period.month, 1, -max(1, case.get("months", 1)))
        opened = case.get("opened")
        if previous < cycle and not (opened is not None and opened >= cycle):
            day_before = date.fromordinal(cycle.toordinal() - 1)
            return cycle_of(day_before, month_day, tiers["cycle_months"])
    return cycle


def counter_of(tariff: Tariff) -> str:
    return str(tariff.get("tiers", {}).get("counter") or tariff.get("usage_class") or tariff["code"])


def above(start: Fraction, volume: Fraction, limits: list[Fraction]) -> list[Fraction]:
    """The volume on top of `start`, filled into the tiers upwards; limits are inclusive."""
    made = []
    stands_at, left = start, volume
    for limit in limits:
        fits = min(left, max(Fraction(0), limit - stands_at))
        made.append(fits)
        stands_at += fits
        left -= fits
    return [*made, left]


def limits_of(tariff: Tariff, case: Case, span: Span, period: date | None) -> list[Fraction]:
    """The limits that hold for the span, to the litre."""
    tiers = tariff.get("tiers")
    if tiers is None:
        return []
    months: int = case.get("months", 1)
    cycle_months: int = tiers["cycle_months"]
    by_month = tariff.get("household", {}).get("change") == "by_month"
    month_day = case.get("anchor") or tiers.get("cycle_starts", "01-01")
    every: list[date | None] = [span.day]
    if cumulative(tariff):
        if span.cycle is None:
            factor = Fraction(1)
        else:
            left = months_of_cycle(span.cycle, month_day, cycle_months)
            opened = case.get("opened")
            if tiers.get("part_cycle") == "by_month" and opened is not None:
                ends = [*left[1:], months_of_cycle(span.cycle, month_day, cycle_months + 1)[-1]]
                left = [month for month, end in zip(left, ends, strict=True) if end > opened] or left[-1:]
            if by_month:
                every, factor = [*left], Fraction(1, cycle_months)
            else:
                factor = Fraction(len(left), cycle_months)
    elif by_month and period is not None:
        every, factor = [*calendar_months(period, max(months, cycle_months))], Fraction(1, cycle_months)
    else:
        factor = max(Fraction(1), Fraction(months, cycle_months))
    each = [_whole_limits(tariff, case, day) for day in every]
    return [rounded(sum(limits, Fraction(0)) * factor, 3, "half_up") for limits in zip(*each, strict=True)]


def _whole_limits(tariff: Tariff, case: Case, day: date | None) -> list[Fraction]:
    """The limits of one whole cycle for the people of that day."""
    limits = []
    for limit in tariff["tiers"]["limits"]:
        if isinstance(limit, dict):
            if "quota" not in case:
                raise Refused("tariffs.quota_missing")
            limits.append(number(limit["quota"]) * number(case["quota"]))
        else:
            limits.append(number(limit))
    household = tariff.get("household")
    if household is None:
        return limits
    people = case.get("people")
    for change in case.get("people_changes", []):
        if day is None or change["from"] <= day:
            people = change["people"]
    if people is None:
        people = household.get("base_people")
    if "per_person_from" in household:
        if people is not None and people >= household["per_person_from"]:
            return [people * number(limit) for limit in household["limits_per_person"]]
        return limits
    extra = household["extra_per_person"]
    additions = extra if isinstance(extra, list) else [extra] * len(limits)
    above = max(0, people - household["base_people"])
    return [limit + above * number(addition) for limit, addition in zip(limits, additions, strict=True)]
