"""Amounts as COPY text: the exponent is asserted before it is written (金额写入前核对位数)."""

from decimal import Decimal


def fen_text(amount: Decimal) -> str:
    """An amount as text with exactly two places: PostgreSQL would round others silently. ValueError for any other."""
    text = str(amount)
    if text[-3:-2] != ".":
        raise ValueError(f"{text} is not an amount with two places")
    return text
