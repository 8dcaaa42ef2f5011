"""Price × volume (从量费用): one line per tier that has volume, or one line over the whole."""

from qingyuan.domains.tariffs.rules.compiled import CompiledCharge
from qingyuan.domains.tariffs.rules.drafts import Draft, Part, Work
from qingyuan.domains.tariffs.rules.item_changes import own_lines
from qingyuan.domains.tariffs.rules.result import LineKind

_TIER, _FLAT = LineKind.TIER, LineKind.FLAT


def volume_lines(work: Work, part: Part, charge: CompiledCharge, *, counting: bool) -> list[Draft]:
    """The charge's lines for this part. `counting`: their metered volume is what counts in tier use."""
    if part.own and charge.item_code in part.own:
        return own_lines(work, part, charge, counting=counting)
    round_line = work.round_line
    prices = charge.prices
    if not charge.tiered:
        if not part.volume and work.billed:
            return []
        volume = charge.flat_charged(part.tier_volumes, part.volume)
        exact = volume * prices[0]
        return [Draft(_FLAT, charge, exact, round_line(exact), None, volume, part.volume, prices[0], counting)]
    lines: list[Draft] = []
    tier = 0
    for metered in part.tier_volumes:
        if metered:
            volume = metered if charge.as_metered else charge.charged(metered)
            price = prices[tier]
            exact = volume * price
            lines.append(Draft(_TIER, charge, exact, round_line(exact), tier + 1, volume, metered, price, counting))
        tier += 1  # noqa: SIM113 (enumerate costs more here, in the hottest loop)
    return lines
