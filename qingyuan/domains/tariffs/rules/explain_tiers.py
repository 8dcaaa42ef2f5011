"""Explanation of limits and tier room (阶梯解释): household and quota arithmetic, room before and after."""

from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from decimal import Decimal

from qingyuan.domains.tariffs.rules.cycles import later, month_starts, months_left
from qingyuan.domains.tariffs.rules.drafts import Filled, Part, Work
from qingyuan.domains.tariffs.rules.explanation import Node, plain_decimal
from qingyuan.domains.tariffs.rules.limits import people_at, quota_at
from qingyuan.domains.tariffs.rules.plan import (
    ExtraPerPerson,
    HouseholdChange,
    LimitsPerPerson,
    PartCycle,
    QuotaMultiple,
    Tiers,
)
from qingyuan.domains.tariffs.rules.request import NO_VOLUME, PeopleFrom


def explain_tiers(work: Work, part: Part, filled: Filled) -> list[Node]:
    """How one segment filled the tiers; nothing for a plan without tiers."""
    version = part.governing.compiled.version
    tiers = version.tiers
    if tiers is None:
        return []
    children = [_limits(work, part, filled, tiers), *_rooms(filled)]
    if not part.governing.compiled.cumulative:
        values = (("months", work.request.months), ("cycle_months", tiers.cycle_months))
        return [Node("per_bill", values, children=tuple(children))]
    after = filled.start + filled.counted
    before, after = (after, filled.start) if work.credit else (filled.start, after)
    cycle = filled.segment.cycle_start
    starts = work.request.anchor or tiers.cycle_starts
    last_day = None if cycle is None else later(cycle, starts, tiers.cycle_months) - timedelta(days=1)
    values_of_cycle = (
        ("cycle", cycle if cycle is not None else str(starts)),
        ("cycle_end", last_day),
        ("counter", version.counter),
        ("before", before),
        ("after", after),
    )
    return [Node("cycle_undated" if cycle is None else "cycle", values_of_cycle, children=tuple(children))]


def _rooms(filled: Filled) -> Iterable[Node]:
    lower = NO_VOLUME
    position = filled.start
    for index, volume in enumerate(filled.tier_volumes):
        if index == len(filled.limits):
            code = "tier_last" if volume else "tier_last_untouched"
            yield Node(code, (("tier", index + 1), ("lower", lower), ("volume", volume)))
            return
        upper = filled.limits[index]
        room = max(NO_VOLUME, upper - max(position, lower))
        code = "tier" if volume else ("tier_untouched" if room else "tier_full")
        yield Node(
            code,
            (
                ("tier", index + 1),
                ("lower", lower),
                ("upper", upper),
                ("room", room),
                ("volume", volume),
                ("left", room - volume),
            ),
        )
        position += volume
        lower = upper


def _listed(values: Iterable[Decimal]) -> str:
    return ", ".join(plain_decimal(value) for value in values)


def _listed_once(values: Sequence[Decimal]) -> str:
    """One figure where all are the same."""
    return _listed(values[:1] if len(set(values)) == 1 else values)


def _limits(work: Work, part: Part, filled: Filled, tiers: Tiers) -> Node:
    request = work.request
    household = part.governing.compiled.version.household
    day = filled.segment.fact_date
    steps: list[Node] = []
    if tiers.by_quota:
        multiples = _listed(limit.multiple for limit in tiers.limits if isinstance(limit, QuotaMultiple))
        steps.append(Node("limit_quota", (("quota", quota_at(request.quota, day)), ("multiples", multiples))))
    else:
        own = _listed(limit for limit in tiers.limits if isinstance(limit, Decimal))
        steps.append(Node("limit_plan", (("limits", own),)))
    cycle = filled.segment.cycle_start
    people = people_at(request.people, day)
    if household is not None:
        steps += _household(household.rule, people)
        steps += _registered(request.people, day, filled.segment.end)
        if household.change is HouseholdChange.BY_MONTH and cycle is not None:
            starts = request.anchor or tiers.cycle_starts
            steps += [
                Node(
                    "limit_month",
                    (
                        ("month", month),
                        ("people", people_at(request.people, month)),
                        ("cycle_months", tiers.cycle_months),
                    ),
                )
                for month in month_starts(cycle, starts, tiers.cycle_months)
            ]
    if not part.governing.compiled.cumulative and request.months > tiers.cycle_months:
        steps.append(Node("limit_months", (("months", request.months), ("cycle_months", tiers.cycle_months))))
    if tiers.part_cycle is PartCycle.BY_MONTH and request.opened is not None and cycle is not None:
        left = months_left(cycle, request.anchor or tiers.cycle_starts, tiers.cycle_months, request.opened)
        steps.append(Node("limit_left", (("left", left), ("cycle_months", tiers.cycle_months))))
    return Node("limits", (("limits", _listed(filled.limits)),), children=tuple(steps))


def _household(rule: ExtraPerPerson | LimitsPerPerson, people: int | None) -> list[Node]:
    if isinstance(rule, ExtraPerPerson):
        if people is None:
            return [Node("limit_unknown", (("base_people", rule.base_people),))]
        if people <= rule.base_people:
            return [Node("limit_base", (("people", people), ("base_people", rule.base_people)))]
        values = (
            ("people", people),
            ("extra", people - rule.base_people),
            ("base_people", rule.base_people),
            ("additions", _listed_once(rule.additions)),
        )
        return [Node("limit_people", values)]
    known = rule.base_people if people is None else people
    if known is None:
        return []
    if known < rule.from_people:
        return [Node("limit_base", (("people", known), ("base_people", rule.from_people - 1)))]
    return [Node("limit_per_person", (("people", known), ("each", _listed(rule.limits))))]


def _registered(people: Sequence[PeopleFrom], day: date | None, end: date | None) -> list[Node]:
    """Since when the household has its size, and a change inside the span that does not hold for it yet."""
    if day is None:
        return []
    held = [each for each in people if each.start is not None and each.start <= day][-1:]
    changed = [each for each in people if each.start is not None and day < each.start < (end or day)]
    nodes = [Node("people_from", (("people", each.people), ("since", each.start))) for each in held]
    return nodes + [Node("people_later", (("people", each.people), ("since", each.start))) for each in changed]
