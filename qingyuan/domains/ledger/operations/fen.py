"""Amounts as COPY text: the exponent is asserted before it is written (金额写入前核对位数)."""

from collections.abc import Iterable
from decimal import Decimal


def fen_text(amount: Decimal) -> str:
    """An amount as text with exactly two places: PostgreSQL would round others silently. ValueError for any other."""
    text = str(amount)
    if text[-3:-2] != ".":
        raise ValueError(f"{text} is not an amount with two places")
    return text


def ids_text(ids: Iterable[int]) -> str:
    """Ids as one array literal: one value to adapt instead of thousands."""
    return f"{{{','.join(map(str, ids))}}}"


def amounts_text(amounts: Iterable[Decimal]) -> str:
    """Amounts as one array literal, checked as by `fen_text`."""
    return f"{{{','.join(map(fen_text, amounts))}}}"
