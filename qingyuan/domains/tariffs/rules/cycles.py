"""Tier cycles (阶梯周期): when they start, which one a day lies in, how many months are left."""

import calendar
from datetime import date

from qingyuan.domains.tariffs.rules.plan import MonthDay


def on_month(year: int, month: int, day: int) -> date:
    """That day of the month, or the month's last day when it is shorter; months beyond 1–12 run into other years."""
    year, month = year + (month - 1) // 12, (month - 1) % 12 + 1
    return date(year, month, min(day, calendar.monthrange(year, month)[1]))


def cycle_start_of(day: date, starts: MonthDay, cycle_months: int) -> date:
    """The start of the cycle in which `day` lies; cycles start on `starts` and every `cycle_months` months after."""
    back = (day.month - starts.month) % cycle_months
    start = on_month(day.year, day.month - back, starts.day)
    return start if start <= day else on_month(day.year, day.month - back - cycle_months, starts.day)


def later(start: date, starts: MonthDay, months: int) -> date:
    """The day `months` months after a cycle's start (or before, when negative)."""
    return on_month(start.year, start.month + months, starts.day)


def months_left(cycle_start: date, starts: MonthDay, cycle_months: int, opened: date) -> int:
    """Months of the cycle from the one in which the account opened, itself included; all when it opened before, at least one."""
    for passed in range(1, cycle_months + 1):
        if opened < later(cycle_start, starts, passed):
            return cycle_months - passed + 1
    return 1


def month_starts(cycle_start: date, starts: MonthDay, cycle_months: int) -> list[date]:
    """The first day of each month of the cycle."""
    return [later(cycle_start, starts, passed) for passed in range(cycle_months)]


def calendar_months(last: date, count: int) -> list[date]:
    """The first days of `count` calendar months, the last of which is the month of `last`."""
    return [on_month(last.year, last.month - back, 1) for back in range(count - 1, -1, -1)]
