"""When a volume adjustment needs a second person (增减水量审批)."""

from collections.abc import Iterable
from decimal import Decimal


def needs_second_person(change: Decimal, others: Iterable[Decimal], *, limit: Decimal) -> bool:
    """Whether `change` (m³, either sign) takes the month over what one person may adjust alone.

    `others` are the month's further adjustments that stand or wait: one large adjustment cut into small ones is still large,
    and one up does not make room for one down. The limit is inclusive; 0 leaves nothing to one person.
    """
    return sum((abs(each) for each in others), abs(change)) > limit
