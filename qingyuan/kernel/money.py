"""Money (金额): a Decimal with exactly two places, in yuan. Never a float."""

from collections.abc import Iterable
from decimal import Decimal
from typing import NewType

from qingyuan.kernel.rounding import Rounding, round_decimal

Money = NewType("Money", Decimal)
"""An amount in yuan with two places. Made by `money`, `rounded_money` or `sum_money`, never by a bare Decimal."""

ZERO_MONEY = Money(Decimal("0.00"))
_FEN = Decimal("0.01")


def money(value: str | int | Decimal) -> Money:
    """`value` as money. Raises ValueError when it has a fraction of a fen, TypeError for a float."""
    if isinstance(value, float):
        raise TypeError("money is never made from a float")
    exact = Decimal(value)
    if not exact.is_finite():
        raise ValueError(f"{value} is not an amount")
    quantized = exact.quantize(_FEN)
    if quantized != exact:
        raise ValueError(f"{value} has a fraction of a fen")
    return Money(quantized)


def rounded_money(value: Decimal, mode: Rounding = Rounding.HALF_UP) -> Money:
    """`value` rounded to the fen by `mode`."""
    return Money(round_decimal(value, 2, mode))


def sum_money(values: Iterable[Decimal]) -> Money:
    """The sum of amounts that are whole fen each; 0.00 for none."""
    return money(sum(values, ZERO_MONEY))


def fen(amount: Decimal) -> int:
    """An amount as whole fen (分), for what must not count with fractions. ValueError when it has a fraction of a fen."""
    return int(money(amount).scaleb(2))
