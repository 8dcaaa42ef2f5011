"""Charge items with a volume of their own (单项增减水量): a burst pipe whose water is charged and whose sewage is not.

The item's volume lies in the tiers as if it had been used: from the bill's place in the tiers on, less is taken from the
end of the usage (last part, last segment, highest tier), more goes on top of it. Tier use, the bill's volume and all
other items stay those of the metered water.
"""

from collections.abc import Sequence
from decimal import Decimal

from qingyuan.domains.tariffs.rules.compiled import CompiledCharge
from qingyuan.domains.tariffs.rules.drafts import Draft, Part, Work
from qingyuan.domains.tariffs.rules.limits import split_by_tiers
from qingyuan.domains.tariffs.rules.request import NO_VOLUME, ItemChange
from qingyuan.domains.tariffs.rules.result import LineKind
from qingyuan.kernel.errors import DomainError
from qingyuan.kernel.money import ZERO_MONEY

_ZERO = Decimal(0)


class ItemNotCharged(DomainError):
    """An adjustment of a charge item that the price plan does not charge here (本价目无此费用项)."""

    code = "tariffs.item_not_charged"


class ItemNotByVolume(DomainError):
    """An adjustment in volume of a fee or a surcharge, which has none: it can only be let off wholly (该费用项不按水量计费)."""

    code = "tariffs.item_not_by_volume"


class ItemChangeTooLarge(DomainError):
    """An adjustment lets more of a charge item off than is charged of it (单项减量超过计费水量)."""

    code = "tariffs.item_change_too_large"


class ItemChangeOnCredit(DomainError):
    """A credit with an adjustment of a single charge item: it undoes a bill and has no items of its own (退水量不可单项增减)."""

    code = "tariffs.item_change_on_credit"


class MinimumTakesBack(DomainError):
    """The plan's minimum amount would charge again what an adjustment lets off a charge item (保底收费抵消单项减免)."""

    code = "tariffs.minimum_takes_back"


def place_item_changes(work: Work) -> None:
    """Gives the changed items their own volumes in each part, and notes those that are let off wholly.

    Raises ItemChangeOnCredit, ItemNotCharged, ItemNotByVolume, ItemChangeTooLarge.
    """
    changes: dict[str, list[ItemChange]] = {}
    for change in work.request.item_changes:
        changes.setdefault(change.item_code, []).append(change)
    work.waived = frozenset(code for code, own in changes.items() if any(each.volume is None for each in own))
    for item_code, own in changes.items():
        if work.credit:
            raise ItemChangeOnCredit(charge_item=item_code)
        parts = [part for part in work.parts if _charge_of(part, item_code) is not None]
        if not parts:
            raise ItemNotCharged(charge_item=item_code, plan=work.parts[-1].governing.compiled.version.code)
        by_volume = [part for part in parts if _is_by_volume(part, item_code)]
        for part in by_volume:
            part.own[item_code] = [list(filled.tier_volumes) for filled in part.filled]
        if item_code in work.waived:
            for part in by_volume:
                part.own[item_code] = [[NO_VOLUME] * len(filled.tier_volumes) for filled in part.filled]
        elif not by_volume:
            raise ItemNotByVolume(charge_item=item_code)
        else:
            _place(by_volume, item_code, sum((each.volume or NO_VOLUME for each in own), NO_VOLUME))


def own_segments(part: Part, charge: CompiledCharge) -> Sequence[Sequence[Decimal]]:
    """The tier volumes that the charge is charged on, segment by segment."""
    own = part.own.get(charge.item_code)
    return [filled.tier_volumes for filled in part.filled] if own is None else own


def own_tiers(part: Part, charge: CompiledCharge) -> list[Decimal]:
    """The tier volumes that the charge is charged on, over the whole part."""
    own = part.own.get(charge.item_code)
    if own is None:
        return part.tier_volumes
    return [sum(volumes, NO_VOLUME) for volumes in zip(*own, strict=True)]


def own_lines(work: Work, part: Part, charge: CompiledCharge, *, counting: bool) -> list[Draft]:
    """The lines of a charge item with a volume of its own. What was metered stays on them, whatever is charged of it: tier
    use is counted by that.
    """
    own = own_tiers(part, charge)
    lines: list[Draft] = []
    if not charge.tiered:
        total = sum(own, NO_VOLUME)
        if part.volume or total or not work.billed:
            volume = charge.flat_charged(own, total)
            lines.append(_draft(work, charge, LineKind.FLAT, None, volume, part.volume, counting=counting))
            lines[-1].own = total
        return lines
    for index, (metered, mine) in enumerate(zip(part.tier_volumes, own, strict=True)):
        if metered or mine:
            volume = charge.charged(mine)
            lines.append(_draft(work, charge, LineKind.TIER, index, volume, metered, counting=counting))
            lines[-1].own = mine
    return lines


def let_off(work: Work, charge: CompiledCharge, drafts: list[Draft]) -> list[Draft]:
    """The lines of a fee or a surcharge, at nothing when the item is let off."""
    if charge.item_code in work.waived:
        for draft in drafts:
            draft.exact, draft.amount = _ZERO, ZERO_MONEY
    return drafts


def refuse_taking_back(changes: Sequence[ItemChange], *, minimum: Decimal, amount: Decimal) -> None:
    """On a bill of `amount` that is raised to the plan's minimum. Raises MinimumTakesBack when an item was let off."""
    for change in changes:
        if change.volume is None or change.volume < 0:
            raise MinimumTakesBack(charge_item=change.item_code, minimum=minimum, amount=amount)


def _draft(
    work: Work,
    charge: CompiledCharge,
    kind: LineKind,
    index: int | None,
    volume: Decimal,
    metered: Decimal,
    *,
    counting: bool,
) -> Draft:
    price = charge.prices[index or 0]
    exact = volume * price
    tier = None if index is None else index + 1
    return Draft(kind, charge, exact, work.round_line(exact), tier, volume, metered, price, counting)


def _charge_of(part: Part, item_code: str) -> CompiledCharge | None:
    return next((each for each in part.governing.compiled.charges if each.item_code == item_code), None)


def _is_by_volume(part: Part, item_code: str) -> bool:
    charge = _charge_of(part, item_code)
    return charge is not None and bool(charge.prices)


def _place(parts: Sequence[Part], item_code: str, change: Decimal) -> None:
    """More goes on top of the last segment; less is taken backwards from the end."""
    if change > 0:
        last = parts[-1].filled[-1]
        parts[-1].own[item_code][-1] = split_by_tiers(last.limits, last.start, last.segment.volume + change)
        return
    left = -change
    for part in reversed(parts):
        for tiers in reversed(part.own[item_code]):
            left = _take(tiers, left)
    if left:
        charged = sum((part.volume for part in parts), NO_VOLUME)
        raise ItemChangeTooLarge(charge_item=item_code, change=-change, volume=charged)


def _take(tiers: list[Decimal], volume: Decimal) -> Decimal:
    """Takes the volume out of the tiers, from the highest downwards; returns what was not there."""
    for index in reversed(range(len(tiers))):
        taken = min(volume, tiers[index])
        tiers[index] -= taken
        volume -= taken
    return volume
