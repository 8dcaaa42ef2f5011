"""What a person should see before publishing a version (发布前提示): oddities of the tariff, not errors of the file."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from decimal import Decimal
from itertools import pairwise

from qingyuan.domains.tariffs.rules.compiled import tier_prices
from qingyuan.domains.tariffs.rules.limits import cycle_limits
from qingyuan.domains.tariffs.rules.marginal import marginal_prices
from qingyuan.domains.tariffs.rules.plan import (
    ExtraPerPerson,
    LimitsPerPerson,
    PlanKind,
    PlanVersion,
    TierPrices,
    VolumeCharge,
)

_QUOTA_FOR_CHECK = Decimal(100)
_PEOPLE_BEYOND = 12


@dataclass(frozen=True, slots=True)
class PublishingWarning:
    """One oddity; `code` is the key of its sentence, `params` fill its places."""

    code: str
    params: dict[str, object] = field(default_factory=dict)


def publishing_warnings(version: PlanVersion) -> tuple[PublishingWarning, ...]:
    """The oddities of a version; none for one that is as such tariffs usually are."""
    warnings = [PublishingWarning("tariffs.warning.no_document")] if not version.document else []
    if version.kind is PlanKind.ITEM:
        return tuple(warnings)
    return (*warnings, *_falling_prices(version), *_people(version), *_idle(version))


def _falling_prices(version: PlanVersion) -> Iterable[PublishingWarning]:
    quota = _QUOTA_FOR_CHECK if version.tiers is not None and version.tiers.by_quota else None
    steps = marginal_prices(version, quota=quota)
    for number, (lower, upper) in enumerate(pairwise(steps), 2):
        if upper.price < lower.price:
            params: dict[str, object] = {"tier": number, "price": upper.price, "before": lower.price}
            yield PublishingWarning("tariffs.warning.price_falls", params)


def _people(version: PlanVersion) -> Iterable[PublishingWarning]:
    """More people must not lower a limit while the tiers become dearer: that would raise their bill."""
    if version.household is None or version.tiers is None:
        return
    rule = version.household.rule
    quota = _QUOTA_FOR_CHECK if version.tiers.by_quota else None
    last = (rule.base_people if isinstance(rule, ExtraPerPerson) else rule.from_people) + _PEOPLE_BEYOND
    prices = [step.price for step in marginal_prices(version, quota=quota)]
    before = cycle_limits(version, 1, quota)
    for people in range(2, last + 1):
        limits = cycle_limits(version, people, quota)
        for tier, (old, new) in enumerate(zip(before, limits, strict=True), 1):
            if new < old and prices[tier] > prices[tier - 1]:
                params: dict[str, object] = {"people": people, "tier": tier, "limit": new, "before": old}
                yield PublishingWarning("tariffs.warning.people_raise_bill", params)
                return
        before = limits
    if isinstance(rule, LimitsPerPerson) and rule.base_people is not None and rule.base_people >= rule.from_people:
        yield PublishingWarning("tariffs.warning.base_people_per_person", {"people": rule.base_people})


def _idle(version: PlanVersion) -> Iterable[PublishingWarning]:
    """Parts of the tariff that never have an effect."""
    shapes = [charge.shape for charge in version.charges if isinstance(charge.shape, VolumeCharge)]
    if not shapes:
        yield PublishingWarning("tariffs.warning.no_volume_price")
    elif version.tiers is not None and all(len(set(tier_prices(shape.price))) == 1 for shape in shapes):
        yield PublishingWarning("tariffs.warning.tiers_without_prices")
    for charge in version.charges:
        shape = charge.shape
        if isinstance(shape, VolumeCharge) and isinstance(shape.price, TierPrices) and not any(shape.price.prices):
            yield PublishingWarning("tariffs.warning.price_is_zero", {"item": charge.item_code})
