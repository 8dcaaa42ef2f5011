"""What one more cubic metre costs (边际单价): the steps of the marginal-price chart."""

from dataclasses import dataclass
from decimal import Decimal

from qingyuan.domains.tariffs.rules.compiled import CompiledVersion
from qingyuan.domains.tariffs.rules.limits import bill_limits
from qingyuan.domains.tariffs.rules.plan import PlanVersion
from qingyuan.domains.tariffs.rules.request import (
    NO_VOLUME,
    PeopleFrom,
    QuotaFrom,
    RatingRequest,
    UsagePiece,
)


@dataclass(frozen=True, slots=True)
class PriceStep:
    """From `from_volume` up to `to_volume` (None: open) each unit costs `price`, all items together.

    `by_item` has the parts of the price by charge item; a percent item's part lies on top of the items it is taken of.
    """

    from_volume: Decimal
    to_volume: Decimal | None
    price: Decimal
    by_item: tuple[tuple[str, Decimal], ...]


def marginal_prices(
    version: PlanVersion, *, people: int | None = None, quota: Decimal | None = None, months: int = 1
) -> tuple[PriceStep, ...]:
    """The steps for one bill (or one cycle, where the plan counts over a cycle), from volume zero.

    Rounding, minimum, fixed fees and relief are left out. Raises QuotaMissing.
    """
    compiled = CompiledVersion(version, {})
    request = RatingRequest(
        pieces=(UsagePiece(NO_VOLUME),),
        shares=(),
        months=months,
        people=(PeopleFrom(None, people),) if people is not None else (),
        quota=(QuotaFrom(None, quota),) if quota is not None else (),
    )
    limits = bill_limits(compiled, request, None, None, None)
    steps: list[PriceStep] = []
    bounds = [NO_VOLUME, *limits]
    for tier, start in enumerate(bounds):
        end = bounds[tier + 1] if tier + 1 < len(bounds) else None
        by_item = _prices(compiled, tier)
        steps.append(PriceStep(start, end, sum((price for _, price in by_item), Decimal(0)), by_item))
    return tuple(steps)


def _prices(compiled: CompiledVersion, tier: int) -> tuple[tuple[str, Decimal], ...]:
    prices: dict[str, Decimal] = {}
    for charge in compiled.charges:
        if charge.prices:
            price = charge.prices[tier] if charge.tiered else charge.prices[0]
            prices[charge.item_code] = price if charge.factor is None else price * charge.factor
    for charge in compiled.charges:
        if charge.percent is not None:
            base = sum((prices.get(code, Decimal(0)) for code in charge.percent.of_items), Decimal(0))
            if base:
                prices[charge.item_code] = base * charge.percent.rate
    return tuple(prices.items())
