"""Recurring fees (周期费用): which period of one begins in a month. Worked table: docs/rules/billing.md.

Periods are whole months from the first one on, one after another. Each is charged once and whole, in the month in which it
begins; there is no part of a period.
"""

from dataclasses import dataclass

from qingyuan.kernel.period import Month

MOST_MONTHS = 60
"""The longest period, in months."""


@dataclass(frozen=True, slots=True)
class Rhythm:
    """From which month on, every how many months (1–60), and until which month (None: without an end)."""

    first: Month
    every: int
    until: Month | None = None


def period_of(rhythm: Rhythm, month: Month) -> tuple[Month, Month] | None:
    """The first and the last month of the period that begins in `month`; None when none does.

    The period that begins in the month of the end is still charged, whole.
    """
    since = month.months_since(rhythm.first)
    if since < 0 or since % rhythm.every or (rhythm.until is not None and month > rhythm.until):
        return None
    return month, month.plus(rhythm.every - 1)


def next_period(rhythm: Rhythm, month: Month) -> Month | None:
    """The first month of the first period that begins in `month` or later; None when there is none."""
    late = max(month.months_since(rhythm.first), 0)
    begins = rhythm.first.plus(-(-late // rhythm.every) * rhythm.every)
    return None if rhythm.until is not None and begins > rhythm.until else begins
