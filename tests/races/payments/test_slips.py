"""Two cashiers take slips of one bill: different ones both hold, the same one once. With a control."""

from decimal import Decimal
from typing import Any

import pytest
from django.db.models import Sum

from qingyuan.domains.ledger.models import Clearing, OpenItem
from qingyuan.domains.ledger.operations import NotOwed, OwedOtherwise, payment_clearing, writing
from qingyuan.domains.payments import operations as payments
from qingyuan.domains.payments.models import Payment
from qingyuan.domains.payments.operations import CounterSale, SaleLine
from qingyuan.domains.payments.rules.states import TenderKind
from qingyuan.platform.parameters import operations as parameters
from tests.factories.book_checks import assert_books_hold
from tests.factories.ledger import OPENED, POSTED, Company, make_company, make_payer, post, receivable
from tests.factories.payments import open_till
from tests.factories.platform import SYSTEM
from tests.races.meeting import PATIENT, meet, outcomes

pytestmark = pytest.mark.race
D = Decimal


class Hall:
    """A bill of water 30.00, sewage 12.50 and two cashiers, where each charge item is a slip."""

    def __init__(self) -> None:
        self.company: Company = make_company()
        self.payer = make_payer(self.company)
        parameters.set_value(
            actor=SYSTEM, code="ledger.bill_slips", unit_id=self.company.id, from_date=OPENED, value="by_charge",
            reason="分单",
        )  # fmt: skip
        posted = post(self.company, receivable(self.company, self.payer, WATER="30.00", SEWAGE="12.50"))
        (self.bill,) = posted.open_item_ids
        self.tills = [open_till(self.company, login=f"c{number}") for number in range(2)]

    def pay(self, till: int, charge: str, amount: str) -> Any:
        line = SaleLine(self.payer.account_id, (self.bill,), D(amount), (self.company.charges[charge],))
        return payments.take_at_counter(
            actor=self.tills[till].cashier,
            sale=CounterSale((line,), D(amount), TenderKind.CASH),
            on=POSTED,
            idempotency_key=f"{till}",
        )

    def cleared(self, charge: str) -> Decimal:
        found = Clearing.objects.filter(charge_item_id=self.company.charges[charge]).aggregate(sum=Sum("amount"))
        return found["sum"] or D("0.00")


@pytest.fixture
def hall(committed_db: str) -> Hall:
    return Hall()


def _no_lock(*_args: object, **_kwargs: object) -> None:
    """The guard switched off."""


def test_different_slips_at_once_are_both_paid(hall: Hall, monkeypatch: pytest.MonkeyPatch) -> None:
    meet(monkeypatch, payment_clearing, "lay_out")

    taken = outcomes(lambda: hall.pay(0, "WATER", "30.00"), lambda: hall.pay(1, "SEWAGE", "12.50"))

    assert sorted(payment.received for payment in taken) == [D("12.50"), D("30.00")]
    assert OpenItem.objects.get().outstanding == D("0.00")
    assert_books_hold()


def test_the_same_slip_at_once_is_paid_once(hall: Hall, monkeypatch: pytest.MonkeyPatch) -> None:
    meet(monkeypatch, payment_clearing, "lay_out")

    taken = outcomes(lambda: hall.pay(0, "SEWAGE", "12.50"), lambda: hall.pay(1, "SEWAGE", "12.50"))

    assert len([error for error in taken if isinstance(error, NotOwed | OwedOtherwise)]) == 1
    assert Payment.objects.count() == 1
    assert (hall.cleared("SEWAGE"), OpenItem.objects.get().outstanding) == (D("12.50"), D("30.00"))
    assert_books_hold()


def test_control_without_the_lock_the_slip_is_paid_twice(hall: Hall, monkeypatch: pytest.MonkeyPatch) -> None:
    meet(monkeypatch, payment_clearing, "lay_out", seconds=PATIENT)
    monkeypatch.setattr(writing, "hold", _no_lock)

    outcomes(lambda: hall.pay(0, "SEWAGE", "12.50"), lambda: hall.pay(1, "SEWAGE", "12.50"))

    assert hall.cleared("SEWAGE") == D("25.00")  # of a part of 12.50: what `verify` would find
