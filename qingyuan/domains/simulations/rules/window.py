"""Which months a simulation reads (测算期间): the months asked for, and those before them that fill the tiers."""

from collections.abc import Iterable, Sequence

from qingyuan.domains.tariffs.rules.cycles import cycle_start_of
from qingyuan.domains.tariffs.rules.plan import FirstPeriod, MonthDay, PlanVersion, Straddle, TierMode
from qingyuan.kernel.period import Month

MOST_MONTHS = 36


def lead_month(first: Month, versions: Iterable[PlanVersion], anchors: Sequence[str]) -> Month:
    """The first reading period whose bills count in a cycle that the window's first period can lie in.

    `anchors` are the accounts' own cycle starts. A bill that is cut at a cycle's start by days, or that may count in the
    cycle before, asks for one cycle more than the one in which the window begins.
    """
    earliest = first
    for version in versions:
        tiers = version.tiers
        if tiers is None or tiers.mode is not TierMode.CUMULATIVE:
            continue
        for starts in (tiers.cycle_starts, *map(_month_day, anchors)):
            begun = cycle_start_of(first.first_date, starts, tiers.cycle_months)
            if tiers.straddle is Straddle.BY_DAYS or tiers.first_period is FirstPeriod.OLD:
                month = Month.of(begun).plus(-tiers.cycle_months)
            else:
                month = Month.of(begun)
            earliest = min(earliest, month)
    return earliest


def _month_day(text: str) -> MonthDay:
    month, _, day = text.partition("-")
    return MonthDay(int(month), int(day))
