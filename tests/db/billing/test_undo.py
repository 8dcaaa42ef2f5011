"""Undoing an issued run (撤销签发): everything it wrote is taken back by rows of its own, and nothing that others built on it."""

from collections.abc import Callable
from datetime import date
from decimal import Decimal

import pytest
from django.db.models import Sum

from qingyuan.domains.billing import operations as billing
from qingyuan.domains.billing.models import Bill, BillingRun, BillLive, BillReversal, RunChunk, TierEntry
from qingyuan.domains.billing.operations.cancel import ReversalHeld
from qingyuan.domains.billing.operations.holding import ReasonMissing
from qingyuan.domains.billing.operations.issue import TotalMismatch
from qingyuan.domains.billing.operations.runs import RunNotInState
from qingyuan.domains.billing.operations.undo import RunFollowed, RunPaid
from qingyuan.domains.customers.models import AccountHold, AccountHolder
from qingyuan.domains.ledger.models import AccountBalance, OpenItem
from qingyuan.domains.readings.models import ReadingItem
from qingyuan.kernel.errors import DomainError, NotPermitted
from qingyuan.platform.audit.models import AuditEntry
from qingyuan.workflows import run_billing
from tests.factories.billing import (
    PricedTown,
    account_of,
    bill_month,
    calculated_run,
    issue_run,
    make_billable_points,
    make_priced_town,
    read_month,
    share_group,
)
from tests.factories.book_checks import assert_books_hold
from tests.factories.ledger import Company, Payer
from tests.factories.payments_into_ledger import Paid
from tests.factories.platform import SYSTEM, make_person
from tests.factories.readings import OPENED

D = Decimal
JANUARY, FEBRUARY = date(2025, 1, 20), date(2025, 2, 20)


@pytest.fixture
def priced(db: None) -> PricedTown:
    return make_priced_town()


def undo(run: BillingRun, *, on: date = FEBRUARY) -> BillingRun:
    run_billing.undo(actor=SYSTEM, run_id=run.pk, posting_date=on, reason="价格导错")
    run_billing.work_here(run_id=run.pk)
    run.refresh_from_db()
    return run


def pay(priced: PricedTown, point: int, amount: str) -> Paid:
    account_id = account_of(point)
    payer = Payer(account_id, AccountHolder.objects.get(account_id=account_id).customer_id, priced.unit_id)
    return Paid(Company(priced.town.utility, "01"), payer, amount, on=JANUARY)


def january(priced: PricedTown) -> tuple[list[int], BillingRun]:
    """Five points, two of them sharing a tier group, billed in chunks of two."""
    points = make_billable_points(priced, 5)
    share_group([account_of(points[3]), account_of(points[4])], "G-共")
    values = dict(zip(points, ("140", "400", "100", "350", "220"), strict=True))
    bills = bill_month(priced, JANUARY, values, chunk_size=2)
    return points, BillingRun.objects.get(pk=bills[0].run_id)


def balances() -> list[tuple[int, Decimal, Decimal]]:
    return list(AccountBalance.objects.order_by("account_id").values_list("account_id", "owed", "prepaid"))


def test_undone_run_leaves_the_books_as_before_and_can_be_billed_again(priced: PricedTown) -> None:
    points, run = january(priced)
    before = {bill.account_id: bill.amount for bill in Bill.objects.filter(run=run)}
    assert len(before) == 5

    undo(run)

    assert (run.state, run.totals["undone"]) == ("UNDONE", 5)
    assert set(RunChunk.objects.filter(run=run).values_list("state", flat=True)) == {"UNDONE"}
    assert BillReversal.objects.count() == 5
    assert set(BillReversal.objects.values_list("reason", "posting_date")) == {("价格导错", FEBRUARY)}
    assert not BillLive.objects.exists()
    assert TierEntry.objects.aggregate(volume=Sum("volume"))["volume"] == 0
    assert set(OpenItem.objects.values_list("outstanding", flat=True)) <= {D("0.00")}
    assert {(owed, prepaid) for _, owed, prepaid in balances()} == {(D("0.00"), D("0.00"))}
    assert set(ReadingItem.objects.filter(point_id__in=points).values_list("state", flat=True)) == {"APPROVED"}
    assert_books_hold()

    again = issue_run(calculated_run(priced, run.period_id or 0, FEBRUARY), FEBRUARY)
    assert {bill.account_id: bill.amount for bill in Bill.objects.filter(run=again)} == before
    assert again.result_hash == run.result_hash
    assert_books_hold()


def test_offsets_of_the_run_are_unwound_and_the_money_is_prepaid_again(priced: PricedTown) -> None:
    points = make_billable_points(priced, 2)
    bill_month(priced, JANUARY, dict.fromkeys(points, "110"))
    pay(priced, points[0], "534.50")  # 34.50 for January, 500.00 ahead
    before = balances()
    period = read_month(priced, FEBRUARY, dict.fromkeys(points, "150"))
    run = issue_run(calculated_run(priced, period, FEBRUARY), FEBRUARY)
    assert balances() != before

    undo(run)

    assert balances() == before
    assert_books_hold()


def test_money_that_comes_in_while_undoing_becomes_prepayment(priced: PricedTown) -> None:
    points, run = january(priced)
    run_billing.undo(actor=SYSTEM, run_id=run.pk, posting_date=FEBRUARY, reason="价格导错")
    bill = Bill.objects.get(run=run, account_id=account_of(points[0]))

    pay(priced, points[0], str(bill.amount))
    run_billing.work_here(run_id=run.pk)

    run.refresh_from_db()
    assert run.state == "UNDONE"
    assert (account_of(points[0]), D("0.00"), bill.amount) in balances()
    assert_books_hold()


def test_bill_cancelled_before_is_left_alone(priced: PricedTown) -> None:
    _points, run = january(priced)
    first = Bill.objects.filter(run=run).order_by("run_position")[0]
    billing.cancel_bill(actor=SYSTEM, bill_id=first.pk, posting_date=JANUARY, reason="单张冲正")

    undo(run)

    assert BillReversal.objects.get(bill_id=first.pk).reason == "单张冲正"
    assert BillReversal.objects.count() == 5
    assert_books_hold()


def test_chunk_delivered_twice_undoes_once(priced: PricedTown) -> None:
    _points, run = january(priced)
    run_billing.undo(actor=SYSTEM, run_id=run.pk, posting_date=FEBRUARY, reason="价格导错")

    done = [billing.undo_chunk(actor=SYSTEM, run_id=run.pk, chunk_no=1) for _ in range(2)]

    assert done[0] > 0
    assert done[1] == 0
    assert BillReversal.objects.count() == done[0]


def _paid(priced: PricedTown, points: list[int], run: BillingRun) -> None:
    pay(priced, points[0], str(Bill.objects.get(run=run, account_id=account_of(points[0])).amount))


def _later_bill(priced: PricedTown, points: list[int], run: BillingRun) -> None:
    bill_month(priced, FEBRUARY, {points[0]: "160"})


def _on_hold(priced: PricedTown, points: list[int], run: BillingRun) -> None:
    AccountHold.objects.create(
        company_id=priced.company_id,
        account_id=account_of(points[1]),
        activity="REVERSAL",
        from_date=OPENED,
        reason="诉讼中",
    )


@pytest.mark.parametrize(
    ("built_on", "refusal"), [(_paid, RunPaid), (_later_bill, RunFollowed), (_on_hold, ReversalHeld)]
)
def test_run_on_which_others_built_is_refused_whole(
    priced: PricedTown, built_on: Callable[[PricedTown, list[int], BillingRun], None], refusal: type[DomainError]
) -> None:
    points, run = january(priced)
    built_on(priced, points, run)
    before = balances()

    with pytest.raises(refusal):
        run_billing.undo(actor=SYSTEM, run_id=run.pk, posting_date=FEBRUARY, reason="价格导错")

    run.refresh_from_db()
    assert run.state == "ISSUED"
    assert balances() == before
    assert not BillReversal.objects.exists()


def test_voided_payment_stands_no_longer_against_it(priced: PricedTown) -> None:
    points, run = january(priced)
    paid = pay(priced, points[0], str(Bill.objects.get(run=run, account_id=account_of(points[0])).amount))
    paid.undo(on=JANUARY)

    assert undo(run).state == "UNDONE"
    assert_books_hold()


def test_who_may_and_what_is_typed(priced: PricedTown) -> None:
    _points, run = january(priced)
    clerk = make_person(priced.unit_id, "billing.run", "billing.issue", "billing.cancel")

    with pytest.raises(NotPermitted):
        billing.start_undo(actor=clerk, run_id=run.pk, posting_date=FEBRUARY, reason="价格导错")
    with pytest.raises(ReasonMissing):
        billing.start_undo(actor=SYSTEM, run_id=run.pk, posting_date=FEBRUARY, reason=" ")
    with pytest.raises(TotalMismatch):
        billing.start_undo(
            actor=SYSTEM, run_id=run.pk, posting_date=FEBRUARY, reason="价格导错", expected_total=D("1.00")
        )
    bill = Bill.objects.filter(run=run)[0]
    single = billing.rebill(actor=SYSTEM, bill_id=bill.pk, posting_date=FEBRUARY, reason="重开")
    with pytest.raises(RunNotInState):
        billing.start_undo(
            actor=SYSTEM, run_id=Bill.objects.get(pk=single.bill_id).run_id, posting_date=FEBRUARY, reason="撤销"
        )
    assert not AuditEntry.objects.filter(action="billing.undo_started").exists()
