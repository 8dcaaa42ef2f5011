"""The plain bill (普通帐单), rated straight: one piece, one version, one share, volume charges rounded line by line.

Nine bills of ten in a run are such. The result is the same as through all stages, which a property test holds to it;
it takes a third of the time because nothing is kept for a later stage.
"""

from decimal import Decimal

from qingyuan.domains.tariffs.rules.catalogue import Governing
from qingyuan.domains.tariffs.rules.compiled import CompiledVersion
from qingyuan.domains.tariffs.rules.limits import bill_limits, split_by_tiers
from qingyuan.domains.tariffs.rules.plan import Tax
from qingyuan.domains.tariffs.rules.request import NO_VOLUME, RatingRequest, TierUse
from qingyuan.domains.tariffs.rules.result import LineKind, RatingLine, RatingResult
from qingyuan.domains.tariffs.rules.spans import cycle_of, period_of
from qingyuan.domains.tariffs.rules.taxes import net_and_tax
from qingyuan.kernel.money import ZERO_MONEY, Money

_TIER, _FLAT = LineKind.TIER, LineKind.FLAT
_line = RatingLine._make
"""Of one tuple: half the time of naming each field."""


def plain_bill(request: RatingRequest, governing: Governing) -> RatingResult | None:
    """The result when the bill is plain, None when it has to go through all stages. Raises QuotaMissing."""
    compiled = governing.compiled
    piece = request.pieces[0]
    if (
        not compiled.plain
        or piece.volume < 0
        or request.relief
        or request.carry_before
        or request.item_changes
        or piece.start is None
        or piece.end is None
        or piece.start < governing.start
        or piece.end <= piece.start
    ):
        return None
    volume = compiled.round_volume(piece.volume) + NO_VOLUME
    period = request.period_date or period_of(request)
    cycle = cycle_of(request, governing, period)
    limits = bill_limits(compiled, request, piece.start, cycle, period)
    used = NO_VOLUME
    if compiled.cumulative:
        counter = compiled.counter
        for use in request.tier_use:
            if use.cycle_start == cycle and use.counter == counter:
                used = use.volume
    tiers = split_by_tiers(limits, used, volume)
    lines = _lines(request, compiled, tiers, volume)
    total = ZERO_MONEY
    for line in lines:
        total = Money(total + line[7])
    entries: tuple[TierUse, ...] = ()
    after: tuple[TierUse, ...] = ()
    if compiled.cumulative:
        entries = (TierUse(counter, cycle, volume),) if volume else ()
        after = (TierUse(counter, cycle, used + volume),)
    return RatingResult(tuple(lines), total, volume, tuple(tiers), entries, after, NO_VOLUME)


def _lines(
    request: RatingRequest, compiled: CompiledVersion, tiers: list[Decimal], volume: Decimal
) -> list[RatingLine]:
    overrides = {each.item_code: each.tax for each in request.tax_overrides} if request.tax_overrides else None
    own = {each.item_code: each.tax for each in request.item_taxes} if request.item_taxes else None
    round_line = compiled.round_line
    lines: list[RatingLine] = []
    for index, charge in enumerate(compiled.charges):
        code, name, prices = charge.item_code, charge.name, charge.prices
        plan, version, counts = charge.plan_code, charge.version_date, index == compiled.counting
        tax: Tax | None = overrides.get(code) if overrides else None
        if tax is None:
            tax = charge.tax or (own.get(code) if own else None)
        rate = tax.rate if tax is not None else None
        if not charge.tiered:
            charged = charge.flat_charged(tiers, volume)
            amount = Money(round_line(charged * prices[0]))
            net, inside = (amount, ZERO_MONEY) if rate is None else net_and_tax(amount, tax)
            lines.append(
                _line(
                    (code, name, _FLAT, None, charged, volume, prices[0], amount, net, inside, rate, counts, plan, version, 0, "", "")
                )
            )  # fmt: skip
            continue
        for tier, metered in enumerate(tiers):
            if metered:
                charged = metered if charge.as_metered else charge.charged(metered)
                price = prices[tier]
                amount = Money(round_line(charged * price))
                net, inside = (amount, ZERO_MONEY) if rate is None else net_and_tax(amount, tax)
                lines.append(
                    _line(
                        (code, name, _TIER, tier + 1, charged, metered, price, amount, net, inside, rate, counts, plan, version, 0, "", "")
                    )
                )  # fmt: skip
    return lines
