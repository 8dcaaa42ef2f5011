"""The calendar (工作日历): a year at a glance, days that differ from the week's pattern, the import of a year."""
