"""Relief (优惠减免): negative lines of their own, in list order, never more than their items cost."""

from collections.abc import Sequence
from decimal import Decimal

from qingyuan.domains.tariffs.rules.compiled import CompiledCharge, tier_prices
from qingyuan.domains.tariffs.rules.drafts import Draft, Part, Work
from qingyuan.domains.tariffs.rules.item_changes import own_segments, own_tiers
from qingyuan.domains.tariffs.rules.percent_charges import base_of_item
from qingyuan.domains.tariffs.rules.plan import FreePosition, Per, Relief, ReliefKind
from qingyuan.domains.tariffs.rules.request import NO_VOLUME
from qingyuan.domains.tariffs.rules.result import LineKind
from qingyuan.kernel.money import ZERO_MONEY

_ZERO = Decimal(0)


def active(work: Work, part: Part) -> list[tuple[int, Relief]]:
    """The version's reliefs whose scheme the account has, each with its number among those alike."""
    chosen: list[tuple[int, Relief]] = []
    seen: dict[tuple[str, ReliefKind], int] = {}
    for relief in part.governing.compiled.version.relief:
        alike = (relief.scheme, relief.kind)
        seen[alike] = number = seen.get(alike, 0) + 1
        if relief.scheme in work.request.relief:
            chosen.append((number, relief))
    return chosen


def set_uncounted(work: Work) -> None:
    """Marks the free volume that does not count in tier use: in each part the last segments' first."""
    taken: dict[tuple[str, str, int], Decimal] = {}
    for part in work.parts:
        for number, relief in active(work, part):
            if relief.kind is ReliefKind.FREE_VOLUME and relief.position is FreePosition.NOT_COUNTED:
                key = (relief.scheme, relief.kind.value, number)
                room = part.volume - sum((filled.free for filled in part.filled), _ZERO)
                free = max(_ZERO, min(room, _given(work, relief) - taken.get(key, _ZERO)))
                taken[key] = taken.get(key, _ZERO) + free
                for filled in reversed(part.filled):
                    take = min(free, filled.segment.volume - filled.free)
                    filled.free += take
                    free -= take


def relief_lines(work: Work, part: Part) -> list[Draft]:
    """The lines of the part's reliefs."""
    lines: list[Draft] = []
    bottom = top = NO_VOLUME
    for number, relief in active(work, part):
        if relief.kind is ReliefKind.FREE_VOLUME:
            offset = top if relief.position is FreePosition.NOT_COUNTED else bottom
            free = max(_ZERO, min(part.volume - offset, _allowance(work, relief, number)))
            made = _free_volume(work, part, lines, relief, free, offset)
            if relief.position is FreePosition.NOT_COUNTED:
                top += free
            elif relief.position is FreePosition.BOTTOM:
                bottom += free
            _take(work, relief, number, free)
        elif relief.kind is ReliefKind.AMOUNT:
            made = _amount_off(work, part, lines, relief, _allowance(work, relief, number))
            _take(work, relief, number, -sum((draft.amount for draft in made), _ZERO))
        else:
            made = [
                draft
                for charge in _charges(part, relief)
                for draft in _one(work, part, lines, relief, charge, _reduction(work, part, relief, charge))
            ]
        lines += made
    return lines


def _allowance(work: Work, relief: Relief, number: int) -> Decimal:
    """What the relief gives on this bill, less what earlier parts took."""
    return _given(work, relief) - work.allowances.get((relief.scheme, relief.kind.value, number), NO_VOLUME)


def _given(work: Work, relief: Relief) -> Decimal:
    given = relief.volume if relief.kind is ReliefKind.FREE_VOLUME else relief.amount
    return (given or NO_VOLUME) * (work.request.months if relief.per is Per.MONTH else 1)


def _take(work: Work, relief: Relief, number: int, taken: Decimal) -> None:
    key = (relief.scheme, relief.kind.value, number)
    work.allowances[key] = work.allowances.get(key, NO_VOLUME) + taken


def _charges(part: Part, relief: Relief) -> list[CompiledCharge]:
    by_code = {charge.item_code: charge for charge in part.governing.compiled.charges}
    return [by_code[code] for code in relief.items if code in by_code]


def _free_volume(
    work: Work, part: Part, lines: list[Draft], relief: Relief, free: Decimal, offset: Decimal
) -> list[Draft]:
    made: list[Draft] = []
    if free <= 0:
        return made
    for charge in _charges(part, relief):
        if not charge.prices:
            continue
        if relief.position is FreePosition.CREDIT_AT_TIER1:
            exact = charge.exact([free] + [NO_VOLUME] * (len(part.tier_volumes) - 1))
        else:
            from_end = relief.position is FreePosition.NOT_COUNTED
            segments = own_segments(part, charge)
            before = _without(segments, offset, from_end=from_end)
            after = _without(segments, offset + free, from_end=from_end)
            exact = charge.exact(before) - charge.exact(after)
        for draft in _one(work, part, lines + made, relief, charge, exact):
            draft.metered = free
            made.append(draft)
    compiled = part.governing.compiled
    if relief.position is FreePosition.NOT_COUNTED and compiled.counting >= 0:
        if not made:
            # Free of charge already, but still not to be counted: the lines must say so.
            draft = Draft(LineKind.RELIEF, compiled.charges[compiled.counting], NO_VOLUME, ZERO_MONEY)
            draft.metered, draft.relief = free, relief
            made.append(draft)
        made[0].counted = True
    return made


def _without(segments: Sequence[Sequence[Decimal]], volume: Decimal, *, from_end: bool) -> list[Decimal]:
    """The segments' tier volumes without the first (or last) `volume`."""
    tiers = [NO_VOLUME] * len(segments[0])
    left = volume
    for volumes in reversed(segments) if from_end else segments:
        indexes = range(len(volumes))
        for index in reversed(indexes) if from_end else indexes:
            taken = min(left, volumes[index])
            left -= taken
            tiers[index] += volumes[index] - taken
    return tiers


def _reduction(work: Work, part: Part, relief: Relief, charge: CompiledCharge) -> Decimal:
    """Unrounded reduction of a percent or price relief."""
    if relief.kind is ReliefKind.PERCENT:
        return base_of_item(work, part.drafts, charge.item_code) * (relief.rate or _ZERO)
    if relief.price is None or not charge.prices:
        return _ZERO
    prices = tier_prices(relief.price)
    tiers = own_tiers(part, charge)
    if not charge.tiered and len(prices) > 1:
        charged = [charge.charged(volume) for volume in tiers]
        at_relief = sum((volume * price for volume, price in zip(charged, prices, strict=True)), _ZERO)
    else:
        at_relief = charge.exact(tiers, prices)
    return charge.exact(tiers) - at_relief


def _amount_off(work: Work, part: Part, lines: list[Draft], relief: Relief, amount: Decimal) -> list[Draft]:
    made: list[Draft] = []
    left = amount
    for charge in _charges(part, relief):
        if left > 0:
            for draft in _one(work, part, lines + made, relief, charge, left):
                left += draft.amount
                made.append(draft)
    return made


def _one(
    work: Work, part: Part, lines: list[Draft], relief: Relief, charge: CompiledCharge, exact: Decimal
) -> list[Draft]:
    """The relief's line for one charge, cut to what the charge still costs; none when that is nothing."""
    own = [draft for draft in (*part.drafts, *lines) if draft.charge is charge]
    left = sum((draft.amount for draft in own), _ZERO)
    left_exact = sum((draft.exact for draft in own), _ZERO)
    amount = min(work.round_line(exact), left)
    if amount <= 0:
        return []
    draft = Draft(LineKind.RELIEF, charge, -min(exact, max(left_exact, _ZERO)), -amount)
    draft.relief = relief
    return [draft]
