"""docs/rules/billing.md, recurring fees: every row of the worked table comes out as printed; periods follow one another."""

from dataclasses import replace
from datetime import date
from decimal import Decimal
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qingyuan.domains.billing.rules.fees import fee_text, fee_tree, parse_fee
from qingyuan.domains.billing.rules.standing import MOST_MONTHS, Rhythm, next_period, period_of
from qingyuan.kernel.period import Month
from tests.pure.billing.test_fees import FEE

_TEXT = (Path(__file__).parents[3] / "docs" / "rules" / "billing.md").read_text(encoding="utf-8")
_HEAD = "| first month | every | last month | month | period charged |"
JANUARY = Month(2026, 1)


def _table() -> list[list[str]]:
    lines = _TEXT[_TEXT.index(_HEAD) :].split("\n\n")[0].splitlines()[2:]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]


def _month(text: str) -> Month:
    return Month.from_number(int(text.replace("-", "")))


@pytest.mark.parametrize("row", _table(), ids=" ".join)
def test_worked_row(row: list[str]) -> None:
    first, every, last, month, printed = row
    rhythm = Rhythm(_month(first), int(every), _month(last) if last else None)

    found = period_of(rhythm, _month(month))

    assert ("none" if found is None else f"{found[0]} … {found[1]}") == printed


def test_the_document_has_the_whole_table() -> None:
    assert len(_table()) == 8


@given(st.integers(1, MOST_MONTHS), st.integers(0, 200), st.none() | st.integers(0, 200))
def test_periods_lie_end_to_end_and_the_next_one_is_the_one_that_begins(
    every: int, ahead: int, length: int | None
) -> None:
    until = None if length is None else JANUARY.plus(length)
    rhythm = Rhythm(JANUARY, every, until)
    charged = [found for k in range(ahead + 1) if (found := period_of(rhythm, JANUARY.plus(k))) is not None]

    assert charged[0][0] == JANUARY
    for earlier, later in pairwise(charged):
        assert later[0] == earlier[1].plus(1)
    month = JANUARY.plus(ahead)
    expected = next(
        (JANUARY.plus(k) for k in range(ahead, ahead + MOST_MONTHS + 1) if period_of(rhythm, JANUARY.plus(k))), None
    )
    assert next_period(rhythm, month) == expected


def test_before_the_first_month_the_first_is_next() -> None:
    assert next_period(Rhythm(JANUARY, 12), Month(2025, 3)) == JANUARY


def test_the_period_stands_in_snapshot_and_explanation_and_in_no_other_fee() -> None:
    fee = replace(FEE, period=(JANUARY, Month(2026, 3)), day=date(2026, 1, 5))

    assert parse_fee(fee_text(fee)) == fee
    assert '"period":[202601,202603]' in fee_text(fee)
    assert "period" not in fee_text(FEE)
    told = [node.text(lambda text: text) for node in fee_tree(fee).walk()]
    assert "Recurring fee for 2026-01 to 2026-03, charged once for the period" in told
    assert sum(n.amount for n in fee_tree(fee).walk() if n.amount is not None and not n.children) == Decimal("76.50")
