"""The counter through HTTP: open the shift, find, take, keep, void, print; who may, and how many questions it asks."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from qingyuan.domains.customers.models import Account, AccountHold
from qingyuan.domains.ledger import queries as ledger
from qingyuan.domains.payments.models import CashSession, Payment, ReceiptPrint
from qingyuan.platform.parameters import operations as parameters
from qingyuan.platform.staff.models import Staff
from tests.counting import DETAIL, LIST, questions
from tests.factories.counter import bills_on, client_of, fen_of, make_cashier, make_hall, open_shift, owe, sale, today
from tests.factories.ledger import OPENED, Company, Payer, make_payer, make_payers
from tests.factories.platform import SYSTEM

pytestmark = pytest.mark.django_db
OF_A_PAYMENT = 60


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
    owe(company, payer, "30.00", "80.50", "63.16")
    return payer


def _no(payer: Payer) -> str:
    return Account.objects.get(pk=payer.account_id).account_no


def _card(client: Client, payer: Payer) -> str:
    response = client.get(f"/counter/accounts/{_no(payer)}/")
    assert response.status_code == 200
    return response.content.decode()


def _owed(payer: Payer) -> Decimal:
    return ledger.balances_of([payer.account_id])[payer.account_id].owed


def _prepaid(payer: Payer) -> Decimal:
    return ledger.balances_of([payer.account_id])[payer.account_id].prepaid


def test_without_a_shift_the_counter_asks_for_the_float(company: Company, db: None) -> None:
    client = client_of(make_cashier(company.utility.east_id, login="second"))

    page = client.get("/counter/").content.decode()
    assert 'name="float_amount"' in page
    assert 'id="counter"' not in page
    refused = client.post("/counter/open-shift/", {"float_amount": "-1"})
    assert refused.status_code == 422
    assert not CashSession.objects.filter(cashier__login="second").exists()
    open_shift(client, "200.00")

    assert 'id="counter"' in client.get("/counter/").content.decode()
    assert CashSession.objects.get(cashier__login="second").float_amount == Decimal("200.00")
    again = client.post("/counter/open-shift/", {"float_amount": "0"})
    assert again.status_code == 422
    assert CashSession.objects.filter(cashier__login="second").count() == 1


def test_strip_shows_the_next_receipt_and_the_shift(client: Client, payer: Payer) -> None:
    assert "01E-00000001" in client.get("/counter/").content.decode()

    result = client.post(
        "/counter/payments/", sale(payer, bills_on(_card(client, payer))[:1], due="30.00", received="50")
    )

    page = result.content.decode()
    assert "01E-00000002" in page
    assert "1 笔，30.00 元" in page
    assert "130.00" in page


def test_search_says_why_it_matched_and_puts_the_owing_first(client: Client, company: Company, payer: Payer) -> None:
    make_payers(company, 2, first=2)

    hits = client.get("/counter/search/", {"q": "ysh"}).content.decode()
    nothing = client.get("/counter/search/", {"q": "没有此人"}).content.decode()

    assert hits.index("欠 173.66") < hits.index("无欠费")
    assert "拼音 ysh" in hits
    assert "3 户" in hits
    assert "未找到用户" in nothing


def test_cash_for_the_oldest_bills_gives_change_and_a_receipt(client: Client, payer: Payer) -> None:
    card = _card(client, payer)
    assert fen_of(card) == [Decimal("30.00"), Decimal("80.50"), Decimal("63.16")]

    result = client.post("/counter/payments/", sale(payer, bills_on(card)[:2], due="110.50", received="200"))

    assert result.status_code == 200
    page = result.content.decode()
    assert "收款成功" in page
    assert "89.50" in page
    payment = Payment.objects.get()
    assert (payment.tendered, payment.change_given, payment.received) == (
        Decimal("200.00"),
        Decimal("89.50"),
        Decimal("110.50"),
    )
    assert _owed(payer) == Decimal("63.16")


def test_sending_twice_takes_once(client: Client, payer: Payer) -> None:
    asked = sale(payer, bills_on(_card(client, payer)), due="173.66", received="200")

    first = client.post("/counter/payments/", asked)
    second = client.post("/counter/payments/", asked)
    changed = client.post("/counter/payments/", {**asked, "received": "300"})

    assert (first.status_code, second.status_code, changed.status_code) == (200, 200, 422)
    assert "未重复收款" in second.content.decode()
    assert "此前已收款成功" in changed.content.decode()
    assert Payment.objects.count() == 1


@pytest.mark.parametrize(
    ("received", "more", "said"),
    [
        ("100", {}, "还差 73.66 元"),
        ("0", {}, "请输入实收金额"),
        ("", {}, "请填写实收"),
        ("abc", {}, "12.50"),
        ("200", {"tender": "CARD"}, "不找零"),
        ("200", {"tender": "GOLD"}, ""),
        ("200", {"key": "x"}, ""),
    ],
)
def test_what_is_refused_leaves_everything_as_it_was(
    client: Client, payer: Payer, received: str, more: dict[str, str], said: str
) -> None:
    refused = client.post(
        "/counter/payments/", sale(payer, bills_on(_card(client, payer)), due="173.66", received=received, **more)
    )

    assert refused.status_code == 422
    assert said in refused.content.decode()
    assert not Payment.objects.exists()
    assert _owed(payer) == Decimal("173.66")


def test_a_bill_paid_meanwhile_is_refused(client: Client, payer: Payer) -> None:
    bills = bills_on(_card(client, payer))
    client.post("/counter/payments/", sale(payer, bills[:1], due="30.00", received="30"))

    refused = client.post("/counter/payments/", sale(payer, bills[:1], due="30.00", received="30"))

    assert refused.status_code == 422
    assert Payment.objects.count() == 1


def test_the_rest_is_kept_as_prepayment(client: Client, payer: Payer) -> None:
    bills = bills_on(_card(client, payer))

    client.post("/counter/payments/", sale(payer, bills, due="173.66", received="200", keep_rest="on"))

    assert (_owed(payer), _prepaid(payer)) == (Decimal("0.00"), Decimal("26.34"))
    assert Payment.objects.get().change_given == 0


def test_prepayment_without_bills(client: Client, company: Company, db: None) -> None:
    payer = make_payer(company, 9)
    card = _card(client, payer)
    assert "该户无欠费" in card
    assert bills_on(card) == []

    nothing = client.post("/counter/payments/", sale(payer, [], due="0.00", received="50"))
    kept = client.post("/counter/payments/", sale(payer, [], due="0.00", received="50", keep_rest="on"))

    assert (nothing.status_code, kept.status_code) == (422, 200)
    assert _prepaid(payer) == Decimal("50.00")


def test_balance_and_cash_pay_together(client: Client, payer: Payer) -> None:
    # 20.00 are too little for the oldest bill, so they wait in the prepayment
    client.post("/counter/payments/", sale(payer, [], due="0.00", received="20", keep_rest="on"))
    card = _card(client, payer)
    assert 'data-prepaid="2000"' in card

    result = client.post(
        "/counter/payments/", sale(payer, bills_on(card)[:2], due="90.50", received="100", use_balance="on")
    )

    assert result.status_code == 200
    assert (_owed(payer), _prepaid(payer)) == (Decimal("63.16"), Decimal("0.00"))
    assert Payment.objects.latest("id").change_given == Decimal("9.50")
    assert "预存抵扣" in result.content.decode()


def test_card_keeps_the_slip(client: Client, payer: Payer) -> None:
    bills = bills_on(_card(client, payer))

    client.post(
        "/counter/payments/", sale(payer, bills, due="173.66", received="173.66", tender="CARD", reference="POS 0071")
    )

    tender = Payment.objects.get().tenders.get()
    assert (tender.kind, tender.amount, tender.reference) == ("CARD", Decimal("173.66"), "POS 0071")


def test_a_part_is_taken_where_the_parameter_allows_it(client: Client, company: Company, payer: Payer) -> None:
    parameters.set_value(
        actor=SYSTEM, code="payments.allocation", unit_id=company.id, from_date=OPENED, value="partly", reason="试行"
    )
    card = _card(client, payer)
    assert "data-partly" in card

    client.post("/counter/payments/", sale(payer, bills_on(card), due="173.66", received="40"))

    assert (_owed(payer), _prepaid(payer)) == (Decimal("133.66"), Decimal("0.00"))


def test_account_on_hold_is_shown_and_refused(client: Client, payer: Payer) -> None:
    AccountHold.objects.create(
        company_id=Account.objects.get(pk=payer.account_id).company_id,
        account_id=payer.account_id,
        activity="PAYMENT",
        reason="呆坏账处理中",
        from_date=today() - timedelta(days=1),
    )
    card = _card(client, payer)
    assert "呆坏账处理中" in card
    assert "data-held" in card

    refused = client.post("/counter/payments/", sale(payer, bills_on(card), due="173.66", received="200"))

    assert refused.status_code == 422
    assert not Payment.objects.exists()


def test_other_hall_sees_name_address_and_arrears_with_the_parameter_on(company: Company, payer: Payer) -> None:
    client_of_east = client_of(make_cashier(company.utility.east_id, login="east"))
    open_shift(client_of_east)
    client_of_east.post("/counter/payments/", sale(payer, [], due="0.00", received="20", keep_rest="on"))
    west = client_of(make_cashier(company.utility.west_id, login="west"))
    open_shift(west)

    card = _card(west, payer)

    assert "演示户1" in card
    assert "他厅用户" in card
    assert "173.66" in card
    assert "预存余额" not in card
    assert 'data-prepaid="0"' in card
    assert "他厅用户" in west.get("/counter/search/", {"q": _no(payer)}).content.decode()
    assert west.post("/counter/payments/", sale(payer, bills_on(card), due="173.66", received="200")).status_code == 200


def test_other_hall_finds_and_takes_nothing_with_the_parameter_off(company: Company, payer: Payer) -> None:
    west = client_of(make_cashier(company.utility.west_id, login="west"))
    open_shift(west)
    parameters.set_value(
        actor=SYSTEM,
        code="payments.collect_anywhere",
        unit_id=company.id,
        from_date=OPENED,
        value=False,
        reason="各所自收",
    )

    assert "未找到用户" in west.get("/counter/search/", {"q": _no(payer)}).content.decode()
    assert west.get(f"/counter/accounts/{_no(payer)}/").status_code == 404
    refused = west.post("/counter/payments/", sale(payer, [], due="0.00", received="20", keep_rest="on"))

    assert refused.status_code == 422
    assert not Payment.objects.exists()


def test_receipt_is_a_pdf_and_each_printing_is_counted(client: Client, payer: Payer) -> None:
    client.post("/counter/payments/", sale(payer, bills_on(_card(client, payer))[:1], due="30.00", received="30"))
    address = "/receipts/01E-00000001.pdf"

    first, second = client.post(address), client.post(address)

    assert client.get(address).status_code == 405
    assert first.content.startswith(b"%PDF-")
    assert first["Content-Type"] == "application/pdf"
    assert (first["X-Print-No"], second["X-Print-No"]) == ("1", "2")
    assert ReceiptPrint.objects.count() == 2
    assert client.post("/receipts/01E-00000099.pdf").status_code == 404


def test_a_clerk_without_the_permission_opens_nothing(company: Company, db: None) -> None:
    clerk = client_of(make_cashier(company.utility.east_id, "customers.view", login="clerk"))

    for path in ("/counter/", "/counter/search/", "/shift/", "/shifts/", "/payments/"):
        assert clerk.get(path).status_code == 403
    assert clerk.post("/counter/payments/", {}).status_code == 403


def test_a_cashier_opens_no_tariffs_and_no_roles(client: Client) -> None:
    for path in ("/tariffs/", "/roles/", "/parameters/"):
        assert client.get(path).status_code in {403, 404}


def test_questions_to_the_database_are_few(client: Client, company: Company, payer: Payer) -> None:
    make_payers(company, 12, first=20)
    number = _no(payer)

    limits = {
        "/counter/": LIST,
        "/counter/search/?q=ysh": LIST,
        f"/counter/accounts/{number}/": DETAIL,
        "/payments/": LIST,
        "/shifts/": LIST,
    }
    counts = {path: len(questions(client, path)) for path in limits}

    assert {path: count for path, count in counts.items() if count > limits[path]} == {}


def test_payment_asks_the_database_no_more_than_it_needs(client: Client, company: Company, payer: Payer) -> None:
    other = make_payer(company)
    owe(company, other, "30.00", "80.50", "63.16")
    client.post("/counter/payments/", sale(other, bills_on(_card(client, other)), due="173.66", received="200"))
    typed = sale(payer, bills_on(_card(client, payer)), due="173.66", received="200")

    with CaptureQueriesContext(connection) as asked:
        assert client.post("/counter/payments/", typed).status_code == 200

    assert len(asked) == OF_A_PAYMENT
