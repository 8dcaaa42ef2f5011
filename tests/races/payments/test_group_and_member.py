"""Two cashiers, a payer group and one of its members: whoever comes second pays nothing twice. Each with its control."""

from decimal import Decimal
from typing import Any

import pytest
from django.db import IntegrityError

from qingyuan.domains.ledger.models import AccountBalance, Clearing
from qingyuan.domains.ledger.operations import NotOwed, payment_clearing, writing
from qingyuan.domains.payments import operations as payments
from qingyuan.domains.payments.models import Payment
from qingyuan.domains.payments.operations import CounterSale, GroupSale, SaleLine, taking
from qingyuan.domains.payments.rules.states import TenderKind
from tests.factories.book_checks import assert_books_hold
from tests.factories.ledger import POSTED, Company, Payer, make_company, make_payers, post, receivable
from tests.factories.payer_groups import payers_group
from tests.factories.payments import Till, open_till
from tests.races.meeting import PATIENT, meet, outcomes

pytestmark = pytest.mark.race
D = Decimal


class Hall:
    """A group of two accounts that owe 50.00 and 20.00, and two cashiers."""

    def __init__(self) -> None:
        self.company: Company = make_company()
        self.payers: list[Payer] = make_payers(self.company, 2)
        posted = post(
            self.company,
            receivable(self.company, self.payers[0], WATER="30.00", SEWAGE="20.00"),
            receivable(self.company, self.payers[1], WATER="20.00"),
        )
        payers_group(self.company, self.payers)
        self.tills: list[Till] = [open_till(self.company, login=f"c{number}") for number in range(2)]
        first, second = posted.open_item_ids
        self.lines = (
            SaleLine(self.payers[0].account_id, (first,), D("50.00")),
            SaleLine(self.payers[1].account_id, (second,), D("20.00")),
        )

    def pay_group(self, till: int, key: str) -> Any:
        sale = GroupSale("SCHOOLS", self.lines, D("70.00"), TenderKind.CASH)
        return payments.take_for_group(actor=self.tills[till].cashier, sale=sale, on=POSTED, idempotency_key=key)

    def pay_member(self, till: int, key: str) -> Any:
        sale = CounterSale(self.lines[1:], D("20.00"), TenderKind.CASH)
        return payments.take_at_counter(actor=self.tills[till].cashier, sale=sale, on=POSTED, idempotency_key=key)


@pytest.fixture
def hall(committed_db: str) -> Hall:
    return Hall()


def _no_lock(*_args: object, **_kwargs: object) -> None:
    """The guard switched off."""


def test_group_and_member_at_once_pay_the_bill_once(hall: Hall, monkeypatch: pytest.MonkeyPatch) -> None:
    meet(monkeypatch, payment_clearing, "lay_out")

    taken = outcomes(lambda: hall.pay_group(0, "a"), lambda: hall.pay_member(1, "b"))

    refused = [error for error in taken if isinstance(error, NotOwed)]
    assert len(refused) == 1
    received = Payment.objects.get().received
    assert received in (D("70.00"), D("20.00"))
    assert sum(row.amount for row in Clearing.objects.all()) == received
    assert sum(row.owed for row in AccountBalance.objects.all()) == D("70.00") - received
    assert sum(row.prepaid for row in AccountBalance.objects.all()) == D("0.00")
    assert_books_hold()


def test_control_without_the_lock_both_clear_the_members_bill(hall: Hall, monkeypatch: pytest.MonkeyPatch) -> None:
    meet(monkeypatch, payment_clearing, "lay_out", seconds=PATIENT)
    monkeypatch.setattr(writing, "hold", _no_lock)

    taken = outcomes(lambda: hall.pay_group(0, "a"), lambda: hall.pay_member(1, "b"))

    lost = [error for error in taken if isinstance(error, IntegrityError)]
    assert len(lost) == 1
    assert "open_item_outstanding" in str(lost[0])


def test_two_cashiers_and_one_group_pay_it_once(hall: Hall, monkeypatch: pytest.MonkeyPatch) -> None:
    meet(monkeypatch, payment_clearing, "lay_out")

    taken = outcomes(lambda: hall.pay_group(0, "a"), lambda: hall.pay_group(1, "b"))

    assert len([error for error in taken if isinstance(error, NotOwed)]) == 1
    assert Payment.objects.get().received == D("70.00")
    assert_books_hold()


def test_a_group_payment_sent_twice_at_once_is_taken_once(hall: Hall, monkeypatch: pytest.MonkeyPatch) -> None:
    meet(monkeypatch, taking, "_taken_before")

    taken = outcomes(lambda: hall.pay_group(0, "same"), lambda: hall.pay_group(0, "same"))

    assert taken[0].payment_id == taken[1].payment_id
    assert sorted(payment.repeated for payment in taken) == [False, True]
    assert Payment.objects.count() == 1
    assert_books_hold()


def test_control_without_the_queue_the_second_sending_is_not_told_the_first(
    hall: Hall, monkeypatch: pytest.MonkeyPatch
) -> None:
    meet(monkeypatch, taking, "_taken_before", seconds=PATIENT)
    monkeypatch.setattr(taking, "one_at_a_time", _no_lock)

    taken = outcomes(lambda: hall.pay_group(0, "same"), lambda: hall.pay_group(0, "same"))

    assert len([error for error in taken if isinstance(error, NotOwed)]) == 1
    assert Payment.objects.count() == 1
