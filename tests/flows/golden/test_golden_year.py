"""The golden household year, played through the operations, comes to the fen to what was worked out by hand."""

import re
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from qingyuan.domains.billing.models import Bill, BillLine, TierEntry
from qingyuan.domains.customers.models import Account
from qingyuan.domains.ledger import operations as ledger
from qingyuan.domains.ledger.models import AccountBalance
from qingyuan.domains.routes import operations as routes
from qingyuan.kernel.actor import system_actor
from qingyuan.platform.organisation import queries as units
from qingyuan.tools.demo import catalogue, company, golden, names

PAGE = Path(__file__).resolve().parents[3] / "docs" / "rules" / "golden-year.md"
ACTOR = system_actor("tests")
SINCE = date(2024, 1, 1)


@dataclass(frozen=True)
class Worked:
    """One row of the page: the period, what kind of bill, and its figures."""

    yyyymm: int
    is_true_up: bool
    volume: Decimal
    use: tuple[Decimal, ...]
    line_amounts: tuple[Decimal, ...]
    total: Decimal


def worked_by_hand() -> list[Worked]:
    """The rows of the page's table, in the order in which the bills are issued."""
    rows = []
    for line in PAGE.read_text(encoding="utf-8").splitlines():
        cells = [cell.strip().replace("−", "-") for cell in line.strip("|").split("|")]
        if len(cells) != 8 or not re.match(r"20\d\d-\d\d", cells[0]):
            continue
        rows.append(
            Worked(
                yyyymm=int(cells[0][:7].replace("-", "")),
                is_true_up="true-up" in cells[0],
                volume=Decimal(cells[3]),
                use=tuple(Decimal(part) for part in cells[5].split("→")),
                line_amounts=tuple(Decimal(amount) for amount in re.findall(r"= (-?\d+\.\d\d)", cells[6])),
                total=Decimal(cells[7]),
            )
        )
    return rows


@pytest.fixture(scope="module", autouse=True)
def year(module_db: str) -> None:
    company.found(on=SINCE)
    company_id = units.unit_by_code(company.CODE).id
    catalogue.make(actor=ACTOR, company_id=company_id, on=SINCE)
    routes.create_books(actor=ACTOR, rows=[catalogue.golden_book()], on=SINCE, strict=True)
    golden.open_household(actor=ACTOR, unit_code="D1", region_code=names.STREETS[0][0])
    for step in golden.STEPS:
        ledger.open_period(actor=ACTOR, company_id=company_id, yyyymm=step.month.number, on=step.month.first_date)
        golden.play_period(actor=ACTOR, company_id=company_id, month=step.month)


@pytest.mark.usefixtures("db")
def test_every_bill_of_the_year_is_the_one_worked_out_by_hand() -> None:
    worked = worked_by_hand()

    bills = list(Bill.objects.order_by("tier_position", "id"))

    assert len(worked) == 9
    assert [(bill.yyyymm, bill.volume, bill.amount) for bill in bills] == [
        (row.yyyymm, row.volume, row.total) for row in worked
    ]
    assert [bill.kind for bill in bills if bill.corrects_bill_id] == ["REFUND"]
    for bill, row in zip(bills, worked, strict=True):
        amounts = BillLine.objects.filter(bill_id=bill.pk).values_list("amount", flat=True)
        assert sorted(amounts) == sorted(row.line_amounts), row.yyyymm


@pytest.mark.usefixtures("db")
def test_tier_use_walks_through_the_year_as_worked_out_by_hand() -> None:
    worked = worked_by_hand()

    entries = list(TierEntry.objects.order_by("position", "id"))

    used: dict[date, Decimal] = {}
    walked = []
    for entry in entries:
        before = used.get(entry.cycle_start_date, Decimal(0))
        used[entry.cycle_start_date] = before + entry.volume
        walked.append((before, before + entry.volume))
    assert walked == [row.use for row in worked]
    assert used == {date(2025, 1, 1): Decimal("506.000"), date(2026, 1, 1): Decimal("130.000")}


@pytest.mark.usefixtures("db")
def test_the_credit_of_the_true_up_cleared_what_was_owed_and_nothing_is_negative() -> None:
    worked = worked_by_hand()

    account = Account.objects.get(account_no=golden.ACCOUNT_NO)
    balance = AccountBalance.objects.get(account=account)

    assert balance.owed - balance.prepaid == sum((row.total for row in worked), Decimal(0)) == Decimal("2547.64")
