"""A payment while the run issues, and a chunk delivered twice. Each with its control."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from qingyuan.domains.billing import operations as billing
from qingyuan.domains.billing.models import Bill, RunChunk
from qingyuan.domains.billing.operations import bulk_issue, issue
from qingyuan.domains.billing.rules.states import ChunkState
from qingyuan.domains.customers import operations as customers
from qingyuan.domains.customers.models import AccountHolder
from qingyuan.domains.ledger.models import AccountBalance
from qingyuan.domains.ledger.operations import desk, writing
from qingyuan.domains.readings.operations import billing_marks
from qingyuan.workflows import run_billing
from tests.databases import InThread
from tests.factories.billing import (
    account_of,
    bill_month,
    calculated_run,
    make_billable_points,
    make_priced_town,
    read_month,
)
from tests.factories.book_checks import assert_books_hold
from tests.factories.ledger import Company, Payer
from tests.factories.payments_into_ledger import Paid
from tests.factories.platform import SYSTEM
from tests.races.meeting import PATIENT, meet, outcomes

pytestmark = pytest.mark.race
JANUARY, FEBRUARY = date(2025, 1, 20), date(2025, 2, 20)
D = Decimal


class Story:
    """An account that owes January's 138.00, has 100.00 ahead, and whose February bill of 69.00, due earlier, is about to be
    issued. With 40.00 more the prepayment clears January instead.
    """

    def __init__(self) -> None:
        priced = make_priced_town()
        (point,) = make_billable_points(priced, 1)
        bill_month(priced, JANUARY, {point: "140"})
        self.account_id = account_of(point)
        customer_id = AccountHolder.objects.get(account_id=self.account_id).customer_id
        self.payer = Payer(self.account_id, customer_id, priced.unit_id)
        self.company = Company(priced.town.utility, "01")
        Paid(self.company, self.payer, "100.00", on=JANUARY)
        run = calculated_run(priced, read_month(priced, FEBRUARY, {point: "160"}), FEBRUARY)
        billing.check_run(actor=SYSTEM, run_id=run.pk, on=FEBRUARY)
        run_billing.issue(actor=SYSTEM, run_id=run.pk, posting_date=FEBRUARY, due_date=date(2025, 2, 1))
        self.run_id = run.pk

    def issue(self) -> int:
        """The run's only chunk."""
        return billing.issue_chunk(actor=SYSTEM, run_id=self.run_id, chunk_no=1)

    def pay(self) -> Any:
        """40.00 at the counter."""
        return Paid(self.company, self.payer, "40.00", on=FEBRUARY)

    def balance(self) -> tuple[Decimal, Decimal]:
        found = AccountBalance.objects.get(account_id=self.account_id)
        return found.owed, found.prepaid


@pytest.fixture
def story(committed_db: str) -> Story:
    return Story()


def test_payment_waits_for_the_chunk_and_money_is_counted_once(story: Story) -> None:
    with transaction.atomic():
        story.issue()
        paying = InThread(story.pay)
        waited = paying.is_blocked()
    paying.wait()

    assert waited
    assert story.balance() == (D("138.00"), D("71.00"))  # 100 − 69 + 40
    assert_books_hold()


def test_payment_and_chunk_at_once_share_the_prepayment(story: Story, monkeypatch: pytest.MonkeyPatch) -> None:
    meet(monkeypatch, writing, "hold_prepayments")

    done = outcomes(story.pay, story.issue)

    assert [found for found in done if isinstance(found, Exception)] == []
    owed, prepaid = story.balance()
    assert owed - prepaid == D("67.00")  # 138 + 69 − 100 − 40, whichever came first
    assert_books_hold()


def test_money_that_comes_in_while_a_chunk_is_issued_stays_prepayment(
    committed_db: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The second account owes January and pays 20.00 ahead when the chunk has taken its locks, the first one's money with
    them: what the chunk does not hold it must not ask for, since others may hold it in another order.
    """
    priced = make_priced_town()
    one, two = make_billable_points(priced, 2)
    bill_month(priced, JANUARY, {one: "140", two: "140"})
    company = Company(priced.town.utility, "01")
    first, second = (
        Payer(account_of(point), AccountHolder.objects.get(account_id=account_of(point)).customer_id, priced.unit_id)
        for point in (one, two)
    )
    Paid(company, first, "300.00", on=JANUARY)
    run = calculated_run(priced, read_month(priced, FEBRUARY, {one: "160", two: "160"}), FEBRUARY)
    billing.check_run(actor=SYSTEM, run_id=run.pk, on=FEBRUARY)
    run_billing.issue(actor=SYSTEM, run_id=run.pk, posting_date=FEBRUARY)
    insert_bills = bulk_issue.insert_bills

    def paid_meanwhile(*args: Any) -> Any:
        InThread(lambda: Paid(company, second, "20.00", on=FEBRUARY)).wait()
        return insert_bills(*args)

    monkeypatch.setattr(issue, "insert_bills", paid_meanwhile)
    assert billing.issue_chunk(actor=SYSTEM, run_id=run.pk, chunk_no=1) == 2

    balances = {row.account_id: (row.owed, row.prepaid) for row in AccountBalance.objects.all()}
    assert balances == {first.account_id: (D("0.00"), D("93.00")), second.account_id: (D("207.00"), D("20.00"))}
    assert_books_hold()


def test_control_without_the_locks_the_prepayment_is_spent_twice(story: Story, monkeypatch: pytest.MonkeyPatch) -> None:
    meet(monkeypatch, desk.Desk, "put_prepayments", seconds=PATIENT)
    meet(monkeypatch, writing, "hold_prepayments", seconds=PATIENT)
    monkeypatch.setattr(writing, "hold", lambda *_args, **_given: None)

    done = outcomes(story.pay, story.issue)

    lost = [found for found in done if isinstance(found, IntegrityError)]
    assert len(lost) == 1
    assert "prepayment_not_negative" in str(lost[0])


def test_chunk_delivered_twice_is_issued_once(story: Story) -> None:
    with transaction.atomic():
        assert story.issue()
        again = InThread(story.issue)
        waited = again.is_blocked()

    assert waited
    assert again.wait() == 0
    assert Bill.objects.count() == 2
    assert_books_hold()


def test_control_without_the_chunk_lock_the_second_delivery_hits_the_last_wall(
    story: Story, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With the locks of chunk, group, account, reading and money off, the unique live bill of a point is what is left."""

    def unlocked(run_id: int, chunk_no: int | None, state: ChunkState) -> RunChunk | None:
        return RunChunk.objects.filter(run_id=run_id, chunk_no=chunk_no or 1, state=state).first()

    monkeypatch.setattr(issue, "hold_money", lambda **_given: desk.Desk((), ()))
    monkeypatch.setattr(issue, "claimed", unlocked)
    for name in ("hold", "lock_items"):
        monkeypatch.setattr(issue, name, lambda *_args, **_given: None)
    monkeypatch.setattr(customers, "lock_accounts", lambda *_args, **_given: None)
    monkeypatch.setattr(billing_marks, "_move", lambda *_args: None)
    with transaction.atomic():
        assert story.issue()
        again = InThread(story.issue)
        again.is_blocked()

    with pytest.raises(IntegrityError):
        again.wait()
