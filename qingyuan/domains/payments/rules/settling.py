"""What becomes of the money that is put on the counter (柜台结算): what is taken, what is given back."""

from decimal import Decimal
from enum import StrEnum
from typing import NamedTuple

from qingyuan.domains.payments.rules.states import TenderKind

_ZERO = Decimal("0.00")


class Shortfall(StrEnum):
    """Why the money does not settle what is due."""

    NOTHING = "nothing"  # nothing was handed over
    NOT_ENOUGH = "not_enough"  # less than is due, and bills are paid whole
    NO_CHANGE = "no_change"  # more than is due by card or transfer: there is no change from these


class Settled(NamedTuple):
    """`amount` stays here, `change` goes back (找零). Yuan."""

    amount: Decimal
    change: Decimal


def settle(
    *, due: Decimal, handed: Decimal, tender: TenderKind, keep_rest: bool, may_pay_partly: bool
) -> Settled | Shortfall:
    """`handed` over for `due`; `keep_rest` (余款转预存): what is more stays here as prepayment.

    Cash gives change; where bills may be paid in part, less than is due is taken as it is.
    """
    if handed <= 0:
        return Shortfall.NOTHING
    if handed < due:
        return Settled(handed, _ZERO) if may_pay_partly else Shortfall.NOT_ENOUGH
    if keep_rest or handed == due:
        return Settled(handed, _ZERO)
    if tender is not TenderKind.CASH:
        return Shortfall.NO_CHANGE
    # With nothing due and nothing to be kept, there is nothing to take.
    return Settled(due, handed - due) if due > 0 else Shortfall.NOTHING
