"""Reads of the calendar."""

from qingyuan.platform.calendar.queries.days import (
    ChangedDay,
    WorkingDays,
    changed_days,
    is_workday,
    next_workday,
    workdays_between,
    working_days,
)

__all__ = [
    "ChangedDay",
    "WorkingDays",
    "changed_days",
    "is_workday",
    "next_workday",
    "workdays_between",
    "working_days",
]
