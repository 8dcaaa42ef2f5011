"""When a plan of billing runs is due (出账计划): one day for each reading period, from the plan's own rule.

A plan starts at most one run for a reading period (month). Which day that is, is asked of the period, never of the clock:
the same plan, calendar and books give the same days whenever they are asked for.
"""

from calendar import monthrange
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from typing import Protocol

from qingyuan.kernel.period import Month


class PlanTiming(StrEnum):
    """What a plan's day is counted from."""

    DAY_OF_MONTH = "DAY_OF_MONTH"  # 每月固定日
    AFTER_PERIOD = "AFTER_PERIOD"  # 账期结束后第 N 个工作日
    AFTER_READING = "AFTER_READING"  # 抄表日后第 N 个工作日


class PlanBusinessDate(StrEnum):
    """What stands for today in the run that a plan starts (业务日期取值)."""

    START_DAY = "START_DAY"
    PERIOD_END = "PERIOD_END"


class StartState(StrEnum):
    """What became of a plan's start for a period."""

    STARTED = "STARTED"
    FAILED = "FAILED"
    MISSED = "MISSED"  # 错过: later than may be caught up
    PAUSED = "PAUSED"  # the plan was paused on its day
    LEFT = "LEFT"  # 不再启动: a person leaves it at that


OPEN_STATES = frozenset({StartState.FAILED, StartState.MISSED})
"""What waits for a person."""

LAST_WORKDAY = 23
LAST_HOUR = 23


class Workdays(Protocol):
    """The calendar as a rule needs it."""

    def __call__(self, day: date, number: int, /) -> date:
        """The working day of this number (1 is the first) counting from `day` itself."""


@dataclass(frozen=True, slots=True)
class PlanRule:
    """When a plan starts its runs.

    `day`: of DAY_OF_MONTH 1–31, in a shorter month its last day; of the others the number of the working day, 1–23.
    `months_back` 0 bills the period of the month in which it starts, 1 the one before (DAY_OF_MONTH alone; the others
    follow their period). `on_workdays` moves a DAY_OF_MONTH without work to the next working day.
    `months`: of which months of the year periods are billed, by the cycle of the plan's books.
    """

    timing: PlanTiming
    day: int
    hour: int
    months_back: int
    on_workdays: bool
    months: tuple[int, ...] = tuple(range(1, 13))

    @property
    def is_valid(self) -> bool:
        """Whether the numbers are ones that a plan may have."""
        last = 31 if self.timing is PlanTiming.DAY_OF_MONTH else LAST_WORKDAY
        return 1 <= self.day <= last and 0 <= self.hour <= LAST_HOUR and self.months_back in (0, 1)


def earliest_day(rule: PlanRule, month: Month) -> date | None:
    """The day before which a start for the period cannot lie, without asking calendar or books; None: never any."""
    if month.month not in rule.months:
        return None
    if rule.timing is PlanTiming.DAY_OF_MONTH:
        return _day_in(month.plus(rule.months_back), rule.day)
    if rule.timing is PlanTiming.AFTER_PERIOD:
        return month.plus(1).first_date
    return month.first_date


def planned_day(rule: PlanRule, month: Month, *, last_reading: date | None, workdays: Workdays) -> date | None:
    """The day on which the plan starts its run for the period; None where the period has none.

    `last_reading` is the last planned reading day of the plan's books in the period; None: no book is read then.
    """
    first = earliest_day(rule, month)
    if first is None:
        return None
    if rule.timing is PlanTiming.DAY_OF_MONTH:
        return workdays(first, 1) if rule.on_workdays else first
    if rule.timing is PlanTiming.AFTER_PERIOD:
        return workdays(first, rule.day)
    if last_reading is None:
        return None
    return workdays(_day_after(last_reading), rule.day)


def business_date(rule: PlanBusinessDate, *, planned: date, month: Month) -> date:
    """What stands for today in the run: the planned day, also when the start was caught up later, or the period's last day."""
    if rule is PlanBusinessDate.PERIOD_END:
        return _day_in(month, 31)
    return planned


def _day_in(month: Month, day: int) -> date:
    return date(month.year, month.month, min(day, monthrange(month.year, month.month)[1]))


def _day_after(day: date) -> date:
    return day + timedelta(days=1)
