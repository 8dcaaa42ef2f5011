"""The sums of a shift (班次汇总): what was taken per tender, what cash there should be, what the count says."""

from collections.abc import Mapping
from decimal import Decimal
from typing import NamedTuple

FACE_VALUES = tuple(Decimal(value) for value in ("100", "50", "20", "10", "5", "1", "0.5", "0.1"))
"""Notes and coins that are counted (券别), in yuan."""

_ZERO = Decimal("0.00")


class CashTally(NamedTuple):
    """Cash at the close: what there should be, what was counted, the difference (over positive, short negative)."""

    expected: Decimal
    counted: Decimal
    over_short: Decimal


def counted_cash(pieces: Mapping[Decimal, int]) -> Decimal:
    """The cash of a count per face value, in yuan. ValueError for an unknown face value or a negative count."""
    total = _ZERO
    for face, count in pieces.items():
        if face not in FACE_VALUES or count < 0:
            raise ValueError(f"{count} pieces of {face}")
        total += face * count
    return total.quantize(Decimal("0.01"))


def cash_tally(*, float_amount: Decimal, cash_in: Decimal, change_out: Decimal, counted: Decimal) -> CashTally:
    """`cash_in` and `change_out` are of the payments that stand; the float was there before the first of them."""
    expected = float_amount + cash_in - change_out
    return CashTally(expected, counted, counted - expected)
