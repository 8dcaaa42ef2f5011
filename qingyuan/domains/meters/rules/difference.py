"""A main's difference shared among its subs (分摊): how much is shared, and how much of it each sub takes."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from qingyuan.domains.meters.rules.states import Sharing
from qingyuan.kernel.rounding import Rounding, apportion, round_decimal

NONE = Decimal("0.000")


@dataclass(frozen=True, slots=True)
class Shared:
    """What became of a difference, m³: `shared` = Σ `parts`; `kept` stays with the main. `weights` say by what."""

    difference: Decimal
    shared: Decimal
    kept: Decimal
    parts: tuple[Decimal, ...]
    weights: tuple[Decimal, ...]


def share_difference(
    main: Decimal,
    subs: Decimal,
    sharers: Sequence[tuple[Decimal, Decimal | None]],
    *,
    method: Sharing,
    cap: Decimal | None,
    scale: int,
) -> Shared:
    """Share `main` less `subs` (Σ of all subs, not negative) among sharers, each (its usage, its fixed share).

    At most `cap` of the main's usage is shared, in volumes of `scale` places; what is above, what is finer, and what no
    fixed share covers stays with the main. So does all of it when there is nobody to share with: no sharer, or by usage
    when none used anything. The parts sum to what is shared by largest remainder, the earlier sharer first. ValueError
    for a main below its subs.
    """
    difference = main - subs
    if difference < 0:
        raise ValueError("a main below its subs has nothing to share")
    offered = difference if cap is None else min(difference, main * cap)
    weights = _weights(sharers, method)
    total = sum(weights, Decimal(0))
    if not total:
        return Shared(difference, NONE, difference, (NONE,) * len(weights), weights)
    if method is Sharing.FIXED:
        offered *= total
    shared = round_decimal(offered, scale, Rounding.DOWN)
    parts = tuple(part.quantize(NONE) for part in apportion(shared, weights, scale))
    return Shared(difference, shared.quantize(NONE), difference - shared, parts, weights)


def _weights(sharers: Sequence[tuple[Decimal, Decimal | None]], method: Sharing) -> tuple[Decimal, ...]:
    if method is Sharing.COUNT:
        return (Decimal(1),) * len(sharers)
    if method is Sharing.FIXED:
        return tuple(share or Decimal(0) for _, share in sharers)
    return tuple(max(volume, NONE) for volume, _ in sharers)
