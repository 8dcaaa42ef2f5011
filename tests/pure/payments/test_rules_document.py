"""docs/rules/ledger.md, sections 6 and 7: the till and amounts in capitals."""

from decimal import Decimal

import pytest

from qingyuan.domains.payments.rules.capitals import in_capitals
from qingyuan.domains.payments.rules.tally import cash_tally, counted_cash
from tests.factories.documents import table

PAGE = "docs/rules/ledger.md"


@pytest.mark.parametrize("row", table(PAGE, "float"), ids=lambda row: f"counted {row[3]}")
def test_over_and_short(row: list[str]) -> None:
    float_amount, cash_in, change_out, counted, expected, over_short = map(Decimal, row)

    tally = cash_tally(float_amount=float_amount, cash_in=cash_in, change_out=change_out, counted=counted)

    assert tally == (expected, counted, over_short)


@pytest.mark.parametrize("row", table(PAGE, "amount"), ids=lambda row: row[0])
def test_capitals(row: list[str]) -> None:
    assert in_capitals(Decimal(row[0])) == row[1]


@pytest.mark.parametrize("amount", ["-0.01", "0.001", "1000000000000.00"])
def test_capitals_of_what_is_no_amount(amount: str) -> None:
    with pytest.raises(ValueError, match="cannot be written"):
        in_capitals(Decimal(amount))


def test_count_per_face_value() -> None:
    assert counted_cash({Decimal("100"): 2, Decimal("0.5"): 3, Decimal("0.1"): 1}) == Decimal("201.60")
    assert counted_cash({}) == Decimal("0.00")
