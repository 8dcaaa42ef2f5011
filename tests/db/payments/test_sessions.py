"""Voiding, closing a session with its count, receipts printed again."""

from decimal import Decimal

import pytest
from django.db import DatabaseError, connection, transaction

from qingyuan.domains.ledger.models import AccountBalance, Entry
from qingyuan.domains.payments import operations as payments
from qingyuan.domains.payments.models import CashCount, CashSession, Payment, PaymentVoid, Receipt, ReceiptPrint
from qingyuan.domains.payments.queries.tally import totals_of_session
from qingyuan.domains.payments.rules.tally import CashTally
from qingyuan.kernel.errors import NotPermitted
from tests.factories.book_checks import PAYMENT_CHECKS, assert_books_hold, breaches
from tests.factories.ledger import POSTED, Company, Payer, make_company, make_payer, post, receivable
from tests.factories.payments import EVENING, Till, open_till, take
from tests.factories.platform import make_person

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def company(module_db: str) -> Company:
    return make_company()


@pytest.fixture
def till(company: Company, db: None) -> Till:
    return open_till(company, float_amount="100.00")


@pytest.fixture
def payer(company: Company, db: None) -> Payer:
    return make_payer(company)


def _close(till: Till, pieces: dict[str, int]) -> CashTally:
    return payments.close_session(
        actor=till.cashier,
        session_id=till.session_id,
        pieces={Decimal(face): count for face, count in pieces.items()},
        at=EVENING,
        on=POSTED,
    )


def test_session_closes_even(company: Company, till: Till, payer: Payer) -> None:
    take(till, {payer.account_id: "50.00"}, cash="100.00")

    tally = _close(till, {"100": 1, "50": 1})

    assert tally == (Decimal("150.00"), Decimal("150.00"), Decimal("0.00"))
    session = CashSession.objects.get(pk=till.session_id)
    assert (session.state, session.journal_id, session.closed_at) == ("CLOSED", None, EVENING)
    assert CashCount.objects.filter(session=session).count() == 2


def test_half_a_yuan_over_is_booked(company: Company, till: Till, payer: Payer) -> None:
    take(till, {payer.account_id: "50.00"})

    tally = _close(till, {"100": 1, "50": 1, "0.5": 1})

    assert tally.over_short == Decimal("0.50")
    booked = {row.chart_account.role: row.amount for row in Entry.objects.filter(journal__kind="SHIFT")}
    assert booked == {"CASH": Decimal("0.50"), "OVER_SHORT": Decimal("-0.50")}
    assert_books_hold()


def test_short_cash_is_booked_the_other_way(company: Company, till: Till, payer: Payer) -> None:
    take(till, {payer.account_id: "50.00"})

    assert _close(till, {"100": 1, "20": 2}).over_short == Decimal("-10.00")

    booked = {row.chart_account.role: row.amount for row in Entry.objects.filter(journal__kind="SHIFT")}
    assert booked == {"CASH": Decimal("-10.00"), "OVER_SHORT": Decimal("10.00")}


def test_voided_and_card_payments_are_not_in_the_till(company: Company, till: Till, payer: Payer) -> None:
    take(till, {payer.account_id: "50.00"}, cash="60.00")
    gone = take(till, {payer.account_id: "30.00"}, cash="50.00")
    take(till, {payer.account_id: "20.00"}, card="20.00")
    payments.void_payment(actor=till.cashier, payment_id=gone.payment_id, reason="录错户号", on=POSTED)

    totals = {row.kind: row for row in totals_of_session(till.session_id)}

    assert (totals["CASH"].count, totals["CASH"].amount) == (1, Decimal("60.00"))
    assert (totals["CASH"].void_count, totals["CASH"].void_amount) == (1, Decimal("50.00"))
    assert (totals["CARD"].count, totals["CARD"].amount) == (1, Decimal("20.00"))
    assert _close(till, {"100": 1, "50": 1}).expected == Decimal("150.00")


@pytest.mark.parametrize("pieces", [{"3": 1}, {"100": -1}])
def test_impossible_count_is_refused(company: Company, till: Till, pieces: dict[str, int]) -> None:
    with pytest.raises(payments.CountRefused):
        _close(till, pieces)

    assert CashSession.objects.get(pk=till.session_id).state == "OPEN"


def test_closed_session_takes_voids_and_closes_nothing_more(company: Company, till: Till, payer: Payer) -> None:
    taken = take(till, {payer.account_id: "50.00"})
    _close(till, {"100": 1, "50": 1})

    with pytest.raises(payments.SessionClosed):
        take(till, {payer.account_id: "50.00"})
    with pytest.raises(payments.SessionClosed):
        payments.void_payment(actor=till.cashier, payment_id=taken.payment_id, reason="晚了", on=POSTED)
    with pytest.raises(payments.SessionClosed):
        _close(till, {"100": 1})
    with pytest.raises(DatabaseError, match="by its close alone"), transaction.atomic():
        CashSession.objects.filter(pk=till.session_id).update(counted_cash=Decimal("1.00"))

    assert (Payment.objects.count(), PaymentVoid.objects.count()) == (1, 0)
    assert_books_hold()


def test_another_cashiers_session_needs_its_own_permission(company: Company, till: Till) -> None:
    colleague = open_till(company, login="colleague").cashier
    supervisor = make_person(company.utility.east_id, "payments.close_others_shift", login="supervisor")

    with pytest.raises(NotPermitted):
        _close(Till(colleague, till.session_id), {"100": 1})

    assert _close(Till(supervisor, till.session_id), {"100": 1}).over_short == Decimal("0.00")


def test_void_gives_the_debt_back_and_keeps_the_receipt(company: Company, till: Till, payer: Payer) -> None:
    post(company, receivable(company, payer, WATER="30.00"))
    taken = take(till, {payer.account_id: "50.00"})

    payments.void_payment(actor=till.cashier, payment_id=taken.payment_id, reason="录错户号", on=POSTED)

    balance = AccountBalance.objects.get(pk=payer.account_id)
    assert (balance.owed, balance.prepaid) == (Decimal("30.00"), Decimal("0.00"))
    assert Receipt.objects.filter(payment_id=taken.payment_id).exists()
    assert_books_hold()


def test_payment_is_voided_once_and_with_a_reason(company: Company, till: Till, payer: Payer) -> None:
    taken = take(till, {payer.account_id: "50.00"})

    with pytest.raises(payments.ReasonMissing):
        payments.void_payment(actor=till.cashier, payment_id=taken.payment_id, reason="  ", on=POSTED)
    payments.void_payment(actor=till.cashier, payment_id=taken.payment_id, reason="录错", on=POSTED)
    with pytest.raises(payments.AlreadyVoided):
        payments.void_payment(actor=till.cashier, payment_id=taken.payment_id, reason="录错", on=POSTED)

    assert PaymentVoid.objects.count() == 1
    assert_books_hold()


def test_receipt_prints_and_counts(company: Company, till: Till, payer: Payer) -> None:
    post(company, *(receivable(company, payer, yyyymm=202500 + month, WATER="3.00") for month in range(1, 11)))
    taken = take(till, {payer.account_id: "35.00"})

    first = payments.print_receipt(actor=till.cashier, receipt_no=taken.receipt_no, on=POSTED)
    second = payments.print_receipt(actor=till.cashier, receipt_no=taken.receipt_no, on=POSTED)

    assert (first.print_no, second.print_no) == (1, 2)
    assert first.pdf.startswith(b"%PDF")
    assert first.pdf != second.pdf
    assert ReceiptPrint.objects.filter(receipt__receipt_no=taken.receipt_no).count() == 2


def test_printing_again_needs_the_permission(company: Company, till: Till, payer: Payer) -> None:
    taken = take(till, {payer.account_id: "35.00"})
    payments.print_receipt(actor=till.cashier, receipt_no=taken.receipt_no, on=POSTED)
    plain = make_person(company.utility.east_id, "payments.take", login="plain")

    with pytest.raises(NotPermitted):
        payments.print_receipt(actor=plain, receipt_no=taken.receipt_no, on=POSTED)

    assert ReceiptPrint.objects.count() == 1


BREACHES = {
    "8 receipt numbers: none missing": "UPDATE receipt SET number = 9 WHERE number = 1",
    "9 closed session: expected cash = float + its payments": "UPDATE payment SET change_given = change_given + 1",
    "17 tenders - change = received = parts": "UPDATE payment_tender SET amount = amount + 0.01",
    "17 parts = what they cleared or put into prepayment": "UPDATE payment_part SET amount = amount + 0.01",
}


def test_every_payment_check_has_its_breach() -> None:
    assert set(BREACHES) == set(PAYMENT_CHECKS)


@pytest.mark.parametrize("name", list(BREACHES))
def test_payment_check_sees_its_breach(company: Company, till: Till, payer: Payer, name: str) -> None:
    post(company, receivable(company, payer, WATER="30.00"))
    take(till, {payer.account_id: "50.00"}, cash="60.00")
    take(till, {payer.account_id: "5.00"})
    _close(till, {"100": 1, "50": 1, "5": 1})
    assert_books_hold()

    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("ALTER TABLE payment DROP CONSTRAINT payment_adds_up")
        cursor.execute("SET session_replication_role = replica")  # triggers off, as a vandal would
        cursor.execute(BREACHES[name])
        cursor.execute("SET session_replication_role = origin")

    assert name in breaches()
