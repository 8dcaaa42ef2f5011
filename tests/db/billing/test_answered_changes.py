"""A change of billed usage is answered once: by a correction, or by the bill that takes the corrected usage."""

from datetime import date
from decimal import Decimal

import pytest

from qingyuan.domains.billing import operations as billing
from qingyuan.domains.billing.models import Bill, RerateProposal
from qingyuan.domains.readings import operations as readings
from tests.factories.billing import (
    PricedTown,
    bill_month,
    calculated_run,
    issue_run,
    make_billable_points,
    make_priced_town,
    read_month,
)
from tests.factories.platform import SYSTEM
from tests.factories.readings import period_id, plan, read_and_approve, reading_item

JANUARY, FEBRUARY, MARCH, APRIL = (date(2025, month, 20) for month in range(1, 5))


@pytest.fixture
def priced(db: None) -> PricedTown:
    return make_priced_town()


def correct(bill: Bill, value: str) -> None:
    assert bill.reading_item_id is not None
    readings.correct_after_billing(
        actor=SYSTEM, reading_item_id=bill.reading_item_id, reason="抄错", on=FEBRUARY, values={1: Decimal(value)}
    )


def propose(priced: PricedTown) -> tuple[int, ...]:
    return billing.propose_for_changes(actor=SYSTEM, company_id=priced.company_id, on=FEBRUARY)


def test_bill_made_again_answers_the_change(priced: PricedTown) -> None:
    (point,) = make_billable_points(priced, 1)
    (bill,) = bill_month(priced, JANUARY, {point: "140"})
    correct(bill, "150")

    billing.rebill(actor=SYSTEM, bill_id=bill.pk, posting_date=FEBRUARY, reason="抄错")

    assert propose(priced) == ()


def test_bill_of_a_later_run_answers_the_change(priced: PricedTown) -> None:
    (point,) = make_billable_points(priced, 1)
    (bill,) = bill_month(priced, JANUARY, {point: "140"})
    correct(bill, "150")
    billing.cancel_bill(actor=SYSTEM, bill_id=bill.pk, posting_date=FEBRUARY, reason="抄错")

    issue_run(calculated_run(priced, period_id(priced.town, 202501), FEBRUARY), FEBRUARY)

    assert propose(priced) == ()


def test_one_correction_answers_all_changes_of_a_reading(priced: PricedTown) -> None:
    (point,) = make_billable_points(priced, 1)
    (bill,) = bill_month(priced, JANUARY, {point: "140"})
    correct(bill, "150")
    correct(bill, "160")
    (proposal,) = propose(priced)

    billing.apply_proposal(actor=SYSTEM, proposal_id=proposal, posting_date=FEBRUARY)

    assert propose(priced) == ()
    assert RerateProposal.objects.count() == 1


def test_correction_cancelled_with_its_bill_leaves_no_change_once_billed_again(priced: PricedTown) -> None:
    (point,) = make_billable_points(priced, 1)
    (bill,) = bill_month(priced, JANUARY, {point: "140"})
    correct(bill, "150")
    (proposal,) = propose(priced)
    billing.apply_proposal(actor=SYSTEM, proposal_id=proposal, posting_date=FEBRUARY)

    billing.rebill(actor=SYSTEM, bill_id=bill.pk, posting_date=FEBRUARY, reason="重开")

    assert propose(priced) == ()


def test_estimate_settled_twice_before_the_bill_is_corrected_by_one_bill(priced: PricedTown) -> None:
    (point,) = make_billable_points(priced, 1)
    bill_month(priced, JANUARY, {point: "160"})
    plan(priced.town, FEBRUARY)
    read_and_approve(point, FEBRUARY, None, "02")
    issue_run(calculated_run(priced, period_id(priced.town, 202502), FEBRUARY), FEBRUARY)
    period = read_month(priced, MARCH, {point: "180"})
    readings.correct_after_billing(
        actor=SYSTEM, reading_item_id=reading_item(point, 202503).pk, reason="抄错", on=MARCH, values={1: Decimal(190)}
    )
    issue_run(calculated_run(priced, period, MARCH), MARCH)
    corrections = Bill.objects.filter(corrects_bill_id__isnull=False)
    assert corrections.count() == 1

    bill_month(priced, APRIL, {point: "200"})

    assert corrections.count() == 1
