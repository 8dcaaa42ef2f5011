"""A bill in slips (按费用项目分单): which charge items stand, and may be paid, together. Worked tables: docs/rules/ledger.md."""

from collections.abc import Collection, Sequence
from decimal import Decimal
from enum import StrEnum
from typing import NamedTuple

from qingyuan.domains.ledger.rules.netting import Netting, Part

_ZERO = Decimal("0.00")


class SlipMode(StrEnum):
    """`COMBINED`: the whole bill is one slip (合单). `BY_PAYEE`: the company's own charges on one, those collected for each
    other payee on one (按收款单位). `BY_CHARGE`: each charge item on its own (按费用项目).
    """

    COMBINED = "combined"
    BY_PAYEE = "by_payee"
    BY_CHARGE = "by_charge"


class Charge(NamedTuple):
    """A charge item and for whom it is collected; `payee` is "" when the money is the company's own."""

    id: int
    payee: str


Slip = tuple[int, ...]
"""The charge items of a slip, in their order. The first one is the slip's key."""


def slips_of(charges: Sequence[Charge], mode: SlipMode) -> tuple[Slip, ...]:
    """All charge items of a company, in their order, as slips; a slip stands where its first item does."""
    slips: dict[object, list[int]] = {}
    for charge in charges:
        key: object = {SlipMode.COMBINED: None, SlipMode.BY_PAYEE: charge.payee, SlipMode.BY_CHARGE: charge.id}[mode]
        slips.setdefault(key, []).append(charge.id)
    return tuple(tuple(ids) for ids in slips.values())


def charges_of(slips: Sequence[Slip], keys: Collection[int]) -> tuple[int, ...]:
    """The charge items of the slips with these keys, in order. Raises KeyError for a key that no slip has."""
    known = {slip[0]: slip for slip in slips}
    if unknown := sorted(set(keys) - set(known)):
        raise KeyError(unknown[0])
    return tuple(charge for slip in slips if slip[0] in keys for charge in slip)


def restricted(parts: Sequence[Part], charges: Collection[int]) -> tuple[Part, ...]:
    """Those of the parts that belong to the charge items."""
    return tuple(part for part in parts if part[0] in charges)


class SlipLine(NamedTuple):
    """A charge item on a slip: `gross` as it was posted, `less` what negative items of the bill took from it, `cleared`
    what was paid or credited since. gross − less − cleared = owed, each ≥ 0, in yuan.
    """

    charge_id: int
    gross: Decimal
    less: Decimal
    cleared: Decimal
    owed: Decimal


class BillSlip(NamedTuple):
    """A bill's slip. Over all slips of a bill, Σ amount is what the bill came to and Σ owed what is outstanding."""

    key: int
    lines: tuple[SlipLine, ...]

    @property
    def amount(self) -> Decimal:
        return sum((line.gross - line.less for line in self.lines), _ZERO)

    @property
    def cleared(self) -> Decimal:
        return sum((line.cleared for line in self.lines), _ZERO)

    @property
    def owed(self) -> Decimal:
        return sum((line.owed for line in self.lines), _ZERO)


def bill_slips(
    slips: Sequence[Slip], parts: Sequence[Part], nettings: Sequence[Netting], owed: Sequence[Part]
) -> tuple[BillSlip, ...]:
    """A receivable in slips: its `parts` as they are owed from the beginning, the `nettings` that made them, and what of
    them is still `owed`. A charge item that negative items took whole stands with 0.00; slips without any item are left out.

    A negative item itself stands on no slip: it is what was taken from the others.
    """
    whole, left = dict(parts), dict(owed)
    less: dict[int, Decimal] = {}
    for netting in nettings:
        less[netting.into_charge] = less.get(netting.into_charge, _ZERO) + netting.amount
    made: list[BillSlip] = []
    for slip in slips:
        lines = tuple(
            SlipLine(
                charge_id=charge,
                gross=whole.get(charge, _ZERO) + less.get(charge, _ZERO),
                less=less.get(charge, _ZERO),
                cleared=whole.get(charge, _ZERO) - left.get(charge, _ZERO),
                owed=left.get(charge, _ZERO),
            )
            for charge in slip
            if charge in whole or charge in less
        )
        if lines:
            made.append(BillSlip(slip[0], lines))
    return tuple(made)
