"""docs/rules/billing.md, other fees: every row of the worked table comes out as printed; a snapshot reads back as it was."""

from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from qingyuan.domains.billing.rules.fees import (
    Fee,
    FeeAmountRefused,
    FeePricing,
    amount_of,
    fee_text,
    fee_tree,
    parse_fee,
    rated_fee,
)
from qingyuan.domains.billing.rules.snapshot_reading import UnknownFormat
from qingyuan.domains.tariffs.rules.plan import Tax, Treatment

D = Decimal
_TEXT = (Path(__file__).parents[3] / "docs" / "rules" / "billing.md").read_text(encoding="utf-8")
_HEAD = "| pricing | price | quantity | entered | tax rate | amount | tax |"
FEE = Fee("A1", "JB", "校表费", "work", "只", D("3"), D("25.50"), D("76.50"), None, date(2025, 3, 10), "校验 “水表”")


def _table() -> list[list[str]]:
    lines = _TEXT[_TEXT.index(_HEAD) :].split("\n\n")[0].splitlines()[2:]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]


def _number(text: str) -> Decimal | None:
    return D(text) if text else None


@pytest.mark.parametrize("row", _table(), ids=" ".join)
def test_worked_row(row: list[str]) -> None:
    pricing, price, quantity, entered, rate, amount, tax = row
    given = (FeePricing(pricing), _number(price), _number(quantity), _number(entered))

    if amount == "refused":
        with pytest.raises(FeeAmountRefused):
            amount_of(*given)
        return
    times, each, total = amount_of(*given)
    treatment = Tax(Treatment.TAXED, D(rate)) if rate else None
    rated = rated_fee(replace(FEE, quantity=times, price=each, amount=total, tax=treatment))

    assert (str(total), str(rated.total), str(rated.tax)) == (amount, amount, tax)
    assert [line.net + line.tax for line in rated.lines] == [D(amount)]


def test_the_document_has_the_whole_table() -> None:
    assert len(_table()) == 9


@pytest.mark.parametrize("tax", [None, Tax(Treatment.TAXED, D("0.06")), Tax(Treatment.EXEMPT, None)])
def test_a_snapshot_reads_back_as_it_was(tax: Tax | None) -> None:
    fee = replace(FEE, tax=tax)

    assert parse_fee(fee_text(fee)) == fee
    assert parse_fee(fee_text(replace(fee, quantity=None, price=None))).quantity is None
    with pytest.raises(UnknownFormat):
        parse_fee(fee_text(fee), hash_format="qy-fee/2")


def test_leaves_of_the_explanation_sum_to_the_total() -> None:
    tree = fee_tree(replace(FEE, tax=Tax(Treatment.TAXED, D("0.06"))))

    assert sum(node.amount for node in tree.walk() if node.amount is not None and not node.children) == D("76.50")
