"""Some charge items of the bills paid alone: what is chosen is cleared, the rest stays owed, nothing else is let in."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from qingyuan.domains.customers.models import Account
from qingyuan.domains.ledger.models import AccountBalance, Clearing
from qingyuan.domains.ledger.operations import NotOwed, OwedOtherwise
from qingyuan.domains.ledger.queries import owed_items
from qingyuan.domains.payments import operations as payments
from qingyuan.domains.payments.models import Payment
from qingyuan.domains.payments.operations import CounterSale, NotApart, SaleLine
from qingyuan.domains.payments.rules.states import TenderKind
from qingyuan.domains.payments.rules.taking import TakenPayment
from qingyuan.overviews.counter import card
from qingyuan.platform.parameters import operations as parameters
from tests.factories.book_checks import assert_books_hold
from tests.factories.ledger import OPENED, POSTED, Company, Payer, make_company, make_payer, post, receivable
from tests.factories.payments import Till, open_till
from tests.factories.platform import SYSTEM

pytestmark = pytest.mark.django_db
D = Decimal


@pytest.fixture(scope="module")
def company(module_db: str) -> Company:
    return make_company()


@pytest.fixture
def till(company: Company, db: None) -> Till:
    return open_till(company)


@pytest.fixture
def payer(company: Company, db: None) -> Payer:
    """Owes A: water 30.00, sewage 12.50, refuse 8.00; B: water 20.00."""
    payer = make_payer(company)
    post(
        company,
        receivable(company, payer, bill_id=1, due=date(2025, 9, 10), WATER="30.00", SEWAGE="12.50", REFUSE="8.00"),
        receivable(company, payer, bill_id=2, WATER="20.00"),
    )
    return payer


def slips_by(company: Company, mode: str) -> None:
    parameters.set_value(
        actor=SYSTEM, code="ledger.bill_slips", unit_id=company.id, from_date=OPENED, value=mode, reason="分单"
    )


def owed(payer: Payer) -> dict[str, dict[int, Decimal]]:
    return {found.label: dict(found.parts) for found in owed_items(account_ids=[payer.account_id])}


def pay(
    till: Till,
    payer: Payer,
    bills: tuple[int, ...],
    due: str,
    *slips: int,
    handed: str = "",
    key: str = "k",
    **more: object,
) -> TakenPayment:
    sale = CounterSale(
        (SaleLine(payer.account_id, bills, D(due), slips or None),),
        D(handed or due),
        TenderKind.CASH,
        **more,  # type: ignore[arg-type]
    )
    return payments.take_at_counter(actor=till.cashier, sale=sale, on=POSTED, idempotency_key=key)


def ids(payer: Payer) -> tuple[int, ...]:
    return tuple(found.id for found in owed_items(account_ids=[payer.account_id]))


def test_water_alone_is_paid_and_the_rest_stays_owed(company: Company, till: Till, payer: Payer) -> None:
    slips_by(company, "by_charge")
    water, sewage, refuse = (company.charges[code] for code in ("WATER", "SEWAGE", "REFUSE"))

    taken = pay(till, payer, ids(payer), "50.00", water, handed="60")

    assert (taken.received, taken.change) == (D("50.00"), D("10.00"))
    assert owed(payer) == {"B00000001": {sewage: D("12.50"), refuse: D("8.00")}}
    said: Any = taken.content
    (account,) = said["accounts"]
    assert [bill["parts"] for bill in account["bills"]] == [
        [{"charge": "WATER", "amount": "30.00"}],
        [{"charge": "WATER", "amount": "20.00"}],
    ]
    assert account["still_owed"] == "20.50"
    assert set(Clearing.objects.values_list("charge_item_id", flat=True)) == {water}
    assert_books_hold()


def test_the_other_slips_follow_one_by_one_and_the_bill_is_settled(company: Company, till: Till, payer: Payer) -> None:
    slips_by(company, "by_charge")
    first, second = ids(payer)
    water, sewage, refuse = (company.charges[code] for code in ("WATER", "SEWAGE", "REFUSE"))

    pay(till, payer, (first, second), "50.00", water, key="a")
    pay(till, payer, (first,), "8.00", refuse, key="b")
    pay(till, payer, (first,), "12.50", sewage, key="c")

    assert owed(payer) == {}
    assert AccountBalance.objects.get(pk=payer.account_id).owed == D("0.00")
    assert_books_hold()


def test_by_payee_the_companys_own_stand_together(company: Company, till: Till, payer: Payer) -> None:
    slips_by(company, "by_payee")

    shown = card(till.cashier, _number(payer), on=POSTED)

    assert [[charge.name for charge in slip.owing] for slip in shown.slips] == [["WATER"], ["SEWAGE"], ["REFUSE"]]
    assert shown.slips[0].charge_ids == (company.charges["WATER"], company.charges["RELIEF"])
    with pytest.raises(NotApart):  # a charge item inside a slip is no slip
        pay(till, payer, ids(payer), "50.00", company.charges["RELIEF"])
    assert not Payment.objects.exists()


def _number(payer: Payer) -> str:
    return Account.objects.get(pk=payer.account_id).account_no


@pytest.mark.parametrize("mode", ["combined", ""])
def test_where_bills_are_combined_nothing_is_paid_apart(company: Company, till: Till, payer: Payer, mode: str) -> None:
    if mode:
        slips_by(company, mode)
    assert card(till.cashier, _number(payer), on=POSTED).slips == ()

    with pytest.raises(NotApart):
        pay(till, payer, ids(payer), "12.50", company.charges["SEWAGE"])

    assert not Payment.objects.exists()
    assert AccountBalance.objects.get(pk=payer.account_id).owed == D("70.50")


def test_a_slip_that_owes_nothing_of_a_bill_is_refused(company: Company, till: Till, payer: Payer) -> None:
    slips_by(company, "by_charge")

    with pytest.raises(NotOwed) as refusal:
        pay(till, payer, ids(payer), "12.50", company.charges["SEWAGE"])  # the second bill has no sewage

    assert refusal.value.params["label"] == "B00000002"
    assert not Payment.objects.exists()


def test_a_due_that_is_not_that_of_the_slips_is_refused(company: Company, till: Till, payer: Payer) -> None:
    slips_by(company, "by_charge")

    with pytest.raises(OwedOtherwise) as refusal:
        pay(till, payer, ids(payer), "70.50", company.charges["WATER"])

    assert (refusal.value.params["due"], refusal.value.params["owed"]) == (D("70.50"), D("50.00"))
    assert not Payment.objects.exists()


def test_voiding_gives_the_charge_items_their_debt_back(company: Company, till: Till, payer: Payer) -> None:
    slips_by(company, "by_charge")
    before = owed(payer)
    taken = pay(till, payer, ids(payer), "50.00", company.charges["WATER"])

    payments.void_payment(actor=till.cashier, payment_id=taken.payment_id, reason="收错", on=POSTED)

    assert owed(payer) == before
    assert_books_hold()


def test_a_part_of_a_slip_where_bills_may_be_paid_in_part(company: Company, till: Till, payer: Payer) -> None:
    slips_by(company, "by_charge")
    parameters.set_value(
        actor=SYSTEM, code="payments.allocation", unit_id=company.id, from_date=OPENED, value="partly", reason="试点"
    )

    pay(till, payer, ids(payer), "50.00", company.charges["WATER"], handed="35")

    assert owed(payer)["B00000001"] == {company.charges["SEWAGE"]: D("12.50"), company.charges["REFUSE"]: D("8.00")}
    assert owed(payer)["B00000002"] == {company.charges["WATER"]: D("15.00")}
    assert_books_hold()


def test_the_rest_is_kept_and_the_balance_needs_whole_bills(company: Company, till: Till, payer: Payer) -> None:
    slips_by(company, "by_charge")

    pay(till, payer, ids(payer), "50.00", company.charges["WATER"], handed="60", keep_on=payer.account_id)

    found = AccountBalance.objects.get(pk=payer.account_id)
    assert (found.owed, found.prepaid) == (D("20.50"), D("10.00"))  # 10.00 are too little for the bill
    with pytest.raises(ValueError, match="whole bills"):
        pay(till, payer, ids(payer), "12.50", company.charges["SEWAGE"], key="b", use_balance=True)
    assert_books_hold()


def test_sent_twice_it_is_taken_once(company: Company, till: Till, payer: Payer) -> None:
    slips_by(company, "by_charge")
    bills = ids(payer)

    first, again = (pay(till, payer, bills, "50.00", company.charges["WATER"]) for _ in range(2))
    with pytest.raises(payments.TakenDifferently):
        pay(till, payer, bills[:1], "12.50", company.charges["SEWAGE"])

    assert again.payment_id == first.payment_id
    assert Payment.objects.count() == 1
