"""Payments, prepayment and automatic offset; voiding; money for another company's account."""

from datetime import date
from decimal import Decimal

import pytest

from qingyuan.domains.ledger import operations as ledger
from qingyuan.domains.ledger.models import AccountBalance, Clearing, Entry, Journal, OpenItem, Prepayment
from qingyuan.domains.ledger.rules.allocation import AllocationMode
from qingyuan.kernel.declarations import ParameterValue
from qingyuan.platform.parameters import operations as parameters
from tests.factories.book_checks import assert_books_hold
from tests.factories.ledger import OPENED, Company, Payer, make_company, make_payer, post, receivable
from tests.factories.payments_into_ledger import Paid
from tests.factories.platform import SYSTEM

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def company(module_db: str) -> Company:
    return make_company()


@pytest.fixture
def payer(company: Company, db: None) -> Payer:
    return make_payer(company)


def _state(payer: Payer) -> tuple[Decimal, Decimal]:
    balance = AccountBalance.objects.get(pk=payer.account_id)
    return balance.owed, balance.prepaid


def _set(code: str, value: ParameterValue, company: Company) -> None:
    parameters.set_value(actor=SYSTEM, code=code, unit_id=company.id, from_date=OPENED, value=value, reason="试点")


def test_payment_clears_whole_bills_oldest_first_and_keeps_the_rest(company: Company, payer: Payer) -> None:
    post(
        company,
        receivable(company, payer, due=date(2025, 11, 10), WATER="60.00"),
        receivable(company, payer, due=date(2025, 10, 10), WATER="30.00", SEWAGE="20.00"),
    )

    paid = Paid(company, payer, "100.00")

    assert [one.amount for one in paid.answer.cleared] == [Decimal("50.00")]
    assert (paid.answer.to_prepayment, paid.answer.offset) == (Decimal("50.00"), ())
    assert _state(payer) == (Decimal("60.00"), Decimal("50.00"))
    assert_books_hold()


def test_payment_in_part_is_spread_over_the_charges(company: Company, payer: Payer) -> None:
    post(company, receivable(company, payer, WATER="50.00", SEWAGE="30.00", REFUSE="20.00"))

    paid = Paid(company, payer, "33.33", mode=AllocationMode.PARTLY)

    amounts = {row.charge_item_id: row.amount for row in Clearing.objects.all()}
    assert amounts == dict(company.parts(WATER="16.66", SEWAGE="10.00", REFUSE="6.67"))
    assert paid.answer.still_owed == Decimal("66.67")
    assert_books_hold()


def test_payment_in_part_fills_charges_in_order_when_the_parameter_says_so(company: Company, payer: Payer) -> None:
    _set("ledger.clearing_order", "fixed_order", company)
    post(company, receivable(company, payer, REFUSE="20.00", SEWAGE="30.00", WATER="50.00"))

    Paid(company, payer, "65.00", mode=AllocationMode.PARTLY)

    amounts = {row.charge_item_id: row.amount for row in Clearing.objects.all()}
    assert amounts == dict(company.parts(WATER="50.00", SEWAGE="15.00"))
    assert_books_hold()


def test_top_up_that_completes_a_bill_clears_it(company: Company, payer: Payer) -> None:
    post(company, receivable(company, payer, WATER="70.00"))
    Paid(company, payer, "30.00")

    paid = Paid(company, payer, "45.00")

    assert paid.answer.to_prepayment == Decimal("45.00")
    assert [one.amount for one in paid.answer.offset] == [Decimal("70.00")]
    assert paid.answer.balance == Decimal("5.00")
    assert _state(payer) == (Decimal("0.00"), Decimal("5.00"))
    assert_books_hold()


def test_top_up_clears_nothing_when_the_parameter_is_off(company: Company, payer: Payer) -> None:
    _set("ledger.offset_after_top_up", False, company)
    post(company, receivable(company, payer, WATER="70.00"))

    paid = Paid(company, payer, "80.00", chosen=())

    assert paid.answer.offset == ()
    assert _state(payer) == (Decimal("70.00"), Decimal("80.00"))
    assert_books_hold()


@pytest.mark.parametrize(
    ("mode", "owed", "prepaid"),
    [("whole_bills", "40.00", "30.00"), ("partly", "10.00", "0.00"), ("none", "90.00", "80.00")],
)
def test_posting_offsets_prepayment(company: Company, payer: Payer, mode: str, owed: str, prepaid: str) -> None:
    _set("ledger.auto_offset", mode, company)
    Paid(company, payer, "80.00")

    post(
        company,
        receivable(company, payer, due=date(2025, 11, 10), WATER="40.00"),
        receivable(company, payer, due=date(2025, 10, 10), WATER="30.00", SEWAGE="20.00"),
    )

    assert _state(payer) == (Decimal(owed), Decimal(prepaid))
    assert_books_hold()


def test_offset_pays_what_was_owed_before_first(company: Company, payer: Payer) -> None:
    _set("ledger.auto_offset", "partly", company)
    _set("ledger.offset_after_top_up", False, company)
    first = post(company, receivable(company, payer, due=date(2025, 9, 10), WATER="60.00"))
    Paid(company, payer, "80.00", chosen=())

    second = post(company, receivable(company, payer, WATER="50.00"))

    left = dict(OpenItem.objects.values_list("id", "outstanding"))
    assert left == {first.open_item_ids[0]: Decimal("0.00"), second.open_item_ids[0]: Decimal("30.00")}
    assert (second.offset_count, second.offset_amount) == (2, Decimal("80.00"))
    assert_books_hold()


def test_account_on_hold_keeps_its_prepayment(company: Company, payer: Payer) -> None:
    from qingyuan.domains.customers.models import AccountHold

    Paid(company, payer, "80.00")
    AccountHold.objects.create(
        company_id=company.id, account_id=payer.account_id, activity="PAYMENT", reason="DISPUTE", from_date=OPENED
    )

    posted = post(company, receivable(company, payer, WATER="40.00"))

    assert posted.offset_count == 0
    assert _state(payer) == (Decimal("40.00"), Decimal("80.00"))
    assert_books_hold()


def test_chosen_bill_that_is_paid_is_refused(company: Company, payer: Payer) -> None:
    posted = post(company, receivable(company, payer, WATER="70.00"))
    Paid(company, payer, "70.00")

    with pytest.raises(ledger.NotOwed):
        Paid(company, payer, "70.00", chosen=posted.open_item_ids)

    assert Prepayment.objects.count() == 0
    assert_books_hold()


def test_void_makes_the_bill_owed_again(company: Company, payer: Payer) -> None:
    post(company, receivable(company, payer, WATER="50.00", SEWAGE="20.00"))
    paid = Paid(company, payer, "100.00")

    journal_id = paid.undo()

    assert Journal.objects.get(pk=journal_id).reverses_id == paid.journal_id
    assert _state(payer) == (Decimal("70.00"), Decimal("0.00"))
    assert sum(row.amount for row in Entry.objects.filter(chart_account__role="CASH")) == 0
    assert_books_hold()


def test_void_of_used_prepayment_undoes_what_it_fed_newest_first(company: Company, payer: Payer) -> None:
    paid = Paid(company, payer, "100.00")
    older = post(company, receivable(company, payer, due=date(2025, 10, 1), WATER="30.00"))
    newer = post(company, receivable(company, payer, due=date(2025, 11, 1), WATER="50.00"))
    Paid(company, payer, "10.00")

    paid.undo()

    left = dict(OpenItem.objects.values_list("id", "outstanding"))
    assert left == {older.open_item_ids[0]: Decimal("30.00"), newer.open_item_ids[0]: Decimal("50.00")}
    assert _state(payer) == (Decimal("80.00"), Decimal("10.00"))
    assert_books_hold()


def test_void_leaves_older_offsets_when_the_newest_is_enough(company: Company, payer: Payer) -> None:
    Paid(company, payer, "30.00")
    older = post(company, receivable(company, payer, due=date(2025, 10, 1), WATER="30.00"))
    second = Paid(company, payer, "50.00")
    newer = post(company, receivable(company, payer, due=date(2025, 11, 1), WATER="50.00"))

    second.undo()

    left = dict(OpenItem.objects.values_list("id", "outstanding"))
    assert left == {older.open_item_ids[0]: Decimal("0.00"), newer.open_item_ids[0]: Decimal("50.00")}
    assert _state(payer) == (Decimal("50.00"), Decimal("0.00"))
    assert_books_hold()


def test_money_for_another_company_is_booked_in_both(company: Company, payer: Payer) -> None:
    other = make_company("02")
    post(company, receivable(company, payer, WATER="50.00"))

    paid = Paid(company, payer, "80.00", counter=other)

    booked = {
        (row.chart_account.company_id, row.chart_account.role): row.amount
        for row in Entry.objects.filter(journal__kind="PAYMENT").select_related("chart_account")
    }
    assert booked == {
        (other.id, "CASH"): Decimal("80.00"),
        (other.id, "INTERCOMPANY"): Decimal("-80.00"),
        (company.id, "INTERCOMPANY"): Decimal("80.00"),
        (company.id, "RECEIVABLE"): Decimal("-50.00"),
        (company.id, "PREPAYMENT"): Decimal("-30.00"),
    }
    assert_books_hold()

    paid.undo()

    assert _state(payer) == (Decimal("50.00"), Decimal("0.00"))
    assert not Entry.objects.filter(chart_account__role="INTERCOMPANY").exclude(amount__in=[-80, 80]).exists()
    assert sum(row.amount for row in Entry.objects.filter(chart_account__role="INTERCOMPANY")) == 0
    assert_books_hold()
