from qingyuan.platform.calendar.models.calendar_day import CalendarDay, DayKind

__all__ = ["CalendarDay", "DayKind"]
