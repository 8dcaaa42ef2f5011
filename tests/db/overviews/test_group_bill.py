"""The group bill is a statement over the bills: to the fen what they are, of whom was in the group, none that was cancelled."""

from datetime import date
from decimal import Decimal

import pytest
from django.db import connection
from django.db.models import Sum
from django.test.utils import CaptureQueriesContext

from qingyuan.domains.billing import operations as billing
from qingyuan.domains.billing.models import Bill, BillLine, RerateProposal
from qingyuan.domains.customers.models import Account, PayerGroup, PayerGroupMember
from qingyuan.domains.ledger.models import AccountBalance
from qingyuan.kernel.errors import NotFound
from qingyuan.kernel.period import Month
from qingyuan.overviews import group_bill as overview
from qingyuan.overviews.group_bill import GroupBill, GroupBillTooLarge, group_bill
from tests.db.billing.test_cancel import day, pay, six_bills
from tests.factories.billing import (
    PricedTown,
    account_of,
    bill_month,
    correct_usage,
    make_billable_points,
    make_priced_town,
)
from tests.factories.ledger import Company, make_company, make_payers, post, receivable
from tests.factories.payer_groups import make_payer_group
from tests.factories.platform import SYSTEM, make_person

D = Decimal
JANUARY = Month(2025, 1)
TODAY = date(2025, 7, 20)


@pytest.fixture
def priced(db: None) -> PricedTown:
    return make_priced_town()


def statement(month: Month | None = JANUARY, on: date = TODAY) -> GroupBill:
    return group_bill(SYSTEM, "SCHOOLS", month=month, on=on)


def assert_adds_up(found: GroupBill) -> None:
    """Rows, accounts, items and total tell the same money."""
    for row in found.rows:
        assert row.amount == sum(row.items.values()) == row.cleared + row.owed
    for name in ("amount", "cleared", "owed"):
        total = getattr(found.total, name)
        assert total == sum(getattr(row, name) for row in found.rows)
        assert total == sum(getattr(account, name) for account in found.accounts)
    for charge in found.items:
        assert found.total.items[charge.id] == sum(account.items.get(charge.id, D(0)) for account in found.accounts)
    assert sum(found.total.items.values()) == found.total.amount


def test_statement_of_a_period_is_the_sum_of_its_bills(priced: PricedTown) -> None:
    first, second, stranger = make_billable_points(priced, 3)
    make_payer_group(priced, [account_of(first), account_of(second)])
    bills = bill_month(priced, day(1), {first: "140", second: "277", stranger: "300"})
    pay(priced, account_of(first), "138.00")

    found = statement()

    own = [bill for bill in bills if bill.account_id != account_of(stranger)]
    assert [row.bill_no for row in found.rows] == [bill.bill_no for bill in own]
    assert found.total.amount == sum(bill.amount for bill in own)
    assert found.total.volume == D("217.000")
    assert (found.rows[0].cleared, found.rows[0].owed) == (D("138.00"), D("0.00"))
    assert found.total.owed == own[1].amount
    lines = BillLine.objects.filter(bill__in=own).values("charge_item").annotate(sum=Sum("amount"))
    assert dict(found.total.items) == {line["charge_item"]: line["sum"] for line in lines}
    assert [charge.name for charge in found.items] == ["water", "sewage"]
    assert_adds_up(found)


def test_all_that_is_owed_is_what_the_accounts_owe(priced: PricedTown) -> None:
    (point,) = make_billable_points(priced, 1)
    make_payer_group(priced, [account_of(point)])
    six_bills(priced, point)
    pay(priced, account_of(point), "414.00")

    found = statement(None)

    assert [row.yyyymm for row in found.rows] == [202503, 202504, 202505, 202506]
    assert found.total.owed == AccountBalance.objects.get(account_id=account_of(point)).owed == D("1081.20")
    assert_adds_up(found)


def test_who_was_in_the_group_when_the_bill_was_posted(priced: PricedTown) -> None:
    left, joined = make_billable_points(priced, 2)
    group = make_payer_group(priced, [account_of(left)])
    PayerGroupMember.objects.filter(account_id=account_of(left)).update(to_date=day(2))
    PayerGroupMember.objects.create(
        company_id=priced.company_id, group=group, account_id=account_of(joined), from_date=day(2)
    )
    for month in (1, 2):
        bill_month(priced, day(month), {left: str(100 + 40 * month), joined: str(100 + 40 * month)})

    def numbers(found: GroupBill) -> list[str]:
        return [account.account_no for account in found.accounts]

    no_of = dict(Account.objects.values_list("id", "account_no"))
    assert numbers(statement()) == [no_of[account_of(left)]]
    assert numbers(statement(Month(2025, 2))) == [no_of[account_of(joined)]]  # to_date is the first day outside
    assert numbers(statement(None)) == [no_of[account_of(joined)]]
    assert len(statement(None).rows) == 2  # what it owed before it joined is owed today
    assert numbers(statement(None, on=day(1))) == [no_of[account_of(left)]]


def test_cancelled_bill_is_left_out_and_its_successor_stands(priced: PricedTown) -> None:
    (point,) = make_billable_points(priced, 1)
    make_payer_group(priced, [account_of(point)])
    (bill,) = bill_month(priced, day(1), {point: "160"})
    correct_usage(bill.reading_item_id, "40.000")
    done = billing.rebill(actor=SYSTEM, bill_id=bill.pk, posting_date=day(7), reason="抄错")

    for month in (JANUARY, None):
        found = statement(month)
        assert [row.bill_no for row in found.rows] == [Bill.objects.get(pk=done.bill_id).bill_no]
        assert found.total.amount == D("138.00")
        assert_adds_up(found)


def test_correction_is_a_row_of_its_own(priced: PricedTown) -> None:
    (point,) = make_billable_points(priced, 1)
    make_payer_group(priced, [account_of(point)])
    bills = six_bills(priced, point)
    correct_usage(bills[1].reading_item_id, "40.000")
    billing.rebill(actor=SYSTEM, bill_id=bills[1].pk, posting_date=day(7), reason="抄错")
    proposal = RerateProposal.objects.get(state="OPEN", bill_id=bills[3].pk)
    billing.apply_proposal(actor=SYSTEM, proposal_id=proposal.pk, posting_date=day(7))

    found = statement(Month(2025, 4))

    assert [(row.amount, row.kind, row.corrects_no) for row in found.rows] == [
        (D("234.60"), "REGULAR", ""),
        (D("-27.60"), "REFUND", bills[3].bill_no),
    ]
    assert found.rows[1].owed == D("0.00")
    assert found.total.amount == D("207.00")
    assert_adds_up(found)
    assert statement(None).total.owed == AccountBalance.objects.get(account_id=account_of(point)).owed


def test_debt_without_a_bill_is_owed_too(db: None) -> None:
    company: Company = make_company()
    payer, other = make_payers(company, 2)
    _group_of(company, payer.account_id, payer.customer_id)
    post(company, receivable(company, payer, WATER="30.01", SEWAGE="10.10"), receivable(company, other, WATER="9.00"))

    found = statement(None, on=date(2025, 11, 20))

    assert [(row.kind, row.volume, row.amount) for row in found.rows] == [(None, None, D("40.11"))]
    assert_adds_up(found)


def _group_of(company: Company, account_id: int, customer_id: int) -> None:
    group = PayerGroup.objects.create(
        company_id=company.id, unit_id=company.utility.east_id, code="SCHOOLS", name="市教育局", payer_id=customer_id
    )
    PayerGroupMember.objects.create(
        company_id=company.id, group=group, account_id=account_id, from_date=date(2025, 9, 1)
    )


def test_group_out_of_reach_is_not_found(priced: PricedTown) -> None:
    (point,) = make_billable_points(priced, 1)
    make_payer_group(priced, [account_of(point)])
    neighbour = make_person(priced.unit_id, "billing.view")
    stranger = make_person(priced.town.utility.west_id, "billing.view")
    without = make_person(priced.unit_id, "customers.view")

    assert group_bill(neighbour, "SCHOOLS", month=JANUARY, on=day(1)).rows == ()
    for actor in (stranger, without):
        with pytest.raises(NotFound):
            group_bill(actor, "SCHOOLS", month=JANUARY, on=day(1))


def test_few_statements_whatever_the_number_of_bills(priced: PricedTown, monkeypatch: pytest.MonkeyPatch) -> None:
    (point,) = make_billable_points(priced, 1)
    make_payer_group(priced, [account_of(point)])
    six_bills(priced, point)

    with CaptureQueriesContext(connection) as asked:
        assert len(statement(None).rows) == 6

    assert len(asked) == 4
    monkeypatch.setattr(overview, "MOST", 5)
    with pytest.raises(GroupBillTooLarge):
        statement(None)
