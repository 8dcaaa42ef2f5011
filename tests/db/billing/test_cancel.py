"""Cancelling, billing again, and what follows for later bills."""

from datetime import date
from decimal import Decimal

import pytest

from qingyuan.domains.billing import operations as billing
from qingyuan.domains.billing.models import Bill, BillLine, BillLive, RerateProposal, TierEntry
from qingyuan.domains.customers.models import AccountHolder
from qingyuan.domains.ledger.models import AccountBalance
from qingyuan.domains.readings import operations as readings
from tests.factories.billing import (
    PricedTown,
    account_of,
    amounts,
    bill_month,
    calculated_run,
    correct_usage,
    issue_run,
    make_billable_points,
    make_priced_town,
)
from tests.factories.book_checks import assert_books_hold
from tests.factories.ledger import Company, Payer
from tests.factories.payments_into_ledger import Paid
from tests.factories.platform import SYSTEM
from tests.factories.readings import period_id

D = Decimal


@pytest.fixture
def priced(db: None) -> PricedTown:
    return make_priced_town()


def day(month: int) -> date:
    return date(2025, month, 20)


def six_bills(priced: PricedTown, point: int) -> list[Bill]:
    """Six months of 60 m³ each from January on."""
    return [bill_month(priced, day(month), {point: str(100 + 60 * month)})[0] for month in range(1, 7)]


def test_six_bills_of_60_when_the_second_was_really_40(priced: PricedTown) -> None:
    (point,) = make_billable_points(priced, 1)
    bills = six_bills(priced, point)
    assert amounts(bills) == [D("207.00"), D("207.00"), D("207.00"), D("234.60"), D("289.80"), D("349.80")]
    correct_usage(bills[1].reading_item_id, "40.000")

    done = billing.rebill(actor=SYSTEM, bill_id=bills[1].pk, posting_date=day(7), reason="抄错")

    new = Bill.objects.get(pk=done.bill_id)
    assert new.amount == D("138.00")
    assert (new.tier_position, new.tier_sequence) == (bills[1].tier_position, bills[1].pk)
    assert (new.replaces_bill_id, new.posting_date, new.yyyymm) == (bills[1].pk, day(7), 202502)
    proposed = {row.bill_id: row.amount for row in RerateProposal.objects.all()}
    assert proposed == {
        bills[2].pk: D("0.00"),
        bills[3].pk: D("-27.60"),
        bills[4].pk: D("0.00"),
        bills[5].pk: D("-20.00"),
    }
    assert -bills[1].amount + new.amount + sum(proposed.values()) == D("-116.60")
    assert [row.state for row in RerateProposal.objects.order_by("id")] == ["DISMISSED", "OPEN", "DISMISSED", "OPEN"]
    assert_books_hold()


def test_applied_proposals_bring_the_year_to_what_it_should_have_been(priced: PricedTown) -> None:
    (point,) = make_billable_points(priced, 1)
    bills = six_bills(priced, point)
    correct_usage(bills[1].reading_item_id, "40.000")
    billing.rebill(actor=SYSTEM, bill_id=bills[1].pk, posting_date=day(7), reason="抄错")
    used = sum(TierEntry.objects.values_list("volume", flat=True))

    for proposal in RerateProposal.objects.filter(state="OPEN").order_by("id"):
        bill_id = billing.apply_proposal(actor=SYSTEM, proposal_id=proposal.pk, posting_date=day(7))
        made = Bill.objects.get(pk=bill_id)
        assert (made.amount, made.kind, made.corrects_bill_id) == (proposal.amount, "REFUND", proposal.bill_id)
        assert sum(BillLine.objects.filter(bill=made).values_list("amount", flat=True)) == proposal.amount

    assert sum(TierEntry.objects.values_list("volume", flat=True)) == used == D("340.000")
    live = set(BillLive.objects.values_list("bill_id", flat=True)) | set(
        Bill.objects.filter(corrects_bill_id__isnull=False).values_list("pk", flat=True)
    )
    water = D("220") * D("1.92") + D("80") * D("3.30") + D("40") * D("4.30")
    assert sum(Bill.objects.filter(pk__in=live).values_list("amount", flat=True)) == water + D("340") * D("1.53")
    assert_books_hold()


def test_same_bill_again_leaves_no_proposal(priced: PricedTown) -> None:
    (point,) = make_billable_points(priced, 1)
    bills = six_bills(priced, point)

    billing.cancel_bill(actor=SYSTEM, bill_id=bills[1].pk, posting_date=day(7), reason="试")
    proposed = RerateProposal.objects.filter(state="OPEN").count()
    again = bill_again(priced, bills[1])

    assert proposed == 3  # −60 m³: bills 4, 5 and 6 had been partly in higher tiers
    assert again.amount == D("207.00")
    assert again.tier_sequence == bills[1].pk
    assert RerateProposal.objects.filter(state="OPEN").count() == 0
    assert_books_hold()


def bill_again(priced: PricedTown, bill: Bill) -> Bill:
    """The cancelled bill's reading in an ordinary supplementary run."""
    run = issue_run(calculated_run(priced, period_id(priced.town, bill.yyyymm), day(7)), day(7))
    return Bill.objects.get(run=run)


def test_bill_paid_with_100_cancelled_and_billed_again_at_80_leaves_20_prepaid(db: None) -> None:
    priced = make_priced_town(tariffs=(TWO_YUAN,))
    (point,) = make_billable_points(priced, 1)
    (bill,) = bill_month(priced, day(1), {point: "150"})
    account_id = account_of(point)
    assert bill.amount == D("100.00")
    pay(priced, account_id, "100.00")
    correct_usage(bill.reading_item_id, "40.000")

    billing.rebill(actor=SYSTEM, bill_id=bill.pk, posting_date=day(2), reason="抄错")

    balance = AccountBalance.objects.get(account_id=account_id)
    assert (balance.owed, balance.prepaid) == (D("0.00"), D("20.00"))
    assert_books_hold()


def test_paid_bill_is_made_again_while_another_is_owed(db: None) -> None:
    priced = make_priced_town(tariffs=(TWO_YUAN,))
    (point,) = make_billable_points(priced, 1)
    (bill,) = bill_month(priced, day(1), {point: "150"})
    account_id = account_of(point)
    pay(priced, account_id, "100.00")
    bill_month(priced, day(2), {point: "175"})
    correct_usage(bill.reading_item_id, "20.000")

    billing.rebill(actor=SYSTEM, bill_id=bill.pk, posting_date=day(2), reason="抄错")

    balance = AccountBalance.objects.get(account_id=account_id)
    assert (balance.owed, balance.prepaid) == (D("0.00"), D("10.00"))  # 100 − 40 − 50
    assert_books_hold()


def test_correction_is_cancelled_with_those_that_stand_on_it(priced: PricedTown) -> None:
    (point,) = make_billable_points(priced, 1)
    (bill,) = bill_month(priced, day(1), {point: "140"})
    first, second = (corrected_to(priced, bill, volume) for volume in ("50.000", "45.000"))

    done = billing.cancel_bill(actor=SYSTEM, bill_id=first.pk, posting_date=day(2), reason="错")

    assert set(done.bill_ids) == {first.pk, second.pk}
    assert AccountBalance.objects.get(account_id=account_of(point)).owed == bill.amount
    again = corrected_to(priced, bill, "60.000")
    assert again.amount == D("69.00")  # 20 m³ more than the bill, at 1.92 + 0.9 × 1.70
    assert_books_hold()


def test_bill_is_proposed_again_when_the_correction_of_its_room_is_cancelled(priced: PricedTown) -> None:
    (point,) = make_billable_points(priced, 1)
    bills = six_bills(priced, point)
    correct_usage(bills[1].reading_item_id, "40.000")
    billing.rebill(actor=SYSTEM, bill_id=bills[1].pk, posting_date=day(7), reason="抄错")
    proposal = RerateProposal.objects.get(bill_id=bills[3].pk)
    made = billing.apply_proposal(actor=SYSTEM, proposal_id=proposal.pk, posting_date=day(7))

    billing.cancel_bill(actor=SYSTEM, bill_id=made, posting_date=day(7), reason="错")

    again = RerateProposal.objects.get(bill_id=bills[3].pk, state="OPEN")
    assert again.amount == proposal.amount == D("-27.60")


def corrected_to(priced: PricedTown, bill: Bill, volume: str) -> Bill:
    """The correcting bill that a corrected usage leads to."""
    assert bill.reading_item_id is not None
    readings.adjust_volume(
        actor=SYSTEM, reading_item_id=bill.reading_item_id, reason="抄错", on=day(2), volume=D(volume)
    )
    (proposal,) = billing.propose_for_changes(actor=SYSTEM, company_id=priced.company_id, on=day(2))
    return Bill.objects.get(pk=billing.apply_proposal(actor=SYSTEM, proposal_id=proposal, posting_date=day(2)))


def test_cancelled_twice_is_refused_and_changes_nothing(priced: PricedTown) -> None:
    (point,) = make_billable_points(priced, 1)
    (bill,) = bill_month(priced, day(1), {point: "140"})
    billing.cancel_bill(actor=SYSTEM, bill_id=bill.pk, posting_date=day(2), reason="错")
    entries = TierEntry.objects.count()

    with pytest.raises(billing.BillNotLive):
        billing.cancel_bill(actor=SYSTEM, bill_id=bill.pk, posting_date=day(2), reason="错")

    assert TierEntry.objects.count() == entries == 2
    assert_books_hold()


TWO_YUAN = """
format: qingyuan-tariff/1
code: two
name: 演示单一价
usage_class: RESIDENTIAL
effective: {from: '2013-08-01', to: null}
charges:
  - {item: water, name: 自来水费, price: '2.00'}
"""


def pay(priced: PricedTown, account_id: int, amount: str) -> None:
    """Money that clears the account's bills, straight at the ledger."""
    payer = Payer(account_id, AccountHolder.objects.get(account_id=account_id).customer_id, priced.unit_id)
    Paid(Company(priced.town.utility, "01"), payer, amount, on=day(1))
