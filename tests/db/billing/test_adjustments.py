"""An adjusted volume (增减水量) in money: before billing, after billing, after payment; to the fen."""

from datetime import date
from decimal import Decimal

import pytest

from qingyuan.domains.billing import operations as billing
from qingyuan.domains.billing.models import Bill
from qingyuan.domains.billing.queries.explain import explain_bill
from qingyuan.domains.customers.models import AccountHolder
from qingyuan.domains.readings import operations as readings
from qingyuan.domains.readings.models import VolumeAdjustment
from qingyuan.overviews.verify.every import verify_all
from tests.factories.billing import (
    PricedTown,
    bill_month,
    calculated_run,
    issue_run,
    make_billable_points,
    make_priced_town,
    read_month,
)
from tests.factories.book_checks import assert_books_hold
from tests.factories.ledger import Company, Payer
from tests.factories.payments_into_ledger import Paid
from tests.factories.platform import SYSTEM, make_person
from tests.factories.readings import reading_item

pytestmark = pytest.mark.django_db
D = Decimal


def day(month: int) -> date:
    return date(2025, month, 15)


@pytest.fixture
def priced(db: None) -> PricedTown:
    return make_priced_town()


def let_off(priced: PricedTown, reading_item_id: int, volume: str) -> readings.AdjustmentResult:
    """Asked for by a clerk, approved by another person: over the limit."""
    clerk = make_person(priced.company_id, "readings.view", "readings.adjust")
    supervisor = make_person(priced.company_id, "readings.view", "readings.decide_adjustments")
    asked = readings.adjust_volume(
        actor=clerk, reading_item_id=reading_item_id, change=D(volume), reason="表后漏水", reason_code="LEAK", on=day(1)
    )
    assert asked.state == "REQUESTED"
    return readings.approve_adjustment(actor=supervisor, adjustment_id=asked.adjustment_id, version=1, on=day(1))


def pay(priced: PricedTown, bill: Bill) -> None:
    holder = AccountHolder.objects.get(account_id=bill.account_id).customer_id
    payer = Payer(bill.account_id, holder, priced.unit_id)
    Paid(Company(priced.town.utility, "01"), payer, str(bill.amount), on=day(1))


def assert_all_well() -> None:
    assert_books_hold()
    assert [(each.title, each.breaches) for each in verify_all() if each.breaches] == []


def test_before_billing_the_bill_is_made_of_what_is_left(priced: PricedTown) -> None:
    (point,) = make_billable_points(priced, 1)
    period = read_month(priced, day(1), {point: "200"})
    done = let_off(priced, reading_item(point, 202501).pk, "-40")
    assert done.change_ids == ()

    issue_run(calculated_run(priced, period, day(1)), day(1))

    bill = Bill.objects.get()
    assert (bill.volume, bill.amount) == (D("60.000"), D("207.00"))  # 60 × (1.92 + 0.9 × 1.70)
    told = [node for node in explain_bill(bill.pk).tree.walk() if node.code == "adjusted"]
    number = VolumeAdjustment.objects.get().adjustment_no
    assert [(node.value("adjustment"), node.value("reason")) for node in told] == [(number, "表后漏水")]
    assert_all_well()


@pytest.mark.parametrize("paid", [False, True])
def test_after_billing_the_difference_is_a_correction(priced: PricedTown, paid: bool) -> None:
    (point,) = make_billable_points(priced, 1)
    (bill,) = bill_month(priced, day(1), {point: "200"})
    assert bill.amount == D("345.00")  # 100 × 3.45
    if paid:
        pay(priced, bill)
    done = let_off(priced, bill.reading_item_id or 0, "-40")
    assert len(done.change_ids) == 1
    assert Bill.objects.count() == 1, "nothing is posted before the proposal is applied"

    (proposal,) = billing.propose_for_changes(actor=SYSTEM, company_id=priced.company_id, on=day(2))
    made = Bill.objects.get(pk=billing.apply_proposal(actor=SYSTEM, proposal_id=proposal, posting_date=day(2)))

    assert (made.kind, made.volume, made.amount) == ("REFUND", D("-40.000"), D("-138.00"))  # 40 × 3.45
    assert billing.propose_for_changes(actor=SYSTEM, company_id=priced.company_id, on=day(2)) == ()
    assert_all_well()


def test_reversal_after_the_correction_charges_it_again(priced: PricedTown) -> None:
    (point,) = make_billable_points(priced, 1)
    (bill,) = bill_month(priced, day(1), {point: "200"})
    done = let_off(priced, bill.reading_item_id or 0, "-40")
    (first,) = billing.propose_for_changes(actor=SYSTEM, company_id=priced.company_id, on=day(2))
    billing.apply_proposal(actor=SYSTEM, proposal_id=first, posting_date=day(2))

    readings.reverse_adjustment(actor=SYSTEM, adjustment_id=done.adjustment_id, version=2, on=day(2), reason="查无漏水")
    (second,) = billing.propose_for_changes(actor=SYSTEM, company_id=priced.company_id, on=day(2))
    back = Bill.objects.get(pk=billing.apply_proposal(actor=SYSTEM, proposal_id=second, posting_date=day(2)))

    assert (back.kind, back.amount) == ("BACK_BILL", D("138.00"))
    assert sum(Bill.objects.values_list("amount", flat=True)) == D("345.00")
    assert_all_well()
