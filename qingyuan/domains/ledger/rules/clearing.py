"""How an amount is spread over the charge items of one receivable (费用项目核销顺序). Worked tables: docs/rules/ledger.md."""

from collections.abc import Sequence
from decimal import Decimal
from enum import StrEnum

from qingyuan.domains.ledger.rules.netting import Part
from qingyuan.kernel.rounding import apportion


class ClearingOrder(StrEnum):
    """`PRO_RATA`: in proportion to what each item still owes, to the fen, by largest remainder.
    `FIXED_ORDER`: one item after another, in the order in which the parts are given (the items' position).
    """

    PRO_RATA = "pro_rata"
    FIXED_ORDER = "fixed_order"


def spread(amount: Decimal, owed: Sequence[Part], order: ClearingOrder) -> tuple[Part, ...]:
    """`amount` (> 0, at most Σ owed) over the parts that are still `owed`; parts that get nothing are left out.

    Raises ValueError when it is more than is owed.
    """
    total = sum((part for _, part in owed), Decimal("0.00"))
    if not 0 < amount <= total:
        raise ValueError(f"{amount} cannot be cleared where {total} is owed")
    if amount == total:
        return tuple(owed)
    if order is ClearingOrder.PRO_RATA:
        shares = apportion(amount, [part for _, part in owed])
        return tuple((charge_id, share) for (charge_id, _), share in zip(owed, shares, strict=True) if share)
    cleared: list[Part] = []
    for charge_id, part in owed:
        share = min(part, amount)
        amount -= share
        if share:
            cleared.append((charge_id, share))
    return tuple(cleared)


def spread_credit(credit: Sequence[Part], owed: Sequence[Part], order: ClearingOrder) -> tuple[Part, ...]:
    """What a credit of the given items clears of one receivable: like with like first, the rest by `order`.

    Clears min(Σ credit, Σ owed); returns the parts cleared in the order of `owed`.
    """
    left = dict(credit)
    cleared: dict[int, Decimal] = {}
    for charge_id, part in owed:
        share = min(part, left.get(charge_id, Decimal("0.00")))
        if share:
            cleared[charge_id] = share
            left[charge_id] -= share
    still_owed = [
        (charge_id, part - cleared.get(charge_id, Decimal("0.00")))
        for charge_id, part in owed
        if part > cleared.get(charge_id, Decimal("0.00"))
    ]
    rest = min(sum(left.values(), Decimal("0.00")), sum((part for _, part in still_owed), Decimal("0.00")))
    if rest:
        for charge_id, share in spread(rest, still_owed, order):
            cleared[charge_id] = cleared.get(charge_id, Decimal("0.00")) + share
    return tuple((charge_id, cleared[charge_id]) for charge_id, _ in owed if charge_id in cleared)


def take_from_credit(credit: Sequence[Part], cleared: Sequence[Part]) -> tuple[Part, ...]:
    """What is left of a credit's items after it cleared `cleared`: like from like, then the largest first."""
    left = dict(credit)
    over = Decimal("0.00")
    for charge_id, amount in cleared:
        share = min(amount, left.get(charge_id, Decimal("0.00")))
        if share:
            left[charge_id] -= share
        over += amount - share
    while over > 0:
        largest = max(left, key=lambda known: left[known])
        share = min(over, left[largest])
        if share <= 0:
            raise ValueError("more was cleared than the credit had")
        left[largest] -= share
        over -= share
    return tuple((charge_id, amount) for charge_id, amount in left.items() if amount > 0)
