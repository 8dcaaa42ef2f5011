"""The sum of a bill (合计): rounding of items or of the total, and the minimum amount, as lines of their own."""

from collections.abc import Iterable
from decimal import Decimal

from qingyuan.domains.tariffs.rules.drafts import Draft, Work
from qingyuan.domains.tariffs.rules.item_changes import refuse_taking_back
from qingyuan.domains.tariffs.rules.plan import Minimum, Per, RoundAt
from qingyuan.domains.tariffs.rules.result import LineKind
from qingyuan.kernel.money import ZERO_MONEY
from qingyuan.kernel.rounding import round_decimal


def close_sum(work: Work, minimum: Minimum | None) -> None:
    """Adds the rounding line and the line up to the minimum amount to `work.closing`. Raises MinimumTakesBack."""
    rounding = work.rounding
    if rounding.at is RoundAt.LINE and (minimum is None or minimum.amount is None):
        return
    drafts = [draft for part in work.parts for draft in part.drafts]
    lines = sum((draft.amount for draft in drafts), ZERO_MONEY)
    wanted = lines
    if rounding.at is RoundAt.ITEM:
        sums = item_sums(drafts).values()
        wanted = sum((round_decimal(each, rounding.scale, rounding.mode) for each in sums), ZERO_MONEY)
    elif rounding.at is RoundAt.TOTAL:
        exact = sum((draft.exact for draft in drafts), Decimal(0))
        wanted = round_decimal(exact, rounding.scale, rounding.mode) + ZERO_MONEY
    if wanted != lines:
        work.closing.append(Draft(LineKind.ROUNDING, None, wanted - lines, wanted - lines))
    if minimum is None or minimum.amount is None or work.credit or len(work.request.shares) > 1:
        return
    least = minimum.amount * (work.request.months if minimum.per is Per.MONTH else 1) + ZERO_MONEY
    if wanted < least:
        refuse_taking_back(work.request.item_changes, minimum=least, amount=wanted)
        work.minimum = least
        work.closing.append(Draft(LineKind.MINIMUM, None, least - wanted, least - wanted))


def item_sums(drafts: Iterable[Draft]) -> dict[tuple[str, bool], Decimal]:
    """Unrounded amounts by charge item; an item's relief is a sum of its own."""
    sums: dict[tuple[str, bool], Decimal] = {}
    for draft in drafts:
        if draft.charge is not None:
            key = (draft.charge.item_code, draft.kind is LineKind.RELIEF)
            sums[key] = sums.get(key, Decimal(0)) + draft.exact
    return sums
