"""The one rounding door (舍入): every amount and volume in the product is rounded here and nowhere else."""

from collections.abc import Callable, Sequence
from decimal import ROUND_CEILING, ROUND_DOWN, ROUND_HALF_EVEN, ROUND_HALF_UP, ROUND_UP, Context, Decimal
from enum import StrEnum
from fractions import Fraction


class Rounding(StrEnum):
    """Rounding mode (舍入方式). `up` and `half_up` go away from zero, `down` towards zero."""

    HALF_UP = "half_up"
    HALF_EVEN = "half_even"
    DOWN = "down"
    UP = "up"


_DECIMAL_MODES = {
    Rounding.HALF_UP: ROUND_HALF_UP,
    Rounding.HALF_EVEN: ROUND_HALF_EVEN,
    Rounding.DOWN: ROUND_DOWN,
    Rounding.UP: ROUND_UP,
}
_QUANTA = tuple(Decimal(1).scaleb(-scale) for scale in range(13))


def round_decimal(value: Decimal, scale: int, mode: Rounding = Rounding.HALF_UP) -> Decimal:
    """`value` with exactly `scale` places (0 to 12), rounded by `mode`."""
    return value.quantize(_QUANTA[scale], rounding=_DECIMAL_MODES[mode])


def rounder(scale: int, mode: Rounding = Rounding.HALF_UP) -> Callable[[Decimal], Decimal]:
    """`round_decimal` with scale and mode bound once, for loops that round many values."""
    quantize = Context(prec=60, rounding=_DECIMAL_MODES[mode]).quantize
    quantum = _QUANTA[scale]

    def rounded(value: Decimal) -> Decimal:
        return quantize(value, quantum)

    return rounded


def round_fraction(value: Fraction, scale: int, mode: Rounding = Rounding.HALF_UP) -> Decimal:
    """An exact fraction with exactly `scale` places, rounded by `mode`; used where a share of days must not lose digits."""
    scaled = abs(value) * 10**scale
    whole, rest = divmod(scaled.numerator, scaled.denominator)
    doubled = 2 * rest
    if mode is Rounding.UP:
        raise_last = rest > 0
    elif mode is Rounding.HALF_UP:
        raise_last = doubled >= scaled.denominator
    elif mode is Rounding.HALF_EVEN:
        raise_last = doubled > scaled.denominator or (doubled == scaled.denominator and whole % 2 == 1)
    else:
        raise_last = False
    magnitude = whole + (1 if raise_last else 0)
    return Decimal(magnitude if value >= 0 else -magnitude).scaleb(-scale)


def apportion(total: Decimal, weights: Sequence[Decimal], scale: int = 2) -> list[Decimal]:
    """`total` in parts proportional to `weights` (none negative, some positive) by largest remainder (最大余额法).

    The parts sum to `total` exactly; on equal remainders the earlier part wins. `total` must not have more
    than `scale` places. Raises ValueError for weights that give no proportion.
    """
    weight_sum = sum(weights, Decimal(0))
    if weight_sum <= 0 or any(weight < 0 for weight in weights):
        raise ValueError("weights must be non-negative with a positive sum")
    units = int(total.scaleb(scale).to_integral_exact(rounding=ROUND_CEILING))
    if Decimal(units).scaleb(-scale) != total:
        raise ValueError(f"{total} has more than {scale} places")
    sign = -1 if units < 0 else 1
    exact = [Fraction(abs(units)) * Fraction(weight) / Fraction(weight_sum) for weight in weights]
    floors = [share.numerator // share.denominator for share in exact]
    left = abs(units) - sum(floors)
    by_remainder = sorted(range(len(weights)), key=lambda index: (floors[index] - exact[index], index))
    for index in by_remainder[:left]:
        floors[index] += 1
    return [Decimal(sign * part).scaleb(-scale) for part in floors]
