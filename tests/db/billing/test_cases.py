"""What stands against a bill, true-ups, late periods, carries of the calendar."""

from datetime import date
from decimal import Decimal

import pytest

from qingyuan.domains.billing import operations as billing
from qingyuan.domains.billing.models import Bill, RerateProposal, RunItem, TierEntry, TierGroupMember
from qingyuan.domains.billing.rules.states import RunPurpose
from qingyuan.domains.customers.models import Account, AccountHold
from qingyuan.domains.ledger import operations as ledger
from qingyuan.domains.ledger.models import Journal
from qingyuan.domains.ledger.queries.periods import PeriodClosed
from qingyuan.domains.meters.models import UsageShare
from qingyuan.domains.tariffs.models import PlanAssignment
from qingyuan.workflows import run_billing
from tests.factories.billing import (
    PricedTown,
    account_of,
    amounts,
    bill_month,
    calculated_run,
    issue_run,
    make_billable_points,
    make_priced_town,
    read_month,
    share_group,
)
from tests.factories.book_checks import assert_books_hold
from tests.factories.platform import SYSTEM
from tests.factories.readings import period_id, plan, read_and_approve

D = Decimal
JANUARY, FEBRUARY, MARCH = date(2025, 1, 20), date(2025, 2, 20), date(2025, 3, 20)


@pytest.fixture
def priced(db: None) -> PricedTown:
    return make_priced_town()


def hold_billing(account_id: int) -> None:
    company_id = Account.objects.get(pk=account_id).company_id
    AccountHold.objects.create(
        company_id=company_id, account_id=account_id, activity="BILLING", reason="DISPUTE", from_date=JANUARY
    )


def test_exceptions_do_not_stop_the_run(priced: PricedTown) -> None:
    good, held, suspended, groupless, classless = make_billable_points(priced, 5)
    period = read_month(priced, JANUARY, dict.fromkeys([good, held, suspended, groupless, classless], "140"))
    hold_billing(account_of(held))
    Account.objects.filter(pk=account_of(suspended)).update(state="SUSPENDED")
    TierGroupMember.objects.filter(account_id=account_of(groupless)).delete()
    UsageShare.objects.filter(point_id=classless).delete()

    run = issue_run(calculated_run(priced, period, JANUARY), JANUARY)

    found = RunItem.objects.filter(run=run, state="EXCEPTION")
    assert {row.point_id: (row.exception_code, row.exception_params) for row in found} == {
        held: ("billing.on_hold", {"reason": "DISPUTE"}),
        suspended: ("billing.account_not_active", {"state": "SUSPENDED"}),
        groupless: ("billing.no_tier_group", {}),
        classless: ("billing.no_usage_class", {}),
    }
    assert amounts(list(Bill.objects.filter(run=run))) == [D("138.00")]
    assert_books_hold()


def test_class_without_a_plan_is_an_exception(priced: PricedTown) -> None:
    (point,) = make_billable_points(priced, 1)
    PlanAssignment.objects.filter(usage_class_id=priced.classes["RESIDENTIAL"]).delete()
    period = read_month(priced, JANUARY, {point: "140"})

    run = calculated_run(priced, period, JANUARY, purpose=RunPurpose.REHEARSAL)

    assert run.totals["exceptions"] == {"billing.no_assignment": 1}


def test_quota_tariff_without_a_quota_is_refused_never_unlimited(db: None) -> None:
    priced = make_priced_town(tariffs=(QUOTA,))
    (point,) = make_billable_points(priced, 1)
    period = read_month(priced, JANUARY, {point: "140"})

    run = calculated_run(priced, period, JANUARY, purpose=RunPurpose.REHEARSAL)

    assert run.totals["exceptions"] == {"tariffs.quota_missing": 1}


def test_estimate_is_trued_up_by_a_correcting_bill_at_its_tier_position(priced: PricedTown) -> None:
    (point,) = make_billable_points(priced, 1)
    bill_month(priced, JANUARY, {point: "160"})
    plan(priced.town, FEBRUARY)
    read_and_approve(point, FEBRUARY, None, "02")
    estimated = issue_run(calculated_run(priced, period_id(priced.town, 202502), FEBRUARY), FEBRUARY)
    (estimate,) = Bill.objects.filter(run=estimated)
    assert estimate.kind == "ESTIMATED"
    plan(priced.town, MARCH)
    read_and_approve(point, MARCH, "180")

    run = issue_run(calculated_run(priced, period_id(priced.town, 202503), MARCH), MARCH)

    correction, regular = Bill.objects.filter(run=run).order_by("run_position")
    assert (correction.kind, correction.corrects_bill_id) == ("REFUND", estimate.pk)
    assert (correction.tier_position, correction.tier_sequence) == (estimate.tier_position, estimate.tier_sequence)
    assert estimate.volume + correction.volume + regular.volume == D("20.000")
    assert sum(TierEntry.objects.values_list("volume", flat=True)) == D("80.000")
    total = sum(Bill.objects.values_list("amount", flat=True))
    assert total == D("80") * D("3.45")  # all in the first tier: 1.92 + 0.9 × 1.70
    assert_books_hold()


def test_run_takes_late_readings_of_the_period_before_in_their_place(priced: PricedTown) -> None:
    (point,) = make_billable_points(priced, 1)
    read_month(priced, JANUARY, {point: "300"})
    period = read_month(priced, FEBRUARY, {point: "360"})

    run = issue_run(calculated_run(priced, period, FEBRUARY, with_earlier=True), FEBRUARY)

    bills = list(Bill.objects.filter(run=run).order_by("run_position"))
    assert [(bill.yyyymm, bill.amount) for bill in bills] == [(202501, D("690.00")), (202502, D("262.20"))]
    assert_books_hold()


def test_late_bill_of_an_earlier_period_gives_a_proposal_for_the_later_one(priced: PricedTown) -> None:
    one, two = make_billable_points(priced, 2)
    share_group([account_of(one), account_of(two)], "G-1")
    plan(priced.town, JANUARY)
    read_and_approve(one, JANUARY, "200")
    hold_billing(account_of(two))
    read_and_approve(two, JANUARY, "300")
    january = period_id(priced.town, 202501)
    issue_run(calculated_run(priced, january, JANUARY), JANUARY)
    plan(priced.town, FEBRUARY)
    read_and_approve(one, FEBRUARY, "260")
    (later,) = Bill.objects.filter(
        run=issue_run(calculated_run(priced, period_id(priced.town, 202502), FEBRUARY), FEBRUARY)
    )
    AccountHold.objects.all().delete()

    issue_run(calculated_run(priced, january, MARCH), MARCH)

    proposal = RerateProposal.objects.get()
    assert (proposal.bill_id, proposal.cause, proposal.state) == (later.pk, "LATE_BILL", "OPEN")
    assert proposal.amount == D("142.80")  # used before 100, now 300: 60 × (4.30 − 1.92)
    assert_books_hold()


def test_late_bill_in_a_run_with_a_newer_one_gives_a_proposal_for_the_bill_between(priced: PricedTown) -> None:
    (point,) = make_billable_points(priced, 1)
    (january,) = bill_month(priced, JANUARY, {point: "250"})
    (between,) = bill_month(priced, FEBRUARY, {point: "350"})
    billing.cancel_bill(actor=SYSTEM, bill_id=january.pk, posting_date=MARCH, reason="错")
    assert RerateProposal.objects.filter(state="OPEN").count() == 1
    period = read_month(priced, MARCH, {point: "360"})

    issue_run(calculated_run(priced, period, MARCH, with_earlier=True), MARCH)

    proposal = RerateProposal.objects.get()
    assert (proposal.bill_id, proposal.state) == (between.pk, "DISMISSED")  # its room is again what it was


def test_run_calculated_before_the_close_and_issued_after_it_posts_in_the_new_period(priced: PricedTown) -> None:
    (point,) = make_billable_points(priced, 1)
    period = read_month(priced, JANUARY, {point: "140"})
    run = calculated_run(priced, period, JANUARY)
    ledger.close_period(actor=SYSTEM, company_id=priced.company_id, yyyymm=202501, on=date(2025, 2, 1))

    with pytest.raises(PeriodClosed):
        issue_run(run, JANUARY)
    run.refresh_from_db()
    run_billing.issue(actor=SYSTEM, run_id=run.pk, posting_date=date(2025, 2, 3))
    run_billing.work_here(run_id=run.pk)

    bill = Bill.objects.get()
    assert (bill.yyyymm, bill.posting_date) == (202501, date(2025, 2, 3))
    assert set(Journal.objects.values_list("period__yyyymm", flat=True)) == {202502}


def test_second_real_run_of_a_book_and_period_is_refused(priced: PricedTown) -> None:
    points = make_billable_points(priced, 2)
    period = read_month(priced, JANUARY, dict.fromkeys(points, "140"))
    run = calculated_run(priced, period, JANUARY)

    with pytest.raises(billing.BookTaken):
        calculated_run(priced, period, JANUARY)
    billing.discard_run(actor=SYSTEM, run_id=run.pk, on=JANUARY)

    assert calculated_run(priced, period, JANUARY).totals["bills"] == 2


def test_wrong_total_refuses_the_issue_and_nothing_is_posted(priced: PricedTown) -> None:
    (point,) = make_billable_points(priced, 1)
    period = read_month(priced, JANUARY, {point: "140"})
    run = calculated_run(priced, period, JANUARY)
    billing.check_run(actor=SYSTEM, run_id=run.pk, on=JANUARY)

    with pytest.raises(billing.TotalMismatch):
        billing.start_issue(actor=SYSTEM, run_id=run.pk, posting_date=JANUARY, expected_total=D("138.01"))

    run.refresh_from_db()
    assert run.state == "CHECKED"
    assert Bill.objects.count() == Journal.objects.count() == 0


QUOTA = """
format: qingyuan-tariff/1
code: quota
name: 演示定额
usage_class: RESIDENTIAL
effective: {from: '2013-08-01', to: null}
tiers: {limits: [{quota: '1'}, {quota: '1.5'}], cycle_months: 12, mode: cumulative}
charges:
  - {item: water, name: 自来水费, price: ['2.00', '3.00', '4.00']}
"""
