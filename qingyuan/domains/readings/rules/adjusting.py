"""When a volume adjustment needs a second person (增减水量审批)."""

from collections.abc import Iterable
from decimal import Decimal
from typing import NamedTuple


class Measure(NamedTuple):
    """How large an adjustment is: `change` in m³ of either sign (0 for a charge item let off wholly), `effect` by how much
    it moves the month's bill in yuan, None where that cannot be worked out.
    """

    change: Decimal
    effect: Decimal | None


class Limits(NamedTuple):
    """What one person may adjust alone in a month: m³, and yuan. Inclusive; 0 leaves nothing to one person."""

    volume: Decimal
    amount: Decimal


def needs_second_person(wanted: Measure, others: Iterable[Measure], limits: Limits) -> bool:
    """Whether the adjustment takes the month over what one person may adjust alone, in volume or in money.

    `others` are the month's further adjustments that stand or wait: one large adjustment cut into small ones is still large,
    and one up does not make room for one down. What cannot be said in money is not for one person.
    """
    together = [wanted, *others]
    if sum((abs(each.change) for each in together), Decimal(0)) > limits.volume:
        return True
    amounts = [abs(each.effect) for each in together if each.effect is not None]
    if len(amounts) < len(together):
        return True
    # Nothing is left to one person by a limit of 0, though the bill may come to the same.
    return not limits.amount or not limits.volume or sum(amounts, Decimal(0)) > limits.amount
