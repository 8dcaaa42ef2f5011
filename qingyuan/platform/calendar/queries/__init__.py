"""Reads of the calendar."""

from qingyuan.platform.calendar.queries.days import (
    ChangedDay,
    changed_days,
    is_workday,
    next_workday,
    workdays_between,
)

__all__ = ["ChangedDay", "changed_days", "is_workday", "next_workday", "workdays_between"]
