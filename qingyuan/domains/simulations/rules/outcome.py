"""What a simulated bill comes to (测算结果), in whole fen and litres: what sums are made of."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from qingyuan.domains.tariffs.rules.request import NO_VOLUME, TierUse
from qingyuan.domains.tariffs.rules.result import RatingResult

Cycle = tuple[str, date]


@dataclass(frozen=True, slots=True, eq=False)
class Outcome:
    """One rated bill. `items`: (charge item, fen); `tiers`: litres by tier; `top`: the highest tier that it reached.

    `cycle` is the counter and cycle that it fills, the last one where it was cut between two; None when each bill begins
    at the first tier. `code` says why it could not be rated, and then everything else is nothing.
    """

    fen: int = 0
    litres: int = 0
    items: tuple[tuple[str, int], ...] = ()
    tiers: tuple[int, ...] = ()
    top: int = 0
    entries: tuple[TierUse, ...] = ()
    cycle: Cycle | None = None
    carry_after: Decimal = NO_VOLUME
    code: str = ""


def outcome_of(result: RatingResult) -> Outcome:
    """The sums of a rated bill."""
    items: dict[str, int] = {}
    for line in result.lines:
        items[line.item_code] = items.get(line.item_code, 0) + fen_of(line.amount)
    tiers = tuple(int(volume * 1000) for volume in result.tier_volumes)
    touched = result.tier_use_after[-1] if result.tier_use_after else None
    return Outcome(
        fen=fen_of(result.total),
        litres=int(result.billed_volume * 1000),
        items=tuple(items.items()),
        tiers=tiers,
        top=max((place for place, litres in enumerate(tiers, 1) if litres > 0), default=1),
        entries=result.tier_entries,
        cycle=None if touched is None or touched.cycle_start is None else (touched.counter, touched.cycle_start),
        carry_after=result.carry_after,
    )


def fen_of(amount: Decimal) -> int:
    """Whole fen of an amount with two places."""
    return int(amount.scaleb(2))
