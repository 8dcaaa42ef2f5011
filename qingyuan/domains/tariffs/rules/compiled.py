"""A plan version made ready for rating (编译后的版本): item options applied, prices multiplied out, rounding bound.

Made once per version and set of options and kept in the catalogue; rating one bill then only multiplies and adds.
"""

from collections.abc import Callable, Mapping
from datetime import date
from decimal import Decimal

from qingyuan.domains.tariffs.rules.plan import (
    AmountRounding,
    BaseMultiples,
    Charge,
    FixedCharge,
    FlatPrice,
    MonthDay,
    PartCycle,
    PercentCharge,
    PlanVersion,
    Price,
    RoundAt,
    Straddle,
    TierMode,
    TierPrices,
    VolumeCharge,
)
from qingyuan.kernel.errors import DomainError
from qingyuan.kernel.money import ZERO_MONEY
from qingyuan.kernel.rounding import rounder

Round = Callable[[Decimal], Decimal]
_ONE = Decimal(1)


class ItemPlanDoesNotFit(DomainError):
    """An item plan's price list has another number of tiers than the plan it joins (单项价格档数不符)."""

    code = "tariffs.item_plan_does_not_fit"


class CompiledCharge:
    """A charge with its tier prices (or its one flat price), factor and volume rounding."""

    __slots__ = (
        "as_metered",
        "charge",
        "factor",
        "fixed",
        "item_code",
        "name",
        "percent",
        "plan_code",
        "prices",
        "round_volume",
        "tax",
        "tiered",
        "tierwise",
        "version_date",
    )

    def __init__(self, charge: Charge, owner: PlanVersion, tier_count: int) -> None:
        shape = charge.shape
        self.name = charge.name
        self.charge, self.item_code, self.tax = charge, charge.item_code, charge.tax
        self.plan_code, self.version_date = owner.code, owner.effective_from
        self.fixed = shape if isinstance(shape, FixedCharge) else None
        self.percent = shape if isinstance(shape, PercentCharge) else None
        self.prices: tuple[Decimal, ...] = ()
        self.tiered = self.tierwise = False
        self.factor: Decimal | None = None
        self.round_volume: Round | None = None
        if isinstance(shape, VolumeCharge):
            self.prices = tier_prices(shape.price)
            self.tiered = not isinstance(shape.price, FlatPrice)
            if self.tiered and len(self.prices) != tier_count:
                raise ItemPlanDoesNotFit(plan=owner.code, given=len(self.prices), wanted=tier_count)
            self.factor = None if shape.volume_factor == _ONE else shape.volume_factor
            rounding = shape.volume_rounding
            if rounding is not None:
                self.round_volume = rounder(rounding.scale, rounding.mode)
                self.tierwise = rounding.at is RoundAt.TIER
        self.as_metered = self.factor is None and self.round_volume is None

    def charged(self, metered: Decimal) -> Decimal:
        """The volume charged for `metered` volume in one tier (or as a whole)."""
        volume = metered if self.factor is None else metered * self.factor
        return volume if self.round_volume is None else self.round_volume(volume)

    def flat_charged(self, tier_volumes: list[Decimal], metered: Decimal) -> Decimal:
        """The volume a flat charge is charged for: of the whole, or the sum of what is rounded tier by tier."""
        if not self.tierwise:
            return self.charged(metered)
        return sum((self.charged(volume) for volume in tier_volumes if volume), Decimal(0))

    def exact(self, tier_volumes: list[Decimal], prices: tuple[Decimal, ...] = ()) -> Decimal:
        """The unrounded amount for these tier volumes, at the charge's own or at other prices."""
        use = prices or self.prices
        if len(use) == 1 and not self.tiered:
            return self.flat_charged(tier_volumes, sum(tier_volumes, Decimal(0))) * use[0]
        if len(use) == 1:
            use = use * len(tier_volumes)
        return sum(
            (self.charged(volume) * price for volume, price in zip(tier_volumes, use, strict=False) if volume),
            Decimal(0),
        )


def line_rounder(rounding: AmountRounding) -> Round:
    """Rounds a line: to the rule's places where it rounds lines, else to the fen; always money with two places."""
    if rounding.at is not RoundAt.LINE or rounding.scale == 2:
        return rounder(2, rounding.mode)
    coarse = rounder(rounding.scale, rounding.mode)
    return lambda value: coarse(value) + ZERO_MONEY


def tier_prices(price: Price) -> tuple[Decimal, ...]:
    """The prices by tier; one for a flat price. Base × multiples keeps full precision."""
    if isinstance(price, TierPrices):
        return price.prices
    if isinstance(price, BaseMultiples):
        return tuple(price.base * multiple for multiple in price.multiples)
    return (price.price,)


class CompiledVersion:
    """A version with its options applied. `single`: a bill of one piece is one segment; `plain`: its
    bills may be rated straight; `counting` is the index of the charge whose lines count in tier use."""

    __slots__ = (
        "charges",
        "counter",
        "counting",
        "cumulative",
        "cycle_memory",
        "has_fixed",
        "has_percent",
        "limits_memory",
        "plain",
        "plain_limits",
        "round_line",
        "round_volume",
        "single",
        "tier_count",
        "version",
    )

    def __init__(self, version: PlanVersion, replaced: Mapping[str, PlanVersion | None]) -> None:
        """`replaced`: by charge item, the item plan's version that takes its place, None where it is exempt."""
        self.version = version
        self.tier_count = version.tier_count
        self.charges = tuple(self._charges(version, replaced))
        self.counter = version.counter
        tiers = version.tiers
        self.cumulative = tiers is not None and tiers.mode is TierMode.CUMULATIVE
        self.has_fixed = any(charge.fixed is not None for charge in self.charges)
        self.has_percent = any(charge.percent is not None for charge in self.charges)
        self.counting = self._counting_charge()
        self.round_line = line_rounder(version.rounding)
        self.round_volume = rounder(version.volume.scale, version.volume.rounding)
        self.plain_limits: tuple[Decimal, ...] | None = None
        if tiers is None:
            self.plain_limits = ()
        elif (
            self.cumulative and version.household is None and not tiers.by_quota and tiers.part_cycle is PartCycle.FULL
        ):
            self.plain_limits = tuple(limit for limit in tiers.limits if isinstance(limit, Decimal))
        self.single = not self.cumulative or (tiers is not None and tiers.straddle is Straddle.BY_PERIOD)
        self.plain = (
            self.single
            and version.minimum is None
            and not version.volume.carry
            and version.rounding.at is RoundAt.LINE
            and all(charge.prices and (charge.tax is None or charge.tax.included) for charge in self.charges)
        )
        self.cycle_memory: dict[tuple[date, MonthDay | None], date] = {}
        self.limits_memory: dict[tuple[object, ...], tuple[Decimal, ...]] = {}

    def _charges(self, version: PlanVersion, replaced: Mapping[str, PlanVersion | None]) -> list[CompiledCharge]:
        made: list[CompiledCharge] = []
        for charge in version.charges:
            if charge.item_code not in replaced:
                made.append(CompiledCharge(charge, version, self.tier_count))
                continue
            other = replaced[charge.item_code]
            if other is not None:
                made.append(CompiledCharge(other.charges[0], other, self.tier_count))
        present = {charge.item_code for charge in version.charges}
        made += [
            CompiledCharge(other.charges[0], other, self.tier_count)
            for code, other in replaced.items()
            if other is not None and code not in present
        ]
        return made

    def _counting_charge(self) -> int:
        if self.cumulative:
            for wanted_tiered in (True, False):
                for index, charge in enumerate(self.charges):
                    if charge.prices and charge.tiered is wanted_tiered:
                        return index
        return -1
