"""Amounts of a bill as they follow from usage (金额与用量的关系): a fixed part, a rate per unit, and blocks of tiers.

Everything our format can charge is such a sum, so a formula is worked out by adding and scaling these; what is not
one, like usage × usage, is refused by name.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction

from qingyuan.domains.tariffs.rules.owrs.refusal import NeedsMeterSize

ZERO = Fraction(0)
_MOST_BITS = 400
Limits = tuple[Fraction, ...]


class NotLinear(Exception):
    """A product of two usages, or a division by one."""


class DividedByZero(Exception):
    """A division by nothing."""


class TooLarge(Exception):
    """A number beyond all prices; chains of products would grow without end."""


@dataclass(frozen=True, slots=True)
class Amount:
    """fixed (+ by_size of the meter) + rate × usage + Σ blocks.

    `by_size` is None, or the fixed part that differs by meter size; `blocks` map inclusive upper limits of all tiers
    but the last to one price per tier.
    """

    fixed: Fraction = ZERO
    rate: Fraction = ZERO
    by_size: Mapping[str, Fraction] | None = None
    blocks: Mapping[Limits, tuple[Fraction, ...]] = field(default_factory=dict)

    @property
    def is_constant(self) -> bool:
        """Whether it is one number, for every meter and usage."""
        return not self.rate and not self.blocks and self.by_size is None

    @property
    def may_be_negative(self) -> bool:
        """Whether its fixed part, or its price in some tier, may be below zero for some meter."""
        fees = [self.fixed] if self.by_size is None else [self.fixed + fee for fee in self.by_size.values()]
        lowest_price = self.rate + sum((min(prices) for prices in self.blocks.values()), ZERO)
        return min([*fees, lowest_price]) < 0


def number(value: Fraction) -> Amount:
    """The constant. Raises TooLarge."""
    if value.numerator.bit_length() > _MOST_BITS or value.denominator.bit_length() > _MOST_BITS:
        raise TooLarge
    return Amount(fixed=value)


def usage() -> Amount:
    """One times the usage."""
    return Amount(rate=Fraction(1))


def add(left: Amount, right: Amount) -> Amount:
    """The sum. Sizes that only one side knows drop out: the sum has no value for them. Raises TooLarge."""
    blocks = dict(left.blocks)
    for limits, prices in right.blocks.items():
        before = blocks.get(limits, (ZERO,) * len(prices))
        blocks[limits] = tuple(_checked(one + other) for one, other in zip(before, prices, strict=True))
    return Amount(_checked(left.fixed + right.fixed), _checked(left.rate + right.rate), _sizes(left, right), blocks)


def scale(amount: Amount, factor: Fraction) -> Amount:
    """The amount times a constant. Raises TooLarge."""
    by_size = amount.by_size
    return Amount(
        _checked(amount.fixed * factor),
        _checked(amount.rate * factor),
        None if by_size is None else {size: _checked(value * factor) for size, value in by_size.items()},
        {limits: tuple(_checked(price * factor) for price in prices) for limits, prices in amount.blocks.items()},
    )


def multiply(left: Amount, right: Amount) -> Amount:
    """The product. Raises NotLinear, NeedsMeterSize, TooLarge."""
    if left.is_constant:
        return scale(right, left.fixed)
    if right.is_constant:
        return scale(left, right.fixed)
    if left.by_size is not None or right.by_size is not None:
        raise NeedsMeterSize
    raise NotLinear


def divide(left: Amount, right: Amount) -> Amount:
    """The quotient. Raises DividedByZero, NotLinear, NeedsMeterSize, TooLarge."""
    if right.by_size is not None:
        raise NeedsMeterSize
    if not right.is_constant:
        raise NotLinear
    if not right.fixed:
        raise DividedByZero
    return scale(left, 1 / right.fixed)


def _sizes(left: Amount, right: Amount) -> Mapping[str, Fraction] | None:
    if left.by_size is None or right.by_size is None:
        return left.by_size if right.by_size is None else right.by_size
    known = right.by_size
    return {size: _checked(value + known[size]) for size, value in left.by_size.items() if size in known}


def _checked(value: Fraction) -> Fraction:
    if value.numerator.bit_length() > _MOST_BITS or value.denominator.bit_length() > _MOST_BITS:
        raise TooLarge
    return value
