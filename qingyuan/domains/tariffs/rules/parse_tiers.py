"""Tariff file: tiers, household, billed volume, minimum (阶梯、人口、水量、保底)."""

import re
from decimal import Decimal
from itertools import pairwise

import yaml

from qingyuan.domains.tariffs.rules.nodes import Problems, Section, decimal_of, elements_of, places_of, shown
from qingyuan.domains.tariffs.rules.plan import (
    ExtraPerPerson,
    FirstPeriod,
    Household,
    HouseholdChange,
    Limit,
    LimitsPerPerson,
    Minimum,
    MonthDay,
    PartCycle,
    Per,
    QuotaMultiple,
    Straddle,
    TierMode,
    Tiers,
    VolumeRule,
)
from qingyuan.kernel.rounding import Rounding

CYCLE_MONTHS = (1, 2, 3, 4, 6, 12)
_TIER_KEYS = (
    "limits",
    "cycle_months",
    "cycle_starts",
    "mode",
    "straddle",
    "first_period",
    "counter",
    "part_cycle",
)
_HOUSEHOLD_KEYS = ("base_people", "extra_per_person", "per_person_from", "limits_per_person", "change")
_MONTH_DAY = re.compile(r"(\d{2})-(\d{2})", re.ASCII)
_DAYS_IN_MONTH = (31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)


def parse_month_day(text: str) -> MonthDay | None:
    """'11-01' as a day of the year; None when it is none. 29 February is not a day on which a cycle starts."""
    match = _MONTH_DAY.fullmatch(text)
    if match is None:
        return None
    month, day = int(match[1]), int(match[2])
    if not 1 <= month <= 12 or not 1 <= day <= _DAYS_IN_MONTH[month - 1]:
        return None
    return MonthDay(month, day)


def parse_tiers(node: yaml.Node, place: str, problems: Problems) -> Tiers:
    section = Section(node, place, problems, _TIER_KEYS)
    cycle_months = section.integer("cycle_months", least=1, most=12)
    if cycle_months not in CYCLE_MONTHS:
        allowed = ", ".join(str(months) for months in CYCLE_MONTHS)
        section.complain("cycle_months", "not_choice", value=cycle_months, allowed=allowed)
    starts_text = section.text("cycle_starts", "01-01")
    starts = parse_month_day(starts_text)
    if starts is None:
        section.complain("cycle_starts", "not_month_day", value=starts_text)
    return Tiers(
        limits=_limits(section),
        cycle_months=cycle_months,
        mode=section.choice("mode", TierMode, TierMode.CUMULATIVE if cycle_months == 12 else TierMode.PER_BILL),
        cycle_starts=starts or MonthDay(1, 1),
        straddle=section.choice("straddle", Straddle, Straddle.BY_PERIOD),
        first_period=section.choice("first_period", FirstPeriod, FirstPeriod.NEW),
        counter=section.text("counter") or None,
        part_cycle=section.choice("part_cycle", PartCycle, PartCycle.FULL),
    )


def _limits(section: Section) -> tuple[Limit, ...]:
    limits: list[Limit] = []
    for index, node in enumerate(section.elements("limits", required=True), 1):
        place = f"{section.at('limits')}[{index}]"
        if isinstance(node, yaml.MappingNode):
            quota = Section(node, place, section.problems, ("quota",))
            limits.append(QuotaMultiple(quota.decimal("quota", places=6)))
        else:
            limits.append(decimal_of(node, place, section.problems, places=3, positive=True))
    numbers = [limit.multiple if isinstance(limit, QuotaMultiple) else limit for limit in limits]
    if len({isinstance(limit, QuotaMultiple) for limit in limits}) > 1:
        section.complain("limits", "limits_mixed")
    elif any(upper <= lower for lower, upper in pairwise(numbers)):
        section.complain("limits", "limits_not_ascending")
    return tuple(limits)


def parse_household(node: yaml.Node, place: str, problems: Problems, tiers: Tiers | None) -> Household:
    section = Section(node, place, problems, _HOUSEHOLD_KEYS)
    if tiers is None:
        problems.add(node, place, "household_without_tiers")
    change = section.choice("change", HouseholdChange, HouseholdChange.FULL_CYCLE)
    limits = len(tiers.limits) if tiers is not None else 0
    per_person = "per_person_from" in section or "limits_per_person" in section
    if per_person == ("extra_per_person" in section):
        problems.add(node, place, "household_one_form")
        return Household(ExtraPerPerson(1, ()), change)
    if per_person:
        base = section.integer("base_people", 0, least=1, most=999) if "base_people" in section else None
        start = section.integer("per_person_from", least=1, most=999)
        each = [
            decimal_of(element, f"{section.at('limits_per_person')}[{index}]", problems, places=6, positive=True)
            for index, element in enumerate(section.elements("limits_per_person", required=True), 1)
        ]
        _expect_count(section, "limits_per_person", len(each), limits)
        if any(upper <= lower for lower, upper in pairwise(each)):
            section.complain("limits_per_person", "limits_not_ascending")
        return Household(LimitsPerPerson(start, tuple(each), base), change)
    base_people = section.integer("base_people", least=1, most=999)
    return Household(ExtraPerPerson(base_people, _additions(section, limits)), change)


def _additions(section: Section, limits: int) -> tuple[Decimal, ...]:
    """One number for every limit, or a list with one each."""
    key = "extra_per_person"
    node = section.required(key)
    if not isinstance(node, yaml.SequenceNode):
        extra = section.decimal(key, places=3)
        return (extra,) * limits
    additions = [
        decimal_of(element, f"{section.at(key)}[{index}]", section.problems, places=3)
        for index, element in enumerate(elements_of(node, section.at(key), section.problems), 1)
    ]
    _expect_count(section, key, len(additions), limits)
    return tuple(additions)


def parse_volume(node: yaml.Node, place: str, problems: Problems) -> VolumeRule:
    section = Section(node, place, problems, ("scale", "rounding", "carry"))
    return VolumeRule(
        scale=section.integer("scale", 3, least=0, most=3),
        rounding=section.choice("rounding", Rounding, Rounding.HALF_UP),
        carry=section.boolean("carry", False),
    )


def parse_minimum(node: yaml.Node, place: str, problems: Problems, volume: VolumeRule) -> Minimum:
    section = Section(node, place, problems, ("volume", "amount", "per"))
    if ("volume" in section) == ("amount" in section):
        problems.add(node, place, "minimum_one_of")
    least = section.optional_decimal("volume", places=3)
    if least is not None and places_of(least) > volume.scale:
        section.complain(
            "volume", "too_many_places", value=shown(section.optional("volume") or node), places=volume.scale
        )
    return Minimum(
        volume=least,
        amount=section.optional_decimal("amount", places=2),
        per=section.choice("per", Per, Per.BILL),
    )


def _expect_count(section: Section, key: str, given: int, wanted: int) -> None:
    if wanted and given != wanted:
        section.complain(key, "wrong_count", given=given, wanted=wanted)
