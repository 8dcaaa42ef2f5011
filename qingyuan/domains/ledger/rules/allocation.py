"""Which receivables a sum of money clears (核销分配): the oldest first. Worked tables: docs/rules/ledger.md."""

from collections.abc import Sequence
from decimal import Decimal
from enum import StrEnum
from typing import NamedTuple


class AllocationMode(StrEnum):
    """`NONE`: nothing. `WHOLE_BILLS`: whole bills, oldest first, up to the first that does not fit (整单).
    `PARTLY`: oldest first, the last one as far as the money reaches (部分).
    """

    NONE = "none"
    WHOLE_BILLS = "whole_bills"
    PARTLY = "partly"


class Allocated(NamedTuple):
    """`amounts[i]` goes to the i-th receivable (0.00: nothing); `rest` is left over."""

    amounts: tuple[Decimal, ...]
    rest: Decimal


def allocate(amount: Decimal, owed: Sequence[Decimal], mode: AllocationMode) -> Allocated:
    """`amount` over receivables in the order given (oldest first), of which `owed` is outstanding."""
    amounts: list[Decimal] = []
    left = amount if mode is not AllocationMode.NONE else Decimal("0.00")
    for outstanding in owed:
        fits = outstanding <= left
        taken = outstanding if fits else (left if mode is AllocationMode.PARTLY else Decimal("0.00"))
        amounts.append(taken)
        left -= taken
        if not fits:
            left = Decimal("0.00")
    return Allocated(tuple(amounts), amount - sum(amounts, Decimal("0.00")))
