"""docs/rules/ledger.md, instalments: both worked tables come out as printed; a schedule never makes or loses a fen."""

from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qingyuan.domains.ledger.rules.instalments import (
    HeldItem,
    Instalment,
    ScheduleRefused,
    check_schedule,
    even_schedule,
    standing,
)

D = Decimal
_TEXT = (Path(__file__).parents[3] / "docs" / "rules" / "ledger.md").read_text(encoding="utf-8")
_EVEN = "| owed | instalments | first due | amounts | last due |"
_STANDING = "| bills owe | on | current | overdue | bills due | broken |"
DUE = (date(2026, 1, 10), date(2026, 2, 10), date(2026, 3, 10))
ITEMS = (("A", D("100.00"), date(2025, 10, 31)), ("B", D("200.00"), date(2025, 11, 30)))


def _table(head: str) -> list[list[str]]:
    lines = _TEXT[_TEXT.index(head) :].split("\n\n")[0].splitlines()[2:]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]


@pytest.mark.parametrize("row", _table(_EVEN), ids=" ".join)
def test_even_instalments(row: list[str]) -> None:
    total, count, first, amounts, last = row
    if amounts == "refused":
        with pytest.raises(ScheduleRefused):
            even_schedule(D(total), int(count), date.fromisoformat(first))
        return

    made = even_schedule(D(total), int(count), date.fromisoformat(first))

    assert ", ".join(str(one.amount) for one in made) == amounts
    assert made[-1].due_date.isoformat() == last
    check_schedule(D(total), made, on=date.fromisoformat(first))


@pytest.mark.parametrize("row", _table(_STANDING), ids=" ".join)
def test_how_an_agreement_stands(row: list[str]) -> None:
    owes, on, current, overdue, due, broken = row
    schedule = [Instalment(place + 1, day, D("100.00")) for place, day in enumerate(DUE)]
    outstanding = dict(cell.split(" ") for cell in owes.split(", "))
    held = [HeldItem(ord(name), agreed, D(outstanding[name]), day) for name, agreed, day in ITEMS]

    found = standing(schedule, held, on=date.fromisoformat(on), grace_days=7)

    told = "none" if found.current is None else f"{found.current.number}: {found.current.rest}"
    days = ", ".join(f"{chr(key)} {day.isoformat()}" for key, day in sorted(found.due_of.items()))
    assert (told, str(found.overdue), days or "none", "yes" if found.is_broken else "") == (
        current,
        overdue,
        due,
        broken,
    )


def test_the_document_has_the_whole_tables() -> None:
    assert (len(_table(_EVEN)), len(_table(_STANDING))) == (5, 8)


@given(st.integers(100, 10_000_000), st.integers(2, 36), st.dates(date(2020, 1, 1), date(2030, 1, 1)))
def test_the_parts_sum_to_the_fen_and_differ_by_less_than_their_number(fen: int, count: int, first: date) -> None:
    total = D(fen) / 100

    made = even_schedule(total, count, first)

    assert sum(one.amount for one in made) == total
    assert len({one.amount for one in made[1:]}) <= 1
    assert D(0) <= made[0].amount - made[-1].amount < D(count) / 100
    check_schedule(total, made, on=first)


@given(st.lists(st.integers(1, 10_000), min_size=1, max_size=6), st.integers(2, 12), st.data())
def test_what_is_open_of_the_instalments_is_what_the_bills_owe(
    agreed: list[int], count: int, given_: st.DataObject
) -> None:
    owes = [given_.draw(st.integers(0, amount)) for amount in agreed]
    total = D(sum(agreed)) / 100
    if total < D(count) / 100:
        return
    schedule = even_schedule(total, count, date(2026, 1, 31))
    held = [
        HeldItem(place, D(amount) / 100, D(left) / 100, date(2025, 12, 1))
        for place, (amount, left) in enumerate(zip(agreed, owes, strict=True))
    ]

    found = standing(schedule, held, on=date(2026, 1, 1), grace_days=0)

    assert sum(row.rest for row in found.instalments) == D(sum(owes)) / 100
    assert found.paid + D(sum(owes)) / 100 == total
    assert set(found.due_of) == {place for place, left in enumerate(owes) if left}
    days = [found.due_of[place] for place in sorted(found.due_of)]
    assert days == sorted(days)
    assert not found.due_of or found.current is not None
    if found.current is not None and days:
        assert days[0] == found.current.due_date


@pytest.mark.parametrize(
    "change",
    [
        {"amounts": ["50.00", "49.99"]},
        {"amounts": ["100.00", "0.00"]},
        {"amounts": ["100.00"]},
        {"amounts": ["50.005", "49.995"]},
        {"days": [DUE[1], DUE[0]]},
        {"days": [DUE[0], DUE[0]]},
        {"on": date(2026, 1, 11)},
    ],
    ids=str,
)
def test_a_schedule_that_is_none(change: dict[str, list[str]]) -> None:
    asked = {"amounts": ["50.00", "50.00"], "days": list(DUE), "on": DUE[0]} | change
    schedule = [
        Instalment(place + 1, day, D(amount))
        for place, (amount, day) in enumerate(zip(asked["amounts"], asked["days"], strict=False))  # type: ignore[call-overload]
    ]

    with pytest.raises(ScheduleRefused):
        check_schedule(D("100.00"), schedule, on=asked["on"])  # type: ignore[arg-type]


def test_more_owed_than_agreed_is_due_as_it_always_was() -> None:
    schedule = even_schedule(D("100.00"), 2, DUE[0])
    held = [HeldItem(1, D("100.00"), D("130.00"), date(2025, 10, 31))]

    found = standing(schedule, held, on=DUE[0], grace_days=7)

    assert found.due_of == {1: date(2025, 10, 31)}
    assert found.paid == D("0.00")
