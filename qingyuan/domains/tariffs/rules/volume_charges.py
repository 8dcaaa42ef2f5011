"""Price × volume (从量费用): one line per tier that has volume, or one line over the whole."""

from decimal import Decimal

from qingyuan.domains.tariffs.rules.compiled import CompiledCharge
from qingyuan.domains.tariffs.rules.drafts import Draft, Part, Work
from qingyuan.domains.tariffs.rules.result import LineKind


def volume_lines(work: Work, part: Part, charge: CompiledCharge, *, counting: bool) -> list[Draft]:
    """The charge's lines for this part. `counting`: their metered volume is what counts in tier use."""
    round_line = work.round_line
    if not charge.tiered:
        if not part.volume and work.billed:
            return []
        volume = charge.flat_charged(part.tier_volumes, part.volume)
        price = charge.prices[0]
        exact = volume * price
        draft = Draft(LineKind.FLAT, charge, exact, round_line(exact), volume=volume, metered=part.volume, price=price)
        draft.counted = counting
        return [draft]
    lines: list[Draft] = []
    for index, metered in enumerate(part.tier_volumes):
        if metered:
            volume = metered if charge.factor is None and charge.round_volume is None else charge.charged(metered)
            price = charge.prices[index]
            exact = volume * price
            draft = Draft(
                LineKind.TIER,
                charge,
                exact,
                round_line(exact),
                tier=index + 1,
                volume=volume,
                metered=metered,
                price=price,
            )
            draft.counted = counting
            lines.append(draft)
    return lines


def exact_sum(drafts: list[Draft]) -> Decimal:
    return sum((draft.exact for draft in drafts), Decimal(0))


def amount_sum(drafts: list[Draft]) -> Decimal:
    return sum((draft.amount for draft in drafts), Decimal(0))
