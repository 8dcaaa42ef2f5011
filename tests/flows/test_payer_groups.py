"""A records clerk sets up a payer group, fills it and reads what it owes; a cashier reads it and changes nothing."""

from datetime import date

import pytest
from django.test import Client
from django.utils import timezone

from qingyuan.domains.customers.models import Account, Customer, PayerGroup, PayerGroupMember
from tests.counting import DETAIL, LIST, questions
from tests.db.office.people import make_staff, signed_in_client
from tests.factories.ledger import Company, make_company, make_payers, post, receivable

pytestmark = pytest.mark.django_db
TODAY = date(2025, 11, 20)


@pytest.fixture
def company(monkeypatch: pytest.MonkeyPatch) -> Company:
    monkeypatch.setattr(timezone, "localdate", lambda *_: TODAY)
    company = make_company()
    payers = make_payers(company, 12)
    post(company, *(receivable(company, payer, due=date(2025, 11, 10), WATER="10.01") for payer in payers))
    return company


@pytest.fixture
def clerk(company: Company) -> Client:
    return signed_in_client(make_staff("customers.view", "customers.change", unit_id=company.id, login="clerk"))


def numbers() -> list[str]:
    return list(Account.objects.order_by("id").values_list("account_no", flat=True))


def set_up(clerk: Client, company: Company, *members: str) -> None:
    payer_no = Customer.objects.order_by("id")[0].customer_no
    group = {"unit": company.utility.east_id, "code": "SCHOOLS", "name": "市教育局", "payer_no": payer_no}
    assert clerk.post("/payer-groups/new/", group)["Location"] == "/payer-groups/SCHOOLS/"
    added = clerk.post("/payer-groups/SCHOOLS/members/add/", {"numbers": "\n".join(members), "from_date": "2025-09-01"})
    assert added["Location"] == "/payer-groups/SCHOOLS/"


def test_a_group_from_its_set_up_to_what_it_owes(clerk: Client, company: Company) -> None:
    set_up(clerk, company, *numbers())

    page = clerk.get("/payer-groups/SCHOOLS/")
    assert [figure.text for figure in page.context["page"].figures] == ["120.12", "120.12", "0.00"]
    assert len(page.context["tables"][0].rows) == 12
    row = clerk.get("/payer-groups/?q=教育").context["list"].rows[0]
    assert [cell.text for cell in row.cells[:6]][4:] == ["12", "120.12"]
    assert len(questions(clerk, "/payer-groups/SCHOOLS/")) <= DETAIL
    assert len(questions(clerk, "/payer-groups/")) <= LIST


def test_an_account_is_taken_out_with_a_reason(clerk: Client, company: Company) -> None:
    first, second = numbers()[:2]
    set_up(clerk, company, first, second)
    address = f"/payer-groups/SCHOOLS/members/{first}/remove/"

    assert clerk.post(address, {"to_date": "2025-11-01", "reason": ""}).status_code == 422
    assert clerk.post(address, {"to_date": "2025-11-01", "reason": "学校撤并"})["Location"] == "/payer-groups/SCHOOLS/"

    members, former = clerk.get("/payer-groups/SCHOOLS/").context["tables"]
    assert [row[0].text for row in members.rows] == [second]
    assert [row[0].text for row in former.rows] == [first]


def test_the_last_day_stands_below_the_sums(clerk: Client, company: Company) -> None:
    first, second = numbers()[:2]
    set_up(clerk, company, first, second)
    clerk.post(f"/payer-groups/SCHOOLS/members/{first}/remove/", {"to_date": "2025-12-15", "reason": "学校撤并"})

    members, leaving = clerk.get("/payer-groups/SCHOOLS/").context["tables"]
    assert [row[0].text for row in members.rows] == [first, second]
    assert [(row[0].text, row[-1].text) for row in leaving.rows] == [(first, "2025-12-15")]


def test_a_wrong_number_is_named_beside_the_numbers(clerk: Client, company: Company) -> None:
    set_up(clerk, company, numbers()[0])

    answer = clerk.post(
        "/payer-groups/SCHOOLS/members/add/", {"numbers": f"{numbers()[1]},NOBODY", "from_date": "2025-11-01"}
    )

    assert answer.status_code == 422
    assert "找不到户号 NOBODY" in answer.content.decode()
    assert PayerGroupMember.objects.count() == 1


def test_a_code_that_is_taken_is_said_beside_the_code(clerk: Client, company: Company) -> None:
    set_up(clerk, company, numbers()[0])
    payer_no = Customer.objects.order_by("id")[0].customer_no

    again = clerk.post(
        "/payer-groups/new/",
        {"unit": company.utility.east_id, "code": "SCHOOLS", "name": "另一个", "payer_no": payer_no},
    )

    assert again.status_code == 422
    assert "SCHOOLS 已被使用" in again.content.decode()
    assert PayerGroup.objects.get().name == "市教育局"


def test_who_only_looks_finds_no_way_to_change(clerk: Client, company: Company) -> None:
    set_up(clerk, company, numbers()[0])
    viewer = signed_in_client(make_staff("customers.view", unit_id=company.id, login="viewer"))

    page = viewer.get("/payer-groups/SCHOOLS/")
    assert page.status_code == 200
    assert "/members/" not in page.content.decode()
    assert viewer.get("/payer-groups/SCHOOLS/members/add/").status_code == 403
    assert viewer.post("/payer-groups/new/", {}).status_code == 403


def test_another_hall_does_not_learn_of_the_group(clerk: Client, company: Company) -> None:
    set_up(clerk, company, numbers()[0])
    west = signed_in_client(
        make_staff("customers.view", "customers.change", unit_id=company.utility.west_id, login="west")
    )

    assert west.get("/payer-groups/SCHOOLS/").status_code == 404
    added = west.post("/payer-groups/SCHOOLS/members/add/", {"numbers": numbers()[1], "from_date": "2025-11-01"})
    assert added.status_code == 404
    assert west.get("/payer-groups/").context["list"].rows == ()


def test_name_and_payer_are_changed_on_screen(clerk: Client, company: Company) -> None:
    set_up(clerk, company, numbers()[0])
    other = Customer.objects.order_by("id")[1]
    address = "/payer-groups/SCHOOLS/edit/"
    assert 'value="市教育局"' in clerk.get(address).content.decode()

    nothing = clerk.post(address, {"name": "市教育局", "payer_no": "C-none", "version": "1"})
    changed = clerk.post(address, {"name": "区教育局", "payer_no": other.customer_no, "version": "1"})
    stale = clerk.post(address, {"name": "县教育局", "payer_no": other.customer_no, "version": "1"})

    assert (nothing.status_code, stale.status_code) == (422, 422)
    assert changed["Location"] == "/payer-groups/SCHOOLS/"
    assert "区教育局" in stale.content.decode()
    group = PayerGroup.objects.get()
    assert (group.name, group.payer_id) == ("区教育局", other.pk)


def test_who_may_take_payments_finds_the_way_to_the_counter(clerk: Client, company: Company) -> None:
    set_up(clerk, company, numbers()[0])
    cashier = signed_in_client(make_staff("customers.view", "payments.take", unit_id=company.id, login="cashier"))

    assert "/counter/?group=SCHOOLS" in cashier.get("/payer-groups/SCHOOLS/").content.decode()
    assert "/counter/?group=SCHOOLS" not in clerk.get("/payer-groups/SCHOOLS/").content.decode()
