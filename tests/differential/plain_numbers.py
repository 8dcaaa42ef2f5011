"""Dates and rounding of the plain rating, by the definition and without a thought for speed. Standard library only."""

import calendar
from datetime import date
from fractions import Fraction


def number(value: object) -> Fraction:
    """The number that a tariff file or case writes, exactly."""
    return Fraction(str(value))


def rounded(value: Fraction, places: int, mode: str) -> Fraction:
    """half_up and up go away from zero, down towards it, half_even to the even neighbour."""
    size = abs(value) * 10**places
    whole = size.numerator // size.denominator
    rest = size - whole
    half = Fraction(1, 2)
    if (
        (mode == "up" and rest > 0)
        or (mode == "half_up" and rest >= half)
        or (mode == "half_even" and (rest > half or (rest == half and whole % 2 == 1)))
    ):
        whole += 1
    return Fraction(whole if value >= 0 else -whole, 10**places)


def month_later(year: int, month: int, day: int, months: int) -> date:
    """That day so many months later, or the last day of a shorter month."""
    count = year * 12 + month - 1 + months
    year, month = count // 12, count % 12 + 1
    return date(year, month, min(day, calendar.monthrange(year, month)[1]))


def cycle_starts(month_day: str, cycle_months: int, around: date) -> list[date]:
    """All days on which a cycle starts, from two years before `around` to two years after."""
    month, day = (int(part) for part in month_day.split("-"))
    return [month_later(around.year - 3, month, day, cycle_months * step) for step in range(60 // cycle_months + 13)]


def cycle_of(day: date, month_day: str, cycle_months: int) -> date:
    """The start of the cycle in which the day lies."""
    return max(start for start in cycle_starts(month_day, cycle_months, day) if start <= day)


def months_of_cycle(start: date, month_day: str, cycle_months: int) -> list[date]:
    """The first day of each of its months."""
    day = int(month_day.split("-")[1])
    return [month_later(start.year, start.month, day, step) for step in range(cycle_months)]


def calendar_months(last: date, count: int) -> list[date]:
    """The firsts of `count` calendar months, the last of them that of `last`."""
    return [month_later(last.year, last.month, 1, -back) for back in reversed(range(count))]
