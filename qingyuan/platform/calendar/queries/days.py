"""Working days (工作日): the week's pattern, holidays, and weekend days on which work is done (调休)."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import islice

from django.db.models import F, Q, QuerySet

from qingyuan.platform.calendar.models import CalendarDay, DayKind

_SATURDAY = 5
LONGEST_SEARCH_DAYS = 366


@dataclass(frozen=True, slots=True)
class ChangedDay:
    """A day that differs from the week's pattern; for all companies where `company_id` is None."""

    id: int
    date: date
    kind: DayKind
    name: str
    company_id: int | None
    version: int


def is_workday(day: date, company_id: int | None) -> bool:
    """Whether the company works on the day; its own entry goes before the one for all."""
    return _is_workday(day, _kinds(day, day, company_id))


def next_workday(day: date, company_id: int | None) -> date:
    """The day itself if it is a working day, else the first after it. ValueError if there is none within a year."""
    last = day + timedelta(days=LONGEST_SEARCH_DAYS)
    kinds = _kinds(day, last, company_id)
    for offset in range(LONGEST_SEARCH_DAYS + 1):
        candidate = day + timedelta(days=offset)
        if _is_workday(candidate, kinds):
            return candidate
    raise ValueError(f"no working day within a year after {day}")


@dataclass(frozen=True, slots=True)
class WorkingDays:
    """The calendar of a company over a span of days, read once; outside the span the week's pattern alone counts."""

    kinds: Mapping[date, str]

    def nth(self, day: date, number: int) -> date:
        """The working day of this number counting from `day` itself (1: that day, if it is one). ValueError if there are
        fewer within a year, or the number is below 1.
        """
        days = (day + timedelta(days=offset) for offset in range(LONGEST_SEARCH_DAYS + 1))
        working = (one for one in days if _is_workday(one, self.kinds))
        found = next(islice(working, number - 1, None), None) if number > 0 else None
        if found is None:
            raise ValueError(f"no working day {number} within a year after {day}")
        return found


def working_days(first: date, last: date, company_id: int | None) -> WorkingDays:
    """The company's calendar from the first day to the last."""
    return WorkingDays(_kinds(first, last, company_id))


def workdays_between(start: date, end: date, company_id: int | None) -> int:
    """The number of working days in [start, end)."""
    kinds = _kinds(start, end, company_id)
    return sum(_is_workday(start + timedelta(days=offset), kinds) for offset in range((end - start).days))


def changed_days(year: int, company_id: int | None) -> tuple[ChangedDay, ...]:
    """What differs from the week's pattern in a year, for all and for the company, by date."""
    rows = _rows(date(year, 1, 1), date(year, 12, 31), company_id).order_by("date", "company_id")
    return tuple(ChangedDay(row.pk, row.date, DayKind(row.kind), row.name, row.company_id, row.version) for row in rows)


def _rows(first: date, last: date, company_id: int | None) -> QuerySet[CalendarDay]:
    return CalendarDay.objects.filter(
        Q(company_id=company_id) | Q(company_id__isnull=True), date__gte=first, date__lte=last
    )


def _kinds(first: date, last: date, company_id: int | None) -> dict[date, str]:
    rows = _rows(first, last, company_id).order_by(F("company_id").asc(nulls_first=True))
    return dict(rows.values_list("date", "kind"))


def _is_workday(day: date, kinds: Mapping[date, str]) -> bool:
    kind = kinds.get(day)
    return day.weekday() < _SATURDAY if kind is None else kind == DayKind.WORKDAY
