"""Queries of the pages: what is shown, within whose reach, in how many queries."""

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection

from qingyuan.domains.ledger import queries as ledger
from qingyuan.domains.payments import operations, queries
from qingyuan.domains.payments.queries import PaymentFilter
from qingyuan.kernel.errors import NotFound
from qingyuan.platform.parameters import operations as parameters
from tests.factories.ledger import OPENED, POSTED, Company, Payer, make_company, make_payer, post, receivable
from tests.factories.payments import Till, open_till, take
from tests.factories.platform import SYSTEM, make_person

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def company(module_db: str) -> Company:
    return make_company()


@pytest.fixture
def till(company: Company, db: None) -> Till:
    return open_till(company)


@pytest.fixture
def payer(company: Company, db: None) -> Payer:
    return make_payer(company)


def _counted(call: Callable[[], Any]) -> tuple[Any, int]:
    connection.force_debug_cursor = True
    before = len(connection.queries_log)
    result = call()
    count = len(connection.queries_log) - before
    connection.force_debug_cursor = False
    return result, count


def test_counter_shows_bills_oldest_first_with_what_each_charge_owes(
    company: Company, till: Till, payer: Payer
) -> None:
    post(
        company,
        receivable(company, payer, bill_id=2, due=date(2025, 11, 10), WATER="60.00", SEWAGE="20.00"),
        receivable(company, payer, bill_id=1, due=date(2025, 10, 10), WATER="30.00"),
    )

    shown, count = _counted(
        lambda: queries.account_at_counter(actor=till.cashier, account_id=payer.account_id, on=POSTED)
    )

    assert [(bill.label, bill.is_overdue) for bill in shown.bills] == [("B00000001", True), ("B00000002", False)]
    assert [(charge.name, charge.payee, charge.outstanding) for charge in shown.bills[1].charges] == [
        ("WATER", "", Decimal("60.00")),
        ("SEWAGE", "演示市财政局", Decimal("20.00")),
    ]
    assert (shown.owed, shown.prepaid, shown.name) == (Decimal("110.00"), Decimal("0.00"), "演示户1")
    assert count <= 14


def test_counter_does_not_know_accounts_out_of_reach(company: Company, payer: Payer) -> None:
    west = open_till(company, unit_id=company.utility.west_id)
    assert queries.account_at_counter(actor=west.cashier, account_id=payer.account_id, on=POSTED).account_no

    parameters.set_value(
        actor=SYSTEM,
        code="payments.collect_anywhere",
        unit_id=company.id,
        from_date=OPENED,
        value=False,
        reason="各所自收",
    )

    with pytest.raises(NotFound):
        queries.account_at_counter(actor=west.cashier, account_id=payer.account_id, on=POSTED)


def test_session_page_has_totals_and_expected_cash(company: Company, till: Till, payer: Payer) -> None:
    take(till, {payer.account_id: "50.00"}, cash="60.00")
    take(till, {payer.account_id: "20.00"}, card="20.00")

    page, count = _counted(lambda: queries.session_page(actor=till.cashier, session_id=till.session_id, on=POSTED))

    assert {row.kind: row.amount for row in page.totals} == {"CASH": Decimal("60.00"), "CARD": Decimal("20.00")}
    assert (page.change_out, page.expected_cash) == (Decimal("10.00"), Decimal("150.00"))
    assert count <= 8
    own = queries.open_session_of(till.cashier)
    assert own is not None
    assert own.id == till.session_id


def test_session_of_another_hall_is_not_found(company: Company, till: Till) -> None:
    stranger = make_person(company.utility.west_id, "payments.view")

    with pytest.raises(NotFound):
        queries.session_page(actor=stranger, session_id=till.session_id, on=POSTED)

    assert queries.sessions(actor=stranger, on=POSTED) == ()


def test_payments_list_and_its_totals(company: Company, till: Till, payer: Payer) -> None:
    kept = take(till, {payer.account_id: "50.00"})
    gone = take(till, {payer.account_id: "20.00"})
    operations.void_payment(actor=till.cashier, payment_id=gone.payment_id, reason="录错户号", on=POSTED)
    wanted = PaymentFilter(session_id=till.session_id, account_id=payer.account_id)

    rows, count = _counted(lambda: queries.payments(actor=till.cashier, on=POSTED, wanted=wanted))
    totals = queries.payment_totals(actor=till.cashier, on=POSTED, wanted=wanted)

    assert [(row.payment_no, row.receipt_no, row.is_void) for row in rows] == [
        (gone.payment_no, gone.receipt_no, True),
        (kept.payment_no, kept.receipt_no, False),
    ]
    assert (totals.count, totals.received, totals.void_count, totals.void_received) == (
        1,
        Decimal("50.00"),
        1,
        Decimal("20.00"),
    )
    assert count <= 6


@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        (PaymentFilter(from_date=POSTED), 1),
        (PaymentFilter(to_date=POSTED), 0),
        (PaymentFilter(text="01E-"), 1),
        (PaymentFilter(text="X"), 0),
    ],
)
def test_payments_list_is_narrowed(
    company: Company, till: Till, payer: Payer, wanted: PaymentFilter, found: int
) -> None:
    take(till, {payer.account_id: "50.00"})

    assert len(queries.payments(actor=till.cashier, on=POSTED, wanted=wanted)) == found


def test_receipt_is_found_within_reach_only(company: Company, till: Till, payer: Payer) -> None:
    taken = take(till, {payer.account_id: "50.00"})
    operations.print_receipt(actor=till.cashier, receipt_no=taken.receipt_no, on=POSTED)
    stranger = make_person(company.utility.west_id, "payments.view")

    page = queries.receipt(actor=till.cashier, receipt_no=taken.receipt_no, on=POSTED)

    assert (page.prints, page.void_reason, page.content["capitals"]) == (1, None, "伍拾元整")
    with pytest.raises(NotFound):
        queries.receipt(actor=stranger, receipt_no=taken.receipt_no, on=POSTED)


def test_account_page_shows_what_cleared_each_receivable(company: Company, till: Till, payer: Payer) -> None:
    post(company, receivable(company, payer, yyyymm=202509, WATER="60.00"))
    take(till, {payer.account_id: "100.00"})
    post(company, receivable(company, payer, yyyymm=202510, WATER="30.00"))
    clerk = make_person(company.utility.east_id, "ledger.view")

    rows, count = _counted(lambda: ledger.receivables_of(actor=clerk, account_id=payer.account_id, on=POSTED))
    movements = ledger.movements_of(actor=clerk, account_id=payer.account_id, on=POSTED)

    assert [(row.yyyymm, row.paid, row.offset, row.outstanding) for row in rows] == [
        (202510, Decimal("0.00"), Decimal("30.00"), Decimal("0.00")),
        (202509, Decimal("60.00"), Decimal("0.00"), Decimal("0.00")),
    ]
    assert [(row.kind, row.amount) for row in movements] == [
        ("OFFSET", Decimal("-30.00")),
        ("TOP_UP", Decimal("40.00")),
    ]
    assert count <= 6


def test_account_page_of_another_hall_is_not_found(company: Company, payer: Payer) -> None:
    stranger = make_person(company.utility.west_id, "ledger.view")

    with pytest.raises(NotFound):
        ledger.receivables_of(actor=stranger, account_id=payer.account_id, on=POSTED)
    with pytest.raises(NotFound):
        ledger.movements_of(actor=stranger, account_id=payer.account_id, on=POSTED)
