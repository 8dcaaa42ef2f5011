"""Usage between two real registers, spread over the spans that were estimated in between (估抄清算)."""

from collections.abc import Sequence
from decimal import Decimal
from fractions import Fraction

from qingyuan.kernel.period import Span
from qingyuan.kernel.rounding import round_fraction


def spread_between_real_readings(total: Decimal, spans: Sequence[Span], *, scale: int) -> tuple[Decimal, ...]:
    """`total` by days over `spans` (in date order, closed), each part rounded half up to `scale` places.

    The last takes the rest; no part takes more than is left, so that none gets below zero. Spans without a single day
    get nothing but the last, which takes all. The parts have three places and sum to `total`. ValueError for no span
    or a total below zero.
    """
    if not spans or total < 0:
        raise ValueError("nothing to spread, or a total below zero")
    days = sum(span.days for span in spans)
    left = total
    parts: list[Decimal] = []
    for span in spans[:-1]:
        share = round_fraction(Fraction(total) * span.days / days, scale) if days else Decimal(0)
        part = min(share, left).quantize(Decimal("0.001"))
        parts.append(part)
        left -= part
    return (*parts, left.quantize(Decimal("0.001")))
