"""When a book is read."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qingyuan.domains.routes.rules.cycle import INTERVALS, Cycle, CycleInvalid, check_cycle, is_due, next_due
from qingyuan.kernel.period import Month


@pytest.mark.parametrize(
    ("interval", "phase", "months"),
    [
        (1, 5, list(range(1, 13))),
        (2, 1, [1, 3, 5, 7, 9, 11]),
        (2, 12, [2, 4, 6, 8, 10, 12]),
        (3, 2, [2, 5, 8, 11]),
        (4, 4, [4, 8, 12]),
        (6, 3, [3, 9]),
        (12, 10, [10]),
    ],
)
def test_is_due(interval: int, phase: int, months: list[int]) -> None:
    due = [month for month in range(1, 13) if is_due(Month(2025, month), months_interval=interval, phase_month=phase)]

    assert due == months


@pytest.mark.parametrize(
    ("month", "interval", "phase", "next_month"),
    [
        (Month(2025, 1), 2, 1, Month(2025, 1)),
        (Month(2025, 2), 2, 1, Month(2025, 3)),
        (Month(2025, 11), 12, 10, Month(2026, 10)),
        (Month(2025, 12), 3, 2, Month(2026, 2)),
    ],
)
def test_next_due(month: Month, interval: int, phase: int, next_month: Month) -> None:
    assert next_due(month, months_interval=interval, phase_month=phase) == next_month


@given(st.integers(2000, 2100), st.integers(1, 12), st.sampled_from(INTERVALS), st.integers(1, 12))
def test_the_next_month_due_is_due_and_none_before_it_is(year: int, month: int, interval: int, phase: int) -> None:
    start = Month(year, month)
    found = next_due(start, months_interval=interval, phase_month=phase)

    assert is_due(found, months_interval=interval, phase_month=phase)
    between = [start.plus(step) for step in range(found.months_since(start))]
    assert not any(is_due(one, months_interval=interval, phase_month=phase) for one in between)


@pytest.mark.parametrize(
    ("interval", "phase", "day", "field"),
    [(5, 1, 1, "months_interval"), (0, 1, 1, "months_interval"), (1, 13, 1, "phase_month"), (1, 1, 29, "reading_day")],
)
def test_check_cycle_names_the_field(interval: int, phase: int, day: int, field: str) -> None:
    with pytest.raises(CycleInvalid) as refused:
        check_cycle(months_interval=interval, phase_month=phase, reading_day=day)

    assert refused.value.params["field"] == field


@pytest.mark.parametrize(
    ("interval", "phase", "cycle", "months"),
    [
        (1, 7, Cycle(1, 1), tuple(range(1, 13))),
        (2, 12, Cycle(2, 2), (2, 4, 6, 8, 10, 12)),
        (2, 3, Cycle(2, 1), (1, 3, 5, 7, 9, 11)),
        (3, 8, Cycle(3, 2), (2, 5, 8, 11)),
        (12, 10, Cycle(12, 10), (10,)),
    ],
)
def test_books_read_in_the_same_months_have_one_cycle(
    interval: int, phase: int, cycle: Cycle, months: tuple[int, ...]
) -> None:
    assert Cycle.of(interval, phase) == cycle
    assert cycle.months == months


@given(st.sampled_from(INTERVALS), st.integers(1, 12))
def test_a_cycles_months_are_the_months_in_which_its_books_are_due(interval: int, phase: int) -> None:
    due = [month for month in range(1, 13) if is_due(Month(2025, month), months_interval=interval, phase_month=phase)]

    assert list(Cycle.of(interval, phase).months) == due
