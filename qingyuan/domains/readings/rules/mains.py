"""Mains against their subs (总分表差量): what the subs do not account for, and which part of the main's usage that is."""

from decimal import Decimal

from qingyuan.kernel.rounding import round_decimal


def main_difference(main: Decimal | None, subs: Decimal, *, missing: int) -> Decimal | None:
    """Main less Σ subs, m³. None while the main or one of `missing` due subs is not approved: a sub not read would look
    like a loss."""
    return None if main is None or missing else main - subs


def share_of_main(difference: Decimal | None, main: Decimal | None) -> Decimal | None:
    """The difference as part of the main's usage, four places half up; None without a difference, and for a main of 0."""
    return None if difference is None or not main else round_decimal(difference / main, 4)
