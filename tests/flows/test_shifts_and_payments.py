"""Shifts and payments through HTTP: the count, what is over or short, lists, a payment's page, the void, other units."""

from decimal import Decimal

import pytest
from django.test import Client

from qingyuan.domains.ledger import queries as ledger
from qingyuan.domains.ledger.models import Journal
from qingyuan.domains.payments import queries as payments
from qingyuan.domains.payments.models import CashSession, Payment, PaymentVoid
from qingyuan.domains.payments.queries import PaymentFilter
from qingyuan.platform.staff import queries as people
from qingyuan.platform.staff.models import Staff
from tests.factories.counter import client_of, make_cashier, make_hall, open_shift, owe, sale, today
from tests.factories.ledger import Company, Payer, make_payer

pytestmark = pytest.mark.django_db
SUPERVISOR = ("payments.view", "payments.void", "payments.close_others_shift", "payments.reprint", "payments.take")


@pytest.fixture(scope="module")
def company(module_db: str) -> Company:
    return make_hall().company


@pytest.fixture
def client(company: Company, db: None) -> Client:
    client = client_of(Staff.objects.get(login="cashier"))
    open_shift(client)
    return client


@pytest.fixture
def payer(company: Company, db: None) -> Payer:
    payer = make_payer(company)
    owe(company, payer, "30.00", "80.50")
    return payer


@pytest.fixture
def payment(client: Client, payer: Payer) -> Payment:
    """110.50 in cash for both bills, 200.00 handed over."""
    bills = [found.id for found in ledger.owed_items(account_ids=[payer.account_id])]
    assert client.post("/counter/payments/", sale(payer, bills, due="110.50", received="200")).status_code == 200
    return Payment.objects.get()


def _page(client: Client, path: str) -> str:
    response = client.get(path)
    assert response.status_code == 200
    return response.content.decode()


def _session() -> CashSession:
    return CashSession.objects.get(cashier__login="cashier")


def test_shift_shows_totals_payments_and_what_should_be_there(client: Client, payment: Payment) -> None:
    page = _page(client, "/shift/")

    assert payment.payment_no in page
    assert 'data-expected="21050"' in page
    assert "演示户1" in page


def test_shift_is_closed_after_the_difference_was_shown(client: Client, payment: Payment) -> None:
    count = {"face_0": "2", "face_3": "1", "face_6": "2", "note": "多五角"}

    check = client.post("/shift/", {**count, "step": "check"})
    assert "长款" in check.content.decode()
    assert "0.50" in check.content.decode()
    assert _session().state == "OPEN"
    done = client.post("/shift/", {**count, "step": "close", "expected": "210.50"})

    assert done["HX-Redirect"] == f"/shifts/{_session().session_no}/"
    session = _session()
    assert (session.state, session.over_short, session.note) == ("CLOSED", Decimal("0.50"), "多五角")
    assert Journal.objects.filter(kind="SHIFT").count() == 1
    record = _page(client, f"/shifts/{session.session_no}/")
    assert "长款 0.50" in record
    assert "多五角" in record
    assert "没有未结班次" in _page(client, "/shift/")


def test_money_taken_between_check_and_close_is_shown_again(client: Client, payment: Payment, payer: Payer) -> None:
    count = {"face_0": "2", "face_3": "1", "face_6": "1"}
    client.post("/shift/", {**count, "step": "check"})
    client.post("/counter/payments/", sale(payer, [], due="0.00", received="10", keep_rest="on"))

    again = client.post("/shift/", {**count, "step": "close", "expected": "210.50"})

    assert "应有现金已变动" in again.content.decode()
    assert "短款" in again.content.decode()
    assert _session().state == "OPEN"


@pytest.mark.parametrize("typed", ["-1", "1.5", "x"])
def test_a_count_that_cannot_be_is_refused(client: Client, typed: str) -> None:
    refused = client.post("/shift/", {"face_0": typed, "step": "check"})

    assert refused.status_code == 422
    assert _session().state == "OPEN"


def test_counting_again_keeps_what_was_typed(client: Client) -> None:
    page = client.post("/shift/", {"face_0": "7", "step": "edit"}).content.decode()

    assert 'value="7"' in page
    assert "count-form" in page


def test_nothing_is_taken_in_a_closed_shift(client: Client, payer: Payer) -> None:
    client.post("/shift/", {"face_0": "1", "step": "close", "expected": "100.00"})

    refused = client.post("/counter/payments/", sale(payer, [], due="0.00", received="10", keep_rest="on"))

    assert refused.status_code == 422
    assert "未开班" in refused.content.decode()
    assert not Payment.objects.exists()


def test_supervisor_closes_the_shift_of_another_and_a_cashier_does_not(company: Company, client: Client) -> None:
    number = _session().session_no
    supervisor = client_of(make_cashier(company.id, *SUPERVISOR, login="boss"))

    assert client.get(f"/shifts/{number}/close/").status_code == 403
    assert "班次结账" in _page(supervisor, f"/shifts/{number}/")
    supervisor.post(f"/shifts/{number}/close/", {"face_0": "1", "step": "close", "expected": "100.00"})

    assert _session().state == "CLOSED"
    assert supervisor.get(f"/shifts/{number}/close/").status_code == 302


def test_payments_are_listed_with_totals_and_exported(client: Client, payment: Payment) -> None:
    page = _page(client, "/payments/")
    assert payment.payment_no in page
    assert "110.50" in page

    assert payment.payment_no in _page(client, "/payments/?q=演示户")
    assert payment.payment_no in _page(client, "/payments/?q=01E-0000")
    assert payment.payment_no in _page(client, f"/payments/?from_date={today()}&to_date={today()}&tender=CASH")
    assert "没有符合条件" in _page(client, "/payments/?tender=CARD")
    assert "没有符合条件" in _page(client, "/payments/?state=void")
    export = client.get("/payments/?format=csv")
    assert payment.payment_no in b"".join(export).decode() if export.streaming else export.content.decode()


def test_payment_shows_where_the_money_went(client: Client, payment: Payment) -> None:
    page = _page(client, f"/payments/{payment.payment_no}/")

    for text in ("110.50", "89.50", "200.00", "WATER", "30.00", "80.50", "01E-00000001", "演示户1", "作废"):
        assert text in page
    receipt = client.get("/receipts/01E-00000001/")
    assert receipt["Location"] == f"/payments/{payment.payment_no}/"


def test_void_needs_reason_and_amount_and_gives_the_debt_back(client: Client, payment: Payment, payer: Payer) -> None:
    address = f"/payments/{payment.payment_no}/void/"
    assert "110.50" in _page(client, address)

    no_reason = client.post(address, {"reason": " ", "typed": "110.50"})
    wrong = client.post(address, {"reason": "录错户号", "typed": "110"})
    assert (no_reason.status_code, wrong.status_code) == (422, 422)
    assert not PaymentVoid.objects.exists()
    done = client.post(address, {"reason": "录错户号", "typed": "110.50"})

    assert done["HX-Redirect"] == f"/payments/{payment.payment_no}/"
    assert ledger.balances_of([payer.account_id])[payer.account_id].owed == Decimal("110.50")
    page = _page(client, f"/payments/{payment.payment_no}/")
    assert "录错户号" in page
    assert "已作废" in page
    assert client.get(address).status_code == 302
    assert "1 笔" not in _page(client, "/counter/")


def test_void_after_the_close_leads_back(client: Client, payment: Payment) -> None:
    client.post("/shift/", {"face_0": "2", "step": "close", "expected": "210.50"})

    answer = client.post(f"/payments/{payment.payment_no}/void/", {"reason": "录错户号", "typed": "110.50"})

    assert answer.status_code == 302
    assert not PaymentVoid.objects.exists()


def test_another_hall_finds_no_payment_and_no_shift(company: Company, client: Client, payment: Payment) -> None:
    number = _session().session_no
    west = client_of(make_cashier(company.utility.west_id, *SUPERVISOR, login="west"))

    paths = (f"/payments/{payment.payment_no}/", f"/payments/{payment.payment_no}/void/", f"/shifts/{number}/")
    for path in (*paths, f"/shifts/{number}/close/", "/receipts/01E-00000001/"):
        assert west.get(path).status_code == 404
    assert west.post(f"/payments/{payment.payment_no}/void/", {"reason": "x", "typed": "110.50"}).status_code == 404
    assert west.post(f"/shifts/{number}/close/", {"step": "close", "expected": "210.50"}).status_code == 404
    assert west.post("/receipts/01E-00000001.pdf").status_code in {403, 404}
    assert payment.payment_no not in _page(west, "/payments/")
    assert number not in _page(west, "/shifts/")
    assert not PaymentVoid.objects.exists()
    assert _session().state == "OPEN"


def test_who_reaches_everything_sees_everybodys_payments(company: Company, client: Client, payment: Payment) -> None:
    boss = make_cashier(company.utility.root_id, *SUPERVISOR, login="head")
    actor = people.actor_of(boss, origin="")

    assert payment.payment_no in _page(client_of(boss), "/payments/")
    assert _session().session_no in _page(client_of(boss), "/shifts/")
    rows = payments.payments(actor=actor, on=today(), wanted=PaymentFilter())
    assert [row.payment_no for row in rows] == [payment.payment_no]
    assert [row.id for row in payments.sessions(actor=actor, on=today())] == [_session().id]


def test_shifts_are_listed_by_their_difference(client: Client, payment: Payment) -> None:
    client.post("/shift/", {"face_0": "2", "step": "close", "expected": "210.50"})
    number = _session().session_no

    assert number in _page(client, "/shifts/?difference=short")
    assert number not in _page(client, "/shifts/?difference=over")
    assert number in _page(client, f"/shifts/?state=CLOSED&from_date={today()}")
    assert "短款" in _page(client, "/shifts/")
