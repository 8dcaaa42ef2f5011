"""Payments by the thousand: rows fail alone, repeats are skipped, the books hold."""

from decimal import Decimal

import pytest
from django.db import connection

from qingyuan.domains.ledger.models import AccountBalance, Journal
from qingyuan.domains.payments import operations as payments
from qingyuan.domains.payments.models import Payment, Receipt
from qingyuan.domains.payments.rules.states import TenderKind
from tests.factories.book_checks import assert_books_hold
from tests.factories.ledger import POSTED, Company, make_company, make_payers, post, receivable
from tests.factories.payments import open_till
from tests.factories.platform import SYSTEM

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def company(module_db: str) -> Company:
    return make_company()


def _row(place: int, account_id: int, amount: str = "40.00", **changes: object) -> payments.BatchPayment:
    row = payments.BatchPayment(f"row {place}", account_id, Decimal(amount), f"file-1-{place}", serial=f"T{place}")
    return row._replace(**changes)  # type: ignore[arg-type]


def test_batch_clears_and_keeps_the_rest(company: Company) -> None:
    payers = make_payers(company, 3)
    post(company, *(receivable(company, payer, WATER="30.00") for payer in payers))

    result = payments.take_payments_batch(
        actor=SYSTEM,
        unit_id=company.utility.east_id,
        rows=[_row(place, payer.account_id) for place, payer in enumerate(payers)],
        on=POSTED,
    )

    assert (result.done, result.skipped, result.failed) == (3, (), ())
    assert set(AccountBalance.objects.values_list("owed", "prepaid")) == {(Decimal("0.00"), Decimal("10.00"))}
    assert Journal.objects.filter(kind="PAYMENT").count() == 1
    assert (Payment.objects.filter(channel="BATCH").count(), Receipt.objects.count()) == (3, 0)
    assert_books_hold()


def test_rows_fail_alone_and_repeats_are_skipped(company: Company) -> None:
    first, second, third = make_payers(company, 3)
    where = company.utility.east_id
    payments.take_payments_batch(actor=SYSTEM, unit_id=where, rows=[_row(1, first.account_id)], on=POSTED)

    result = payments.take_payments_batch(
        actor=SYSTEM,
        unit_id=where,
        rows=[
            _row(1, first.account_id),
            _row(1, first.account_id, "41.00"),
            _row(3, 999_999_999),
            _row(4, second.account_id, "0.00"),
            _row(5, second.account_id, serial="T1"),
            _row(6, third.account_id),
            _row(6, third.account_id),
        ],
        on=POSTED,
    )

    assert result.done == 1
    assert [(issue.place, issue.code) for issue in result.skipped] == [
        ("row 1", "payments.taken_before"),
        ("row 6", "payments.taken_before"),
    ]
    assert [(issue.place, issue.code) for issue in result.failed] == [
        ("row 1", "kernel.same_key_other_request"),
        ("row 3", "kernel.not_found"),
        ("row 4", "payments.does_not_add_up"),
        ("row 5", "payments.serial_used"),
    ]
    assert Payment.objects.count() == 2
    assert_books_hold()


def test_batch_in_a_session_gets_receipts_and_counts_there(company: Company) -> None:
    payers = make_payers(company, 2)
    till = open_till(company)

    payments.take_payments_batch(
        actor=till.cashier,
        unit_id=company.utility.east_id,
        session_id=till.session_id,
        rows=[
            _row(place, payer.account_id, tender=TenderKind.CASH, serial=None, change=Decimal("10.00"))
            for place, payer in enumerate(payers)
        ],
        on=POSTED,
    )

    assert sorted(Receipt.objects.values_list("receipt_no", flat=True)) == ["01E-00000001", "01E-00000002"]
    assert set(Payment.objects.values_list("channel", "change_given")) == {("COUNTER", Decimal("10.00"))}
    assert_books_hold()


def test_one_of_a_batch_is_voided_alone(company: Company) -> None:
    payers = make_payers(company, 2)
    post(company, *(receivable(company, payer, WATER="30.00") for payer in payers))
    till = open_till(company)
    result = payments.take_payments_batch(
        actor=till.cashier,
        unit_id=company.utility.east_id,
        session_id=till.session_id,
        rows=[_row(place, payer.account_id, tender=TenderKind.CASH, serial=None) for place, payer in enumerate(payers)],
        on=POSTED,
    )

    payments.void_payment(actor=till.cashier, payment_id=result.ids[0], reason="录错", on=POSTED)

    states = dict(AccountBalance.objects.values_list("account_id", "owed"))
    assert states == {payers[0].account_id: Decimal("30.00"), payers[1].account_id: Decimal("0.00")}
    assert Journal.objects.get(kind="PAYMENT_VOID").reverses_id is None
    assert_books_hold()


def test_query_count_does_not_grow_with_the_batch(company: Company) -> None:
    payers = make_payers(company, 42)
    post(company, *(receivable(company, payer, WATER="30.00") for payer in payers))
    counts = []
    for number, group in enumerate((payers[:2], payers[2:])):
        connection.force_debug_cursor = True
        before = len(connection.queries_log)
        payments.take_payments_batch(
            actor=SYSTEM,
            unit_id=company.utility.east_id,
            rows=[_row(100 * number + place, payer.account_id) for place, payer in enumerate(group)],
            on=POSTED,
        )
        counts.append(len(connection.queries_log) - before)
        connection.force_debug_cursor = False

    assert counts[1] <= counts[0]
