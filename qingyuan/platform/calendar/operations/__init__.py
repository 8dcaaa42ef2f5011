"""Writes of the calendar."""

from qingyuan.platform.calendar.operations.days import clear_day, import_year, set_day
from qingyuan.platform.calendar.rules.year_file import LineRefused

__all__ = ["LineRefused", "clear_day", "import_year", "set_day"]
