"""A year as the page draws it (年历): twelve months of weeks, each day with what it is."""

import calendar as weeks
from dataclasses import dataclass
from datetime import date, timedelta
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.translation import gettext as _

from qingyuan.kernel.actor import Actor
from qingyuan.platform.calendar.models import DayKind
from qingyuan.platform.calendar.queries import ChangedDay, changed_days

_SATURDAY = 5


@dataclass(frozen=True, slots=True)
class Day:
    """One day. `css` is work, rest, holiday or made-up; `word` says it in words; `url` is empty for a reader."""

    number: int
    iso: str
    css: str
    word: str
    url: str
    is_today: bool


@dataclass(frozen=True, slots=True)
class MonthSheet:
    """A month: its weeks from Monday on, None where another month's days would stand."""

    title: str
    weeks: tuple[tuple[Day | None, ...], ...]


@dataclass(frozen=True, slots=True)
class YearSheet:
    """A year of a company. `changed` are the days that differ from the week's pattern, by date."""

    year: int
    months: tuple[MonthSheet, ...]
    changed: tuple[ChangedDay, ...]
    workdays: int


def year_sheet(actor: Actor, year: int, *, today: date, may_edit: bool) -> YearSheet:
    """The year for the actor's company; its own days go before those for all."""
    changed = changed_days(year, actor.company_id)
    by_date: dict[date, ChangedDay] = {}
    for one in sorted(changed, key=lambda one: one.company_id is not None):
        by_date[one.date] = one
    months = tuple(_month(year, number, by_date, today, may_edit) for number in range(1, 13))
    days = [day for month in months for week in month.weeks for day in week if day is not None]
    return YearSheet(year, months, changed, sum(day.css in {"work", "made-up"} for day in days))


def _month(year: int, number: int, by_date: dict[date, ChangedDay], today: date, may_edit: bool) -> MonthSheet:
    rows = weeks.Calendar(firstweekday=0).monthdatescalendar(year, number)
    # Six weeks in every month, so that all twelve are of one height.
    rows += [[one + timedelta(days=7 * more) for one in rows[-1]] for more in range(1, 7 - len(rows))]
    return MonthSheet(
        title=f"{year}-{number:02}",
        weeks=tuple(
            tuple(_day(one, by_date.get(one), today, may_edit) if one.month == number else None for one in row)
            for row in rows
        ),
    )


def _day(one: date, changed: ChangedDay | None, today: date, may_edit: bool) -> Day:
    if changed is None:
        css, word = ("rest", _("weekend")) if one.weekday() >= _SATURDAY else ("work", "")
    elif changed.kind is DayKind.HOLIDAY:
        css, word = "holiday", changed.name or _("Holiday")
    else:
        css, word = "made-up", changed.name or _("Working day")
    url = f"{reverse('calendar:day')}?{urlencode({'date': one.isoformat()})}" if may_edit else ""
    return Day(one.day, one.isoformat(), css, word, url, one == today)
