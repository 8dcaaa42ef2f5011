"""A payer group at the counter through HTTP: found by itself or through a member, taken at once, printed, voided."""

import re
from decimal import Decimal
from uuid import uuid4

import pytest
from django.test import Client

from qingyuan.domains.customers.models import Account
from qingyuan.domains.ledger.models import AccountBalance
from qingyuan.domains.payments.models import Payment, Receipt
from qingyuan.platform.parameters import operations as parameters
from qingyuan.platform.staff.models import Staff
from tests.counting import DETAIL, LIST, questions
from tests.factories.counter import client_of, make_cashier, make_hall, open_shift, owe
from tests.factories.ledger import OPENED, Company, Payer, make_payers
from tests.factories.payer_groups import payers_group
from tests.factories.platform import SYSTEM

pytestmark = pytest.mark.django_db
D = Decimal


@pytest.fixture(scope="module")
def company(module_db: str) -> Company:
    return make_hall().company


@pytest.fixture
def client(company: Company, db: None) -> Client:
    client = client_of(Staff.objects.get(login="cashier"))
    open_shift(client)
    return client


@pytest.fixture
def members(company: Company, db: None) -> list[Payer]:
    """30.00 + 80.50 and 63.16 are owed; the holder of the first account pays."""
    members = make_payers(company, 2)
    owe(company, members[0], "30.00", "80.50")
    owe(company, members[1], "63.16")
    payers_group(company, members)
    return members


def card_of(client: Client, code: str = "SCHOOLS") -> str:
    response = client.get(f"/counter/groups/{code}/")
    assert response.status_code == 200
    return response.content.decode()


def bills_on(card: str) -> list[str]:
    return re.findall(r'name="bills" value="([\d/.]+)"', card)


def sent(bills: list[str], received: str, **more: str) -> dict[str, object]:
    return {"key": str(uuid4()), "group": "SCHOOLS", "bills": bills, "received": received, "tender": "CASH", **more}


def owed(members: list[Payer]) -> list[Decimal]:
    return [AccountBalance.objects.get(pk=one.account_id).owed for one in members]


def test_search_finds_the_group_and_a_whole_code_puts_it_first(client: Client, members: list[Payer]) -> None:
    by_name = client.get("/counter/search/", {"q": "教育局"}).content.decode()
    by_initials = client.get("/counter/search/", {"q": "sjyj"}).content.decode()
    by_payer = client.get("/counter/search/", {"q": "演示户"}).content.decode()
    by_code = client.get("/counter/search/", {"q": "schools"}).content.decode()

    for page in (by_name, by_initials, by_code):
        assert 'data-url="/counter/groups/SCHOOLS/"' in page
        assert "欠 173.66" in page
        assert "1 个合收户" in page
    assert by_payer.index("/counter/accounts/") < by_payer.index("/counter/groups/")
    assert 'id="counter-hit-0" aria-selected="false" data-url="/counter/groups/SCHOOLS/"' in by_code


def test_a_members_card_leads_to_the_group(client: Client, company: Company, members: list[Payer]) -> None:
    number = Account.objects.get(pk=members[1].account_id).account_no
    (alone,) = make_payers(company, 1, first=7)
    other = Account.objects.get(pk=alone.account_id).account_no

    card = client.get(f"/counter/accounts/{number}/").content.decode()

    assert 'data-open-card="/counter/groups/SCHOOLS/" data-key="payer-group"' in card
    assert "data-open-card" not in client.get(f"/counter/accounts/{other}/").content.decode()


def test_the_card_opened_as_a_page_leads_to_the_counter(client: Client, members: list[Payer]) -> None:
    client.defaults.pop("HTTP_HX_REQUEST", None)
    answer = Client()
    answer.force_login(Staff.objects.get(login="cashier"))

    led = answer.get("/counter/groups/SCHOOLS/")

    assert led["Location"] == "/counter/?group=SCHOOLS"
    assert 'data-open="/counter/groups/SCHOOLS/"' in answer.get("/counter/?group=SCHOOLS").content.decode()


def test_one_payment_for_all_and_its_receipt(client: Client, members: list[Payer]) -> None:
    bills = bills_on(card_of(client))
    assert len(bills) == 3

    result = client.post("/counter/group-payments/", sent(bills, "200"))

    page = result.content.decode()
    assert result.status_code == 200
    assert "演示户1（合收户 SCHOOLS）" in page
    assert "26.34" in page
    assert "1 笔，173.66 元" in page
    assert owed(members) == [D("0.00"), D("0.00")]
    payment = Payment.objects.get()
    assert (payment.received, payment.change_given) == (D("173.66"), D("26.34"))
    receipt = Receipt.objects.get()
    paper = client.get(f"/receipts/{receipt.receipt_no}/", follow=True).content.decode()
    for bill in (bill for account in receipt.content["accounts"] for bill in account["bills"]):
        assert bill["label"] in paper
    pdf = client.post(f"/receipts/{receipt.receipt_no}.pdf")
    assert pdf["Content-Type"] == "application/pdf"


def test_void_gives_every_member_its_debt_back(client: Client, members: list[Payer]) -> None:
    client.post("/counter/group-payments/", sent(bills_on(card_of(client)), "200", keep_rest="on"))
    payment = Payment.objects.get()
    assert AccountBalance.objects.get(pk=members[0].account_id).prepaid == D("26.34")

    voided = client.post(f"/payments/{payment.payment_no}/void/", {"reason": "收错", "typed": "200.00"})

    assert voided.status_code in {200, 302}
    assert owed(members) == [D("110.50"), D("63.16")]
    assert AccountBalance.objects.get(pk=members[0].account_id).prepaid == D("0.00")


def test_sending_twice_takes_once(client: Client, members: list[Payer]) -> None:
    asked = sent(bills_on(card_of(client)), "200")

    first, second = (client.post("/counter/group-payments/", asked) for _ in range(2))
    changed = client.post("/counter/group-payments/", {**asked, "received": "300"})

    assert (first.status_code, second.status_code, changed.status_code) == (200, 200, 422)
    assert "未重复收款" in second.content.decode()
    assert "此前已收款成功" in changed.content.decode()
    assert Payment.objects.count() == 1


@pytest.mark.parametrize(
    ("received", "more", "said"),
    [
        ("100", {}, "还差 73.66 元"),
        ("0", {}, "请输入实收金额"),
        ("200", {"tender": "CARD"}, "不找零"),
        ("200", {"key": "x"}, ""),
        ("200", {"group": "NOBODY"}, ""),
        ("200", {"bills": "1"}, "重新调出合收户"),
        ("200", {"bills": "1/2/-3.00"}, "重新调出合收户"),
    ],
)
def test_what_is_refused_leaves_everything_as_it_was(
    client: Client, members: list[Payer], received: str, more: dict[str, str], said: str
) -> None:
    refused = client.post("/counter/group-payments/", {**sent(bills_on(card_of(client)), received), **more})

    assert refused.status_code in {404, 422}
    assert said in refused.content.decode()
    assert not Payment.objects.exists()
    assert owed(members) == [D("110.50"), D("63.16")]


def test_a_stranger_to_the_group_is_refused(client: Client, company: Company, members: list[Payer]) -> None:
    (other,) = make_payers(company, 1, first=5)
    owe(company, other, "10.00")
    number = Account.objects.get(pk=other.account_id).account_no
    (owed_id,) = re.findall(r'name="bills" value="(\d+)"', client.get(f"/counter/accounts/{number}/").content.decode())

    refused = client.post("/counter/group-payments/", sent([f"{other.account_id}/{owed_id}/10.00"], "10"))

    assert refused.status_code == 422
    assert "不在合收户 SCHOOLS 内" in refused.content.decode()
    assert not Payment.objects.exists()


def test_who_may_not_take_payments_gets_nothing(company: Company, members: list[Payer]) -> None:
    client = client_of(make_cashier(company.utility.east_id, "payments.view", login="viewer"))

    assert client.get("/counter/groups/SCHOOLS/").status_code == 403
    assert client.post("/counter/group-payments/", sent(["1/1/1.00"], "1")).status_code == 403


def test_another_units_counter_does_not_know_the_group(company: Company, members: list[Payer]) -> None:
    parameters.set_value(
        actor=SYSTEM, code="payments.collect_anywhere", unit_id=company.id, from_date=OPENED, value=False,
        reason="各所自收",
    )  # fmt: skip
    west = client_of(make_cashier(company.utility.west_id, login="west"))
    open_shift(west)

    assert west.get("/counter/groups/SCHOOLS/").status_code == 404
    assert "/counter/groups/" not in west.get("/counter/search/", {"q": "SCHOOLS"}).content.decode()
    bills = [f"{one.account_id}/1/1.00" for one in members]
    assert west.post("/counter/group-payments/", sent(bills, "10")).status_code in {404, 422}
    assert not Payment.objects.exists()


def test_another_halls_members_show_arrears_alone(company: Company, members: list[Payer]) -> None:
    west = client_of(make_cashier(company.utility.west_id, login="west"))
    open_shift(west)

    card = card_of(west)

    assert card.count("他厅用户") == 2
    assert len(bills_on(card)) == 3
    assert west.post("/counter/group-payments/", sent(bills_on(card), "173.66")).status_code == 200


def test_pages_ask_few_questions(client: Client, company: Company, members: list[Payer]) -> None:
    many = make_payers(company, 25, first=20)
    for one in many:
        owe(company, one, "12.00")
    payers_group(company, many, code="SHOPS", name="连锁店")
    number = Account.objects.get(pk=members[1].account_id).account_no

    limits = {
        "/counter/groups/SHOPS/": DETAIL,
        f"/counter/accounts/{number}/": DETAIL,
        "/counter/search/?q=SHOPS": LIST,
        "/counter/search/?q=ysh": LIST,
    }
    counts = {path: len(questions(client, path)) for path in limits}

    assert {path: count for path, count in counts.items() if count > limits[path]} == {}
