"""Taking a payment: what it clears, what its receipt freezes, what is refused."""

from datetime import date
from decimal import Decimal

import pytest
from django.db import connection

from qingyuan.domains.customers.models import AccountHold
from qingyuan.domains.ledger.models import AccountBalance, Journal
from qingyuan.domains.ledger.operations import NotOwed
from qingyuan.domains.ledger.queries import PeriodMissing
from qingyuan.domains.payments import operations as payments
from qingyuan.domains.payments.models import Payment, PaymentPart, PaymentTender, Receipt
from qingyuan.domains.payments.rules.states import TenderKind
from qingyuan.domains.payments.rules.taking import PaymentLine, Tender
from qingyuan.kernel.errors import NotFound, NotPermitted, SameKeyOtherRequest
from qingyuan.platform.audit.models import AuditEntry
from qingyuan.platform.parameters import operations as parameters
from tests.factories.book_checks import assert_books_hold
from tests.factories.ledger import OPENED, POSTED, Company, Payer, make_company, make_payers, post, receivable
from tests.factories.payments import MORNING, Till, open_till, take
from tests.factories.platform import SYSTEM, make_person

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def company(module_db: str) -> Company:
    return make_company()


@pytest.fixture
def till(company: Company, db: None) -> Till:
    return open_till(company)


@pytest.fixture
def two(company: Company, db: None) -> list[Payer]:
    return make_payers(company, 2)


def _owed(payer: Payer) -> tuple[Decimal, Decimal]:
    balance = AccountBalance.objects.get(pk=payer.account_id)
    return balance.owed, balance.prepaid


def test_cash_with_change_clears_and_prints_what_it_did(company: Company, till: Till, two: list[Payer]) -> None:
    payer = two[0]
    post(company, receivable(company, payer, bill_id=8001, WATER="30.00", SEWAGE="12.50"))

    taken = take(till, {payer.account_id: "50.00"}, cash="100.00")

    assert (taken.received, taken.change, taken.repeated) == (Decimal("50.00"), Decimal("50.00"), False)
    payment = Payment.objects.get(pk=taken.payment_id)
    assert (payment.tendered, payment.change_given, payment.received) == (
        Decimal("100.00"),
        Decimal("50.00"),
        Decimal("50.00"),
    )
    parts = dict(PaymentPart.objects.values_list("use", "amount"))
    assert parts == {"RECEIVABLES": Decimal("42.50"), "PREPAYMENT": Decimal("7.50")}
    receipt = Receipt.objects.get(receipt_no=taken.receipt_no)
    assert receipt.receipt_no == "01E-00000001"
    assert receipt.content == taken.content
    assert receipt.content["capitals"] == "伍拾元整"
    (account,) = receipt.content["accounts"]
    assert account["bills"] == [
        {
            "label": "B00008001",
            "yyyymm": 202510,
            "amount": "42.50",
            "parts": [{"charge": "WATER", "amount": "30.00"}, {"charge": "SEWAGE", "amount": "12.50"}],
        }
    ]
    assert (account["to_prepayment"], account["balance"], account["still_owed"]) == ("7.50", "7.50", "0.00")
    assert _owed(payer) == (Decimal("0.00"), Decimal("7.50"))
    assert AuditEntry.objects.filter(action="payments.take", object_key=payment.payment_no).count() == 1
    assert_books_hold()


def test_one_payment_for_two_accounts_by_two_tenders(company: Company, till: Till, two: list[Payer]) -> None:
    post(company, *(receivable(company, payer, WATER="30.00") for payer in two))

    taken = take(till, {two[0].account_id: "30.00", two[1].account_id: "40.00"}, card="50.00", cash="20.00")

    tenders = dict(PaymentTender.objects.filter(payment_id=taken.payment_id).values_list("kind", "amount"))
    assert tenders == {"CARD": Decimal("50.00"), "CASH": Decimal("20.00")}
    entries = {
        row.chart_account.role: row.amount
        for row in Journal.objects.get(kind="PAYMENT").entries.select_related("chart_account")
    }
    assert entries == {
        "CASH": Decimal("20.00"),
        "BANK": Decimal("50.00"),
        "RECEIVABLE": Decimal("-60.00"),
        "PREPAYMENT": Decimal("-10.00"),
    }
    assert (_owed(two[0]), _owed(two[1])) == ((Decimal("0.00"), Decimal("0.00")), (Decimal("0.00"), Decimal("10.00")))
    assert_books_hold()


def test_chosen_bill_is_cleared_before_an_older_one(company: Company, till: Till, two: list[Payer]) -> None:
    payer = two[0]
    post(company, receivable(company, payer, due=date(2025, 9, 1), WATER="60.00"))
    newer = post(company, receivable(company, payer, WATER="30.00"))

    take(till, {payer.account_id: "30.00"}, chosen=newer.open_item_ids)

    assert _owed(payer) == (Decimal("60.00"), Decimal("0.00"))
    assert_books_hold()


def test_bill_is_paid_in_part_when_the_parameter_says_so(company: Company, till: Till, two: list[Payer]) -> None:
    payer = two[0]
    parameters.set_value(
        actor=SYSTEM, code="payments.allocation", unit_id=company.id, from_date=OPENED, value="partly", reason="试点"
    )
    post(company, receivable(company, payer, WATER="60.00"))

    take(till, {payer.account_id: "25.00"})

    assert _owed(payer) == (Decimal("35.00"), Decimal("0.00"))
    assert_books_hold()


def test_same_key_and_request_answers_with_the_payment_taken(company: Company, till: Till, two: list[Payer]) -> None:
    first = take(till, {two[0].account_id: "50.00"}, key="once")

    again = take(till, {two[0].account_id: "50.00"}, key="once")

    assert again.repeated
    assert (again.payment_id, again.receipt_no, again.content) == (first.payment_id, first.receipt_no, first.content)
    assert Payment.objects.count() == 1
    assert_books_hold()


def test_amounts_without_places_are_the_same_amounts(company: Company, till: Till, two: list[Payer]) -> None:
    first = take(till, {two[0].account_id: "50"}, cash="1E+2", key="once")

    again = take(till, {two[0].account_id: "50.00"}, cash="100.0", key="once")

    assert again.repeated
    assert (first.received, again.payment_id) == (Decimal("50.00"), first.payment_id)
    assert_books_hold()


def test_same_key_with_another_request_is_refused(company: Company, till: Till, two: list[Payer]) -> None:
    take(till, {two[0].account_id: "50.00"}, key="once")

    with pytest.raises(SameKeyOtherRequest):
        take(till, {two[0].account_id: "51.00"}, key="once")

    assert Payment.objects.count() == 1


@pytest.mark.parametrize(
    ("tenders", "change", "fault"),
    [
        ([Tender(TenderKind.CASH, Decimal("40.00"))], "0.00", "sum"),
        ([Tender(TenderKind.CARD, Decimal("60.00"))], "10.00", "change"),
        ([], "0.00", "nothing"),
        ([Tender(TenderKind.CASH, Decimal("-50.00"))], "0.00", "amount"),
        ([Tender(TenderKind.CASH, Decimal("50.001"))], "0.001", "amount"),
    ],
)
def test_payment_that_does_not_add_up_is_refused(
    company: Company, till: Till, two: list[Payer], tenders: list[Tender], change: str, fault: str
) -> None:
    with pytest.raises(payments.DoesNotAddUp) as refusal:
        payments.take_payment(
            actor=till.cashier,
            session_id=till.session_id,
            lines=[PaymentLine(two[0].account_id, Decimal("50.00"))],
            tenders=tenders,
            change=Decimal(change),
            on=POSTED,
            idempotency_key="k",
        )

    assert refusal.value.params == {"fault": fault}
    assert Payment.objects.count() == 0


def test_payment_below_the_least_amount_is_refused(company: Company, till: Till, two: list[Payer]) -> None:
    with pytest.raises(payments.BelowLeast):
        take(till, {two[0].account_id: "0.05"})


def test_account_on_hold_is_refused_with_the_reason(company: Company, till: Till, two: list[Payer]) -> None:
    AccountHold.objects.create(
        company_id=company.id, account_id=two[0].account_id, activity="PAYMENT", reason="DISPUTE", from_date=OPENED
    )

    with pytest.raises(payments.OnHold) as refusal:
        take(till, {two[0].account_id: "50.00"})

    assert refusal.value.params["reason"] == "DISPUTE"
    assert Payment.objects.count() == 0


def test_closed_or_missing_period_leaves_no_payment(company: Company, till: Till, two: list[Payer]) -> None:
    with pytest.raises(PeriodMissing):
        take(till, {two[0].account_id: "50.00"}, on=date(2026, 3, 1))

    assert (Payment.objects.count(), Receipt.objects.count()) == (0, 0)
    assert_books_hold()


def test_refused_payment_uses_no_receipt_number(company: Company, till: Till, two: list[Payer]) -> None:
    posted = post(company, receivable(company, two[0], WATER="30.00"))
    take(till, {two[0].account_id: "30.00"})

    with pytest.raises(NotOwed):
        take(till, {two[0].account_id: "30.00"}, chosen=posted.open_item_ids)
    taken = take(till, {two[0].account_id: "10.00"})

    assert taken.receipt_no == "01E-00000002"


def test_cashier_takes_money_in_the_own_session_only(company: Company, till: Till, two: list[Payer]) -> None:
    other = open_till(company, login="other")

    with pytest.raises(NotPermitted):
        take(Till(other.cashier, till.session_id), {two[0].account_id: "50.00"})


def test_other_hall_takes_payment_only_while_collect_anywhere_is_on(company: Company, two: list[Payer]) -> None:
    west = open_till(company, unit_id=company.utility.west_id)

    assert take(west, {two[0].account_id: "50.00"}).received == Decimal("50.00")

    parameters.set_value(
        actor=SYSTEM,
        code="payments.collect_anywhere",
        unit_id=company.id,
        from_date=OPENED,
        value=False,
        reason="各所自收",
    )
    with pytest.raises(NotFound):
        take(west, {two[0].account_id: "50.00"})
    assert Payment.objects.count() == 1


def test_other_company_takes_payment_only_when_the_parameter_allows(company: Company, two: list[Payer]) -> None:
    other = make_company("02")
    till = open_till(other)

    with pytest.raises(NotFound):
        take(till, {two[0].account_id: "50.00"})

    parameters.set_value(
        actor=SYSTEM,
        code="payments.collect_other_companies",
        unit_id=other.id,
        from_date=OPENED,
        value=True,
        reason="集团通收",
    )
    take(till, {two[0].account_id: "50.00"})
    assert _owed(two[0]) == (Decimal("0.00"), Decimal("50.00"))
    assert_books_hold()


def test_second_session_of_a_cashier_is_refused(company: Company, till: Till) -> None:
    with pytest.raises(payments.SessionOpen):
        payments.open_session(
            actor=till.cashier, unit_id=company.utility.east_id, float_amount=Decimal("0.00"), at=MORNING, on=POSTED
        )


def test_person_without_the_permission_cannot_open_a_session(company: Company) -> None:
    person = make_person(company.utility.east_id, "payments.view")

    with pytest.raises(NotPermitted):
        payments.open_session(
            actor=person, unit_id=company.utility.east_id, float_amount=Decimal("0.00"), at=MORNING, on=POSTED
        )


def test_counter_payment_takes_a_bounded_number_of_queries(company: Company, till: Till, two: list[Payer]) -> None:
    post(company, receivable(company, two[0], WATER="30.00", SEWAGE="12.50"))
    connection.force_debug_cursor = True
    before = len(connection.queries_log)

    take(till, {two[0].account_id: "50.00"})

    connection.force_debug_cursor = False
    assert len(connection.queries_log) - before <= 80
