"""Cancelling posted bills and credit notes."""

from datetime import date
from decimal import Decimal

import pytest

from qingyuan.domains.ledger import operations as ledger
from qingyuan.domains.ledger.models import (
    AccountBalance,
    Clearing,
    CreditNote,
    Entry,
    PrepaymentMovement,
)
from qingyuan.domains.ledger.rules.posting import NewCredit, NewReceivable, PostedReceivables, PostingSource
from qingyuan.kernel.errors import NotFound
from tests.factories.book_checks import assert_books_hold
from tests.factories.ledger import POSTED, Company, Payer, make_company, make_payer, post, receivable
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


def _reverse(company: Company, *bills: int, on: date = POSTED) -> dict[int, Decimal]:
    done = ledger.reverse_receivables(
        actor=SYSTEM, company_id=company.id, posting_date=on, bill_ids=bills, reason="读数有误"
    )
    assert set(done.journal_ids) == set(bills)
    return done.to_prepayment


def _credit(
    company: Company, payer: Payer, corrects: int | None, *, bill_id: int = 9001, **amounts: str
) -> PostedReceivables:
    parts = company.parts(**amounts)
    total = sum((amount for _, amount in parts), Decimal("0.00"))
    credit = NewCredit(
        bill_id, f"C{bill_id}", payer.unit_id, payer.account_id, payer.customer_id, corrects, total, parts
    )
    return ledger.post_receivables(
        actor=SYSTEM,
        company_id=company.id,
        posting_date=POSTED,
        source=PostingSource(2, 1),
        receivables=(),
        credits=[credit],
    )


def test_unpaid_bill_reversed_leaves_nothing_owed(company: Company, payer: Payer) -> None:
    row = receivable(company, payer, WATER="30.00", SEWAGE="10.00", RELIEF="-12.00")
    post(company, row)

    returned = _reverse(company, row.bill_id)

    assert returned == {}
    assert _state(payer) == (Decimal("0.00"), Decimal("0.00"))
    assert set(Clearing.objects.values_list("source", flat=True)) == {"REVERSAL"}
    for role in ("REVENUE", "PAYABLE", "RELIEF_PAYER", "RECEIVABLE"):
        assert sum(entry.amount for entry in Entry.objects.filter(chart_account__role=role)) == 0
    assert_books_hold()


def test_paid_100_cancelled_and_rebilled_80_leaves_20_prepaid(company: Company, payer: Payer) -> None:
    row = receivable(company, payer, WATER="70.00", SEWAGE="30.00")
    post(company, row)
    Paid(company, payer, "100.00")

    returned = _reverse(company, row.bill_id)

    assert returned == {row.bill_id: Decimal("100.00")}
    assert _state(payer) == (Decimal("0.00"), Decimal("100.00"))

    post(company, receivable(company, payer, WATER="56.00", SEWAGE="24.00"))

    assert _state(payer) == (Decimal("0.00"), Decimal("20.00"))
    assert_books_hold()


def test_bill_fed_by_prepayment_gives_it_back(company: Company, payer: Payer) -> None:
    Paid(company, payer, "100.00")
    row = receivable(company, payer, WATER="70.00")
    post(company, row)

    returned = _reverse(company, row.bill_id)

    assert returned == {row.bill_id: Decimal("70.00")}
    assert _state(payer) == (Decimal("0.00"), Decimal("100.00"))
    undone = PrepaymentMovement.objects.get(kind="OFFSET_UNDONE")
    assert undone.reverses is not None
    assert undone.reverses.kind == "OFFSET"
    assert_books_hold()


def test_void_after_the_bill_was_cancelled_takes_the_money_from_prepayment(company: Company, payer: Payer) -> None:
    row = receivable(company, payer, WATER="70.00")
    post(company, row)
    paid = Paid(company, payer, "70.00")
    _reverse(company, row.bill_id)
    post(company, receivable(company, payer, WATER="50.00"))

    paid.undo()

    assert _state(payer) == (Decimal("50.00"), Decimal("0.00"))
    assert_books_hold()


def test_bill_is_reversed_once(company: Company, payer: Payer) -> None:
    row = receivable(company, payer, WATER="70.00")
    post(company, row)
    _reverse(company, row.bill_id)
    before = Clearing.objects.count()

    with pytest.raises(ledger.AlreadyReversed):
        _reverse(company, row.bill_id)

    assert Clearing.objects.count() == before
    assert_books_hold()


def test_bill_that_was_never_posted_is_not_found(company: Company, payer: Payer) -> None:
    with pytest.raises(NotFound):
        _reverse(company, 123_456)


def test_bill_of_a_closed_period_is_reversed_in_the_open_one(company: Company, payer: Payer) -> None:
    row = receivable(company, payer, WATER="70.00")
    post(company, row, on=date(2025, 9, 20))
    ledger.close_period(actor=SYSTEM, company_id=company.id, yyyymm=202509, on=POSTED)

    _reverse(company, row.bill_id, on=date(2025, 10, 2))

    assert_books_hold()


def test_credit_clears_the_bill_it_corrects_like_with_like(company: Company, payer: Payer) -> None:
    older = receivable(company, payer, due=date(2025, 10, 1), WATER="20.00")
    row = receivable(company, payer, WATER="70.00", SEWAGE="30.00")
    post(company, older, row)

    _credit(company, payer, row.bill_id, WATER="10.00", SEWAGE="5.00")

    cleared = {row.charge_item_id: row.amount for row in Clearing.objects.all()}
    assert cleared == dict(company.parts(WATER="10.00", SEWAGE="5.00"))
    assert _state(payer) == (Decimal("105.00"), Decimal("0.00"))
    assert_books_hold()


def test_credit_of_a_paid_bill_clears_others_oldest_first_then_goes_to_prepayment(
    company: Company, payer: Payer
) -> None:
    row = receivable(company, payer, WATER="70.00", SEWAGE="30.00")
    post(company, row)
    Paid(company, payer, "100.00")
    post(company, receivable(company, payer, due=date(2025, 12, 1), WATER="8.00", REFUSE="4.00"))

    posted = _credit(company, payer, row.bill_id, WATER="20.00", SEWAGE="10.00")

    assert posted.credit_to_prepayment == Decimal("18.00")
    assert _state(payer) == (Decimal("0.00"), Decimal("18.00"))
    assert_books_hold()


def test_credit_then_new_bill_in_one_posting(company: Company, payer: Payer) -> None:
    parts = company.parts(WATER="20.00")
    credit = NewCredit(9001, "C9001", payer.unit_id, payer.account_id, payer.customer_id, None, Decimal("20.00"), parts)
    row: NewReceivable = receivable(company, payer, WATER="15.00")

    posted = ledger.post_receivables(
        actor=SYSTEM,
        company_id=company.id,
        posting_date=POSTED,
        source=PostingSource(2, 1),
        receivables=[row],
        credits=[credit],
    )

    assert (posted.credit_to_prepayment, posted.offset_amount) == (Decimal("20.00"), Decimal("15.00"))
    assert _state(payer) == (Decimal("0.00"), Decimal("5.00"))
    assert_books_hold()


def test_bill_cancelled_after_its_credit_gives_the_credit_to_prepayment(company: Company, payer: Payer) -> None:
    row = receivable(company, payer, WATER="70.00")
    post(company, row)
    _credit(company, payer, row.bill_id, WATER="20.00")

    returned = _reverse(company, row.bill_id)

    assert returned == {row.bill_id: Decimal("20.00")}
    assert _state(payer) == (Decimal("0.00"), Decimal("20.00"))
    assert_books_hold()


def test_bill_and_credit_cancelled_together_leave_nothing(company: Company, payer: Payer) -> None:
    row = receivable(company, payer, WATER="70.00")
    post(company, row)
    _credit(company, payer, row.bill_id, WATER="20.00")

    returned = _reverse(company, row.bill_id, 9001)

    assert returned == {}
    assert _state(payer) == (Decimal("0.00"), Decimal("0.00"))
    assert_books_hold()


def test_credit_reversed_takes_back_prepayment_that_was_used(company: Company, payer: Payer) -> None:
    _credit(company, payer, None, WATER="20.00")
    post(company, receivable(company, payer, WATER="15.00"))
    assert _state(payer) == (Decimal("0.00"), Decimal("5.00"))

    _reverse(company, 9001)

    assert _state(payer) == (Decimal("15.00"), Decimal("0.00"))
    assert CreditNote.objects.get().reversal.reason == "读数有误"
    assert_books_hold()

    with pytest.raises(ledger.CreditAlreadyReversed):
        _reverse(company, 9001)
