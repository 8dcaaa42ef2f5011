"""Two cashiers and one account; a payment sent twice; receipts drawn by many at once. Each with its control."""

from decimal import Decimal
from importlib import import_module
from typing import Any

import pytest
from django.db import IntegrityError

from qingyuan.domains.ledger.models import AccountBalance, Clearing
from qingyuan.domains.ledger.operations import payment_clearing, writing
from qingyuan.domains.payments.models import Payment, Receipt
from qingyuan.domains.payments.operations import taking
from tests.factories.book_checks import assert_books_hold
from tests.factories.ledger import Company, Payer, make_company, make_payers, post, receivable
from tests.factories.payments import Till, open_till, take
from tests.races.meeting import PATIENT, meet, outcomes

pytestmark = pytest.mark.race


class Hall:
    """A company, a payer who owes 50.00, and two cashiers."""

    def __init__(self) -> None:
        self.company: Company = make_company()
        self.payer: Payer = make_payers(self.company, 1)[0]
        post(self.company, receivable(self.company, self.payer, WATER="30.00", SEWAGE="20.00"))
        self.tills: list[Till] = [open_till(self.company, login=f"c{number}") for number in range(2)]

    def pay(self, till: int, key: str) -> Any:
        return take(self.tills[till], {self.payer.account_id: "50.00"}, key=key)


@pytest.fixture
def hall(committed_db: str) -> Hall:
    return Hall()


def _no_lock(*_args: object, **_kwargs: object) -> None:
    """The guard switched off."""


def test_two_cashiers_clear_one_bill_once(hall: Hall, monkeypatch: pytest.MonkeyPatch) -> None:
    meet(monkeypatch, payment_clearing, "lay_out")

    taken = outcomes(lambda: hall.pay(0, "a"), lambda: hall.pay(1, "b"))

    assert [payment.received for payment in taken] == [Decimal("50.00")] * 2
    assert sum(row.amount for row in Clearing.objects.all()) == Decimal("50.00")
    balance = AccountBalance.objects.get()
    assert (balance.owed, balance.prepaid) == (Decimal("0.00"), Decimal("50.00"))
    assert_books_hold()


def test_control_without_the_lock_both_clear_the_bill(hall: Hall, monkeypatch: pytest.MonkeyPatch) -> None:
    meet(monkeypatch, payment_clearing, "lay_out", seconds=PATIENT)
    monkeypatch.setattr(writing, "hold", _no_lock)

    taken = outcomes(lambda: hall.pay(0, "a"), lambda: hall.pay(1, "b"))

    lost = [error for error in taken if isinstance(error, IntegrityError)]
    assert len(lost) == 1
    assert "open_item_outstanding" in str(lost[0])


def test_payment_sent_twice_at_once_is_taken_once(hall: Hall, monkeypatch: pytest.MonkeyPatch) -> None:
    meet(monkeypatch, taking, "_taken_before")

    taken = outcomes(lambda: hall.pay(0, "same"), lambda: hall.pay(0, "same"))

    assert taken[0].payment_id == taken[1].payment_id
    assert sorted(payment.repeated for payment in taken) == [False, True]
    assert Payment.objects.count() == 1
    assert_books_hold()


def test_control_without_the_queue_the_second_request_fails(hall: Hall, monkeypatch: pytest.MonkeyPatch) -> None:
    meet(monkeypatch, taking, "_taken_before", seconds=PATIENT)
    monkeypatch.setattr(taking, "one_at_a_time", _no_lock)

    taken = outcomes(lambda: hall.pay(0, "same"), lambda: hall.pay(0, "same"))

    lost = [error for error in taken if isinstance(error, IntegrityError)]
    assert len(lost) == 1
    assert "idempotency_key" in str(lost[0])


def test_receipts_have_no_gap_when_32_draw_at_once(committed_db: str) -> None:
    company = make_company()
    payers = make_payers(company, 32)
    posted = post(company, *(receivable(company, payer, WATER="30.00") for payer in payers))
    tills = [open_till(company, login=f"c{number}") for number in range(32)]
    wrong_bill = posted.open_item_ids[0]

    def pay(number: int) -> Any:
        chosen = (wrong_bill,) if number % 8 == 7 else None  # every eighth request is refused
        return take(tills[number], {payers[number].account_id: "30.00"}, chosen=chosen)

    taken = outcomes(*(lambda number=number: pay(number) for number in range(32)))

    refused = [error for error in taken if isinstance(error, Exception)]
    assert len(refused) == 4
    assert sorted(Receipt.objects.values_list("number", flat=True)) == list(range(1, 29))
    assert_books_hold()


def test_control_without_the_series_lock_two_payments_get_one_number(
    hall: Hall, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = make_payers(hall.company, 1, first=2)[0]
    take(hall.tills[0], {other.account_id: "10.00"}, key="first")  # the series is there: making it would queue the two
    draw = import_module("qingyuan.platform.numbering.operations.draw")  # the package's own `draw` is the function
    meet(monkeypatch, draw, "written", seconds=PATIENT)
    monkeypatch.setattr(draw, "hold", _no_lock)

    taken = outcomes(lambda: hall.pay(0, "a"), lambda: take(hall.tills[1], {other.account_id: "20.00"}, key="b"))

    lost = [error for error in taken if isinstance(error, IntegrityError)]
    assert len(lost) == 1
    assert "payment_no" in str(lost[0])
