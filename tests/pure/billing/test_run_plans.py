"""On which day a plan of billing runs starts its run for a period: every kind of timing, ends of months, holidays, cycles."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qingyuan.domains.billing.rules.run_plans import (
    PlanBusinessDate,
    PlanRule,
    PlanTiming,
    business_date,
    earliest_day,
    planned_day,
)
from qingyuan.kernel.period import Month

EVERY_MONTH = tuple(range(1, 13))
NEW_YEAR = {date(2026, 1, 1), date(2026, 1, 2)}  # a Thursday and a Friday without work


def workdays(day: date, number: int) -> date:
    """Monday to Friday, but for the days of NEW_YEAR; written apart from the calendar's own search."""
    while True:
        if day.weekday() < 5 and day not in NEW_YEAR:
            number -= 1
            if not number:
                return day
        day += timedelta(days=1)


def rule(timing: PlanTiming = PlanTiming.DAY_OF_MONTH, day: int = 1, **more: object) -> PlanRule:
    given: dict[str, object] = {"hour": 6, "months_back": 0, "on_workdays": False, "months": EVERY_MONTH, **more}
    return PlanRule(timing, day, **given)  # type: ignore[arg-type]


def day_for(plan: PlanRule, month: Month, last_reading: date | None = None) -> date | None:
    return planned_day(plan, month, last_reading=last_reading, workdays=workdays)


@pytest.mark.parametrize(
    ("plan", "month", "expected"),
    [
        (rule(day=3), Month(2025, 12), date(2025, 12, 3)),
        (rule(day=3, months_back=1), Month(2025, 11), date(2025, 12, 3)),
        (rule(day=31, months_back=1), Month(2026, 1), date(2026, 2, 28)),  # a shorter month: its last day
        (rule(day=31), Month(2026, 3), date(2026, 3, 31)),
        (rule(day=1, months_back=1, on_workdays=True), Month(2025, 12), date(2026, 1, 5)),  # over holiday and weekend
        (rule(day=1, months_back=1), Month(2025, 12), date(2026, 1, 1)),  # as it says, holiday or not
        (rule(PlanTiming.AFTER_PERIOD, 1), Month(2025, 12), date(2026, 1, 5)),
        (rule(PlanTiming.AFTER_PERIOD, 2), Month(2025, 11), date(2025, 12, 2)),
        (rule(PlanTiming.AFTER_PERIOD, 5), Month(2026, 1), date(2026, 2, 6)),
    ],
)
def test_day_of_a_period(plan: PlanRule, month: Month, expected: date) -> None:
    assert day_for(plan, month) == expected


def test_after_reading_counts_working_days_from_the_day_after_the_last_reading_day() -> None:
    plan = rule(PlanTiming.AFTER_READING, 2)

    assert day_for(plan, Month(2025, 12), date(2025, 12, 18)) == date(2025, 12, 22)  # Thursday: Friday, Monday
    assert day_for(plan, Month(2025, 12), date(2025, 12, 31)) == date(2026, 1, 6)
    assert day_for(plan, Month(2025, 12)) is None  # no book is read


def test_period_in_which_the_cycle_reads_nothing_has_no_start() -> None:
    plan = rule(months=(2, 4, 6, 8, 10, 12))

    assert day_for(plan, Month(2026, 1)) is None
    assert day_for(plan, Month(2026, 2)) == date(2026, 2, 1)


@given(
    timing=st.sampled_from(list(PlanTiming)),
    day=st.integers(1, 23),
    back=st.integers(0, 1),
    on_workdays=st.booleans(),
    months=st.integers(0, 40),
    read=st.integers(0, 27),
)
def test_no_start_lies_before_the_earliest_day_and_later_periods_start_later(
    timing: PlanTiming, day: int, back: int, on_workdays: bool, months: int, read: int
) -> None:
    """The worker asks only for periods whose earliest day has come: were that wrong, a start would be lost."""
    plan = rule(timing, day, months_back=back, on_workdays=on_workdays)
    month = Month(2025, 1).plus(months)
    here = day_for(plan, month, month.first_date + timedelta(days=read))
    after = day_for(plan, month.plus(1), month.plus(1).first_date + timedelta(days=read))

    first = earliest_day(plan, month)
    assert here is not None and after is not None and first is not None
    assert first <= here < after or (timing is PlanTiming.AFTER_READING and first <= here <= after)


def test_business_date_is_the_planned_day_or_the_periods_last() -> None:
    planned, month = date(2026, 1, 5), Month(2025, 12)

    assert business_date(PlanBusinessDate.START_DAY, planned=planned, month=month) == planned
    assert business_date(PlanBusinessDate.PERIOD_END, planned=planned, month=month) == date(2025, 12, 31)


@pytest.mark.parametrize(
    ("changes", "valid"),
    [
        ({"day": 31}, True),
        ({"day": 32}, False),
        ({"day": 0}, False),
        ({"timing": PlanTiming.AFTER_PERIOD, "day": 23}, True),
        ({"timing": PlanTiming.AFTER_PERIOD, "day": 24}, False),
        ({"hour": 24}, False),
        ({"hour": -1}, False),
        ({"months_back": 2}, False),
    ],
)
def test_numbers_that_a_plan_may_have(changes: dict[str, object], valid: bool) -> None:
    assert rule(**changes).is_valid is valid  # type: ignore[arg-type]
