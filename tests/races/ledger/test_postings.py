"""A payment while the run posts offsets; a period closed under a posting. Each with its control."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from qingyuan.domains.ledger import operations as ledger
from qingyuan.domains.ledger.models import AccountBalance, Journal
from qingyuan.domains.ledger.operations import desk, periods, writing
from qingyuan.domains.ledger.queries import PeriodClosed
from tests.databases import InThread
from tests.factories.book_checks import assert_books_hold
from tests.factories.ledger import POSTED, Company, Payer, make_company, make_payer, post, receivable
from tests.factories.payments_into_ledger import Paid
from tests.factories.platform import SYSTEM
from tests.races.meeting import PATIENT, meet, outcomes

pytestmark = pytest.mark.race


class Story:
    """A payer with 40.00 in prepayment and a bill of 70.00 due late; a run is about to post 40.00 due early."""

    def __init__(self) -> None:
        self.company: Company = make_company()
        self.payer: Payer = make_payer(self.company)
        post(self.company, receivable(self.company, self.payer, due=date(2025, 12, 1), WATER="70.00"))
        Paid(self.company, self.payer, "40.00")

    def top_up(self) -> Any:
        """With 30.00 more the prepayment covers the late bill."""
        return Paid(self.company, self.payer, "30.00")

    def run(self) -> Any:
        """The run's bill is older by its due date and takes 40.00 of the prepayment."""
        row = receivable(self.company, self.payer, due=date(2025, 11, 1), WATER="40.00")
        return post(self.company, row, run_id=9)


@pytest.fixture
def story(committed_db: str) -> Story:
    return Story()


def _no_lock(*_args: object, **_kwargs: object) -> None:
    """The guard switched off."""


def test_payment_and_run_share_one_prepayment(story: Story, monkeypatch: pytest.MonkeyPatch) -> None:
    meet(monkeypatch, writing, "hold_prepayments")

    done = outcomes(story.top_up, story.run)

    assert [found for found in done if isinstance(found, Exception)] == []
    balance = AccountBalance.objects.get()
    assert balance.owed - balance.prepaid == Decimal("40.00")
    assert_books_hold()


def test_control_without_the_lock_the_prepayment_is_spent_twice(story: Story, monkeypatch: pytest.MonkeyPatch) -> None:
    meet(monkeypatch, desk.Desk, "put_prepayments", seconds=PATIENT)
    meet(monkeypatch, writing, "hold_prepayments", seconds=PATIENT)
    monkeypatch.setattr(writing, "hold", _no_lock)

    done = outcomes(story.top_up, story.run)

    lost = [error for error in done if isinstance(error, IntegrityError)]
    assert len(lost) == 1
    assert "prepayment_not_negative" in str(lost[0])


def test_period_is_closed_after_the_posting_under_way(story: Story) -> None:
    with transaction.atomic():
        post(story.company, receivable(story.company, story.payer, WATER="5.00"), on=date(2025, 9, 30))
        closing = InThread(
            lambda: ledger.close_period(actor=SYSTEM, company_id=story.company.id, yyyymm=202509, on=POSTED)
        )
        assert closing.is_blocked()

    closing.wait()
    with pytest.raises(PeriodClosed):
        post(story.company, receivable(story.company, story.payer, WATER="5.00"), on=date(2025, 9, 30))
    assert_books_hold()


def test_control_without_the_period_lock_a_posting_lands_in_a_closed_period(
    story: Story, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(periods, "hold", _no_lock)
    with transaction.atomic():
        post(story.company, receivable(story.company, story.payer, WATER="5.00"), on=date(2025, 9, 30))
        closing = InThread(
            lambda: ledger.close_period(actor=SYSTEM, company_id=story.company.id, yyyymm=202509, on=POSTED)
        )
        closing.wait()

    assert Journal.objects.filter(period__yyyymm=202509, period__state="CLOSED").exists()
