"""Months and averages of a point (计费月数、均量)."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from qingyuan.kernel.period import Month
from qingyuan.kernel.rounding import round_fraction


@dataclass(frozen=True, slots=True)
class PastUsage:
    """One period's usage: the volume, the months it covers, whether it was estimated."""

    volume: Decimal
    months: int
    is_estimated: bool = False


def months_covered(period: Month, *, last_read: Month | None, opened: Month) -> int:
    """Calendar months since the point's last read period; the first time since opening, at least 1.

    A further round of a month has 0, so that no fee by the month is charged twice.
    """
    if last_read is not None:
        return max(period.months_since(last_read), 0)
    return max(period.months_since(opened), 1)


def average_volume(history: Sequence[PastUsage], *, window: int) -> Decimal | None:
    """A month's mean of the newest `window` periods (history newest first), three places, half up.

    Periods without usage are not counted; estimates count only where there is nothing else. None without history,
    0.000 when nothing was used. Volumes below zero (credits) never enter.
    """
    recent = history[:window]
    if not recent:
        return None
    used = [past for past in recent if past.volume > 0]
    real = [past for past in used if not past.is_estimated] or used
    if not real:
        return Decimal("0.000")
    months = sum(past.months for past in real)
    total = sum((past.volume for past in real), Decimal(0))
    return round_fraction(Fraction(total) / max(months, 1), 3)
