"""Negative items inside a positive bill (负数费用项轧抵): netted largest first, so that every part owed is positive.

A relief or a rebate of a bill is an item of its own with a negative amount. The customer owes what is left, and a
receivable's parts are never negative: each negative item, in the order in which it stands, is taken from the positive
items, the largest first, the earlier one on a tie. What was taken from which is kept, so that the amounts as they were
posted can be told again.
"""

from collections.abc import Sequence
from decimal import Decimal
from typing import NamedTuple

Part = tuple[int, Decimal]
"""A charge item's id and its amount in yuan."""

_ZERO = Decimal("0.00")


class Netting(NamedTuple):
    """`amount` of the negative item `from_charge` was taken from the positive item `into_charge`."""

    from_charge: int
    into_charge: int
    amount: Decimal


class Netted(NamedTuple):
    """The positive parts left, in the order given, and what was taken from them."""

    parts: tuple[Part, ...]
    nettings: tuple[Netting, ...]


def net_parts(parts: Sequence[Part]) -> Netted:
    """Positive parts with the same sum. Parts of one charge item are added up first; those of 0.00 are left out.

    Raises ValueError when the sum is negative.
    """
    summed: dict[int, Decimal] = {}
    for charge_id, amount in parts:
        summed[charge_id] = summed.get(charge_id, _ZERO) + amount
    left = {charge_id: amount for charge_id, amount in summed.items() if amount > 0}
    nettings: list[Netting] = []
    for charge_id, amount in summed.items():
        missing = -amount
        while missing > 0:
            largest = max(left, key=lambda known: left[known], default=None)
            if largest is None or left[largest] == 0:
                raise ValueError("the parts sum to less than nothing")
            taken = min(missing, left[largest])
            left[largest] -= taken
            missing -= taken
            nettings.append(Netting(charge_id, largest, taken))
    return Netted(tuple((charge_id, amount) for charge_id, amount in left.items() if amount > 0), tuple(nettings))


def gross_parts(parts: Sequence[Part], nettings: Sequence[Netting]) -> tuple[Part, ...]:
    """The item amounts as they were posted, from what `net_parts` left: its inverse, ordered by charge item."""
    gross = dict(parts)
    for netting in nettings:
        gross[netting.into_charge] = gross.get(netting.into_charge, _ZERO) + netting.amount
        gross[netting.from_charge] = gross.get(netting.from_charge, _ZERO) - netting.amount
    return tuple(sorted((charge_id, amount) for charge_id, amount in gross.items() if amount))
