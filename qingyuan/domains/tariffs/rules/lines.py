"""From working values to the result (出帐单行): signs, tax, sums."""

from decimal import Decimal

from qingyuan.domains.tariffs.rules.compiled import CompiledCharge
from qingyuan.domains.tariffs.rules.drafts import Draft, Part, Work
from qingyuan.domains.tariffs.rules.plan import Tax
from qingyuan.domains.tariffs.rules.request import TierUse
from qingyuan.domains.tariffs.rules.result import (
    MINIMUM_ITEM,
    ROUNDING_ITEM,
    LineKind,
    RatingLine,
    RatingResult,
)
from qingyuan.domains.tariffs.rules.taxes import net_and_tax, rate_of, tax_on_top
from qingyuan.kernel.money import ZERO_MONEY, Money

_line = RatingLine._make
"""Of one tuple: half the time of naming each field, in the place where a run spends most."""


def result_of(work: Work) -> RatingResult:
    """The lines of all parts, the closing lines and the taxes on top, with their sums."""
    lines: list[RatingLine] = []
    on_top: list[RatingLine] = []
    for part in work.parts:
        charge: CompiledCharge | None = None
        tax: Tax | None = None
        plain = not work.credit
        share = part.share
        for draft in part.drafts:
            if draft.charge is not charge:
                charge, tax = draft.charge, tax_of(work, part, draft)
            if charge is None or not plain or draft.relief is not None or (tax is not None and not tax.included):
                _add(work, part, draft, lines, on_top)
                continue
            amount = Money(draft.amount)
            net, inside = net_and_tax(amount, tax) if tax is not None else (amount, ZERO_MONEY)
            lines.append(
                _line((
                    charge.item_code, charge.name, draft.kind, draft.tier, draft.volume, draft.metered, draft.price,
                    amount, net, inside, tax.rate if tax is not None else None, draft.counted,
                    charge.plan_code, charge.version_date, share, "", "",
                ))
            )  # fmt: skip
    for draft in work.closing:
        _add(work, _closing_part(work), draft, lines, on_top)
    lines += on_top
    sign = -1 if work.credit else 1
    entries = tuple(
        TierUse(counter, cycle, sign * volume) for (counter, cycle), volume in work.entries.items() if volume
    )
    return RatingResult(
        lines=tuple(lines),
        total=Money(sum([line.amount for line in lines], ZERO_MONEY)),
        billed_volume=sign * work.billed,
        tier_volumes=_tier_volumes(work, sign),
        tier_entries=entries,
        tier_use_after=tuple(TierUse(*key, work.use[key]) for key in work.entries),
        carry_after=work.carry_after,
    )


def tax_of(work: Work, part: Part, draft: Draft) -> Tax | None:
    """The line's tax; the line up to the minimum amount is taxed as the plan's first charge."""
    charge = draft.charge
    if charge is None:
        if draft.kind is LineKind.ROUNDING:
            return None
        charge = part.governing.compiled.charges[0]
    return work.overrides.get(charge.item_code) or charge.tax or work.item_taxes.get(charge.item_code)


def _closing_part(work: Work) -> Part:
    return [part for part in work.parts if part.share == 0][-1]


def _tier_volumes(work: Work, sign: int) -> tuple[Decimal, ...]:
    if len(work.parts) == 1 and sign == 1:
        return tuple(work.parts[0].tier_volumes)
    count = max(len(part.tier_volumes) for part in work.parts)
    sums = [Decimal("0.000")] * count
    for part in work.parts:
        for index, volume in enumerate(part.tier_volumes):
            sums[index] += sign * volume
    return tuple(sums)


def _add(work: Work, part: Part, draft: Draft, lines: list[RatingLine], on_top: list[RatingLine]) -> None:
    charge, relief = draft.charge, draft.relief
    tax = tax_of(work, part, draft)
    amount = Money(draft.amount)
    volume, metered = draft.volume, draft.metered
    if work.credit:
        amount = Money(-amount)
        volume, metered = -volume if volume is not None else None, -metered if metered is not None else None
    if relief is not None and metered is not None:
        metered = -metered
    net, inside = net_and_tax(amount, tax) if tax is not None else (amount, ZERO_MONEY)
    version = part.governing.compiled.version
    item_code = charge.item_code if charge is not None else _OWN_ITEMS[draft.kind]
    line = RatingLine(
        item_code,
        charge.charge.name if charge is not None else "",
        draft.kind,
        draft.tier,
        volume,
        metered,
        draft.price,
        amount,
        net,
        inside,
        rate_of(tax),
        draft.counted,
        charge.plan_code if charge is not None else version.code,
        charge.version_date if charge is not None else version.effective_from,
        part.share if charge is not None else -1,
        relief.scheme if relief is not None else "",
        relief.funded_by.value if relief is not None else "",
    )
    lines.append(line)
    added = tax_on_top(amount, tax) if tax is not None else ZERO_MONEY
    if added:
        on_top.append(
            line._replace(
                kind=LineKind.TAX, volume=None, metered_volume=None, price=None, amount=added, net=ZERO_MONEY,
                tax=added, counts=False,
            )
        )  # fmt: skip


_OWN_ITEMS = {LineKind.ROUNDING: ROUNDING_ITEM, LineKind.MINIMUM: MINIMUM_ITEM}
