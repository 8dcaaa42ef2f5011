"""Instalments through the browser's door: asked for on the account, approved by another person, seen, ended."""

from datetime import date
from decimal import Decimal

import pytest
from django.test import Client
from django.utils import timezone

from qingyuan.domains.customers.models import Account
from qingyuan.domains.ledger.models import InstalmentPlan
from qingyuan.domains.ledger.queries import owed_items
from tests.counting import DETAIL, LIST, questions
from tests.db.ledger.test_instalments import account_no
from tests.db.office.people import make_staff, signed_in_client
from tests.factories.ledger import Company, Payer, make_company, make_payer, post, receivable

pytestmark = pytest.mark.django_db
ALL = ("customers.view", "billing.view", "ledger.view", "ledger.agree_instalments", "ledger.approve_instalments")


@pytest.fixture
def company(db: None, monkeypatch: pytest.MonkeyPatch) -> Company:
    monkeypatch.setattr(timezone, "localdate", lambda *_: date(2025, 10, 20))
    return make_company()


@pytest.fixture
def payer(company: Company) -> Payer:
    found = make_payer(company)
    post(
        company,
        receivable(company, found, due=date(2025, 9, 10), WATER="100.00"),
        receivable(company, found, due=date(2025, 10, 10), WATER="200.00"),
    )
    return found


def person(company: Company, login: str, *permissions: str) -> Client:
    return signed_in_client(make_staff(*(permissions or ALL), unit_id=company.utility.east_id, login=login))


def form(payer: Payer, **given: object) -> dict[str, object]:
    bills = [str(one.id) for one in owed_items(account_ids=[payer.account_id])]
    asked = {"bills": bills, "count": "3", "first_due": "2025-10-31", "every_months": "1"}
    return {**asked, "typed": "", "reason": "经营困难", "document_no": "申请 7", **given}


def test_from_the_account_over_the_approval_to_the_end(company: Company, payer: Payer) -> None:
    one, two = person(company, "one"), person(company, "two")
    number = account_no(payer)
    address = f"/instalments/new/{number}/"
    account_page = one.get(f"/accounts/{number}/").content.decode()
    assert address in account_page
    assert "逾期" in account_page

    asked = one.post(address, form(payer))

    plan = InstalmentPlan.objects.get()
    assert asked["Location"] == f"/instalments/{plan.plan_no}/"
    own = one.get(asked["Location"]).content.decode()
    assert "待审批" in own
    assert 'data-opens="approve"' not in own, "nobody approves their own"
    wrong = two.post(f"/instalments/{plan.plan_no}/approve/", {"typed": "1.00", "version": "1"})
    assert wrong.status_code == 302
    plan.refresh_from_db()
    assert plan.state == "REQUESTED"
    two.post(f"/instalments/{plan.plan_no}/approve/", {"typed": "300.00", "version": "1"})
    plan.refresh_from_db()
    assert plan.state == "AGREED"

    told = one.get(f"/accounts/{number}/").content.decode()
    assert "第 1 期 / 共 3 期 / 应于 2025-10-31" in told
    assert "逾期" not in told
    bills = one.get(f"/accounts/{number}/bills/").content.decode()
    assert "逾期" not in bills
    assert "第 1 期 / 共 3 期" in one.get("/instalments/").content.decode()
    assert one.get("/instalments/", {"state": "AGREED"}).context["list"].count == 1
    assert one.get("/instalments/", {"q": number, "state": "BROKEN"}).context["list"].count == 0
    assert len(questions(one, "/instalments/")) <= LIST
    assert len(questions(one, f"/instalments/{plan.plan_no}/")) <= DETAIL
    assert len(questions(one, f"/accounts/{number}/")) <= DETAIL
    assert len(questions(one, f"/accounts/{number}/bills/")) <= DETAIL
    assert len(questions(one, "/accounts/")) <= LIST
    assert "第 1 期" in one.get(f"/accounts/{number}/").content.decode()

    one.post(f"/instalments/{plan.plan_no}/end/", {"reason": "改为一次付清", "version": "2"})
    plan.refresh_from_db()
    assert (plan.state, plan.end_reason) == ("ENDED", "改为一次付清")
    assert "逾期" in one.get(f"/accounts/{number}/").content.decode()


def test_instalments_by_hand_and_what_is_refused_at_the_field(company: Company, payer: Payer) -> None:
    one = person(company, "one")
    address = f"/instalments/new/{account_no(payer)}/"

    short = one.post(address, form(payer, typed="2025-10-31 100\n2025-11-30 199.99"))
    odd = one.post(address, form(payer, typed="2025-10-31 100\nmorgen 200"))
    none = one.post(address, form(payer, bills=[]))

    assert (short.status_code, odd.status_code, none.status_code) == (422, 422, 422)
    assert "299.99" in short.context["form"].errors["typed"][0]
    assert "第 2 行" in odd.context["form"].errors["typed"][0]
    assert not InstalmentPlan.objects.exists()
    assert one.post(address, form(payer, typed="2025-10-31 100\n2025-12-05 200")).status_code == 302
    amounts = InstalmentPlan.objects.get().instalments.order_by("number").values_list("due_date", "amount")
    assert list(amounts) == [(date(2025, 10, 31), Decimal("100.00")), (date(2025, 12, 5), Decimal("200.00"))]
    again = one.get(address)
    assert "没有可以分次收取的欠费" in again.content.decode()
    assert len(questions(one, address)) <= DETAIL


def test_refused_with_a_reason_and_hidden_from_strangers(company: Company, payer: Payer) -> None:
    one, two = person(company, "one"), person(company, "two")
    one.post(f"/instalments/new/{account_no(payer)}/", form(payer))
    plan = InstalmentPlan.objects.get()
    west = signed_in_client(make_staff(*ALL, unit_id=company.utility.west_id, login="west"))
    reader = person(company, "reader", "ledger.view")

    assert west.get(f"/instalments/{plan.plan_no}/").status_code == 404
    assert west.get("/instalments/").context["list"].count == 0
    assert west.post(f"/instalments/{plan.plan_no}/approve/", {"typed": "300.00", "version": "1"}).status_code == 404
    assert reader.post(f"/instalments/{plan.plan_no}/end/", {"reason": "x", "version": "1"}).status_code == 403
    two.post(f"/instalments/{plan.plan_no}/refuse/", {"reason": "依据不足", "version": "1"})
    plan.refresh_from_db()
    assert (plan.state, plan.decision_note) == ("REFUSED", "依据不足")
    assert Account.objects.filter(account_no=account_no(payer)).exists()
