"""Programs read bills: the same tree as everywhere, page by page, within reach, and never an error of ours."""

import json
import re
from datetime import date
from decimal import Decimal
from typing import Any
from urllib.parse import quote

import pytest
from django.test import Client
from django.utils import timezone
from hypothesis import HealthCheck, given
from hypothesis import settings as property_settings
from hypothesis import strategies as st
from pytest import CaptureFixture, MonkeyPatch

from qingyuan.domains.billing.models import Bill
from qingyuan.interfaces.commands import _frame
from tests.architecture.source import ROOT
from tests.counting import questions
from tests.factories.bill_kinds import every_kind
from tests.factories.platform import make_utility
from tests.flows.api.callers import ON, caller, token_for

KINDS = ("usual", "main", "cancelled", "rebilled", "correcting", "true_up", "mixed", "odd", "household")
MOST_QUESTIONS = 12


@pytest.fixture(scope="module")
def kinds(module_db: str) -> dict[str, Bill]:
    return every_kind()


@pytest.fixture
def token(kinds: dict[str, Bill], db: None, monkeypatch: MonkeyPatch) -> str:
    monkeypatch.setattr(timezone, "localdate", lambda *_: ON)
    return token_for(kinds["usual"].unit_id, "billing.view", "customers.view", "tariffs.view")


@pytest.fixture
def client(token: str) -> Client:
    return caller(token)


def leaves(step: dict[str, Any]) -> list[Decimal]:
    if step.get("children"):
        below = [amount for child in step["children"] for amount in leaves(child)]
        if below:
            return below
    return [Decimal(step["amount"])] if "amount" in step else []


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("kind", KINDS)
def test_explanation_is_the_one_of_the_command_and_its_leaves_sum_to_the_bill(
    token: str, kinds: dict[str, Bill], kind: str, language: str, capsys: CaptureFixture[str]
) -> None:
    bill = kinds[kind]

    told = caller(token, language=language).get(f"/api/v1/bills/{bill.bill_no}/explanation").json()
    _frame.execute(_frame.commands()["explain"], [bill.bill_no, "--json", "--lang", language])

    assert told == json.loads(capsys.readouterr().out)
    assert sum(leaves(told["explanation"])) == Decimal(told["total"]) == Bill.objects.get(pk=bill.pk).amount


def test_one_bill_has_money_and_volume_as_text_of_fixed_scale(client: Client, kinds: dict[str, Bill]) -> None:
    bill = kinds["usual"]

    told = client.get(f"/api/v1/bills/{bill.bill_no}").json()

    assert told["amount"] == f"{bill.amount:.2f}"
    assert told["volume"] == f"{bill.volume:.3f}"
    assert (told["bill_no"], told["state"]) == (bill.bill_no, "live")
    assert date.fromisoformat(told["due_date"]) == bill.due_date


def test_cancelled_bill_says_so(client: Client, kinds: dict[str, Bill]) -> None:
    assert client.get(f"/api/v1/bills/{kinds['cancelled'].bill_no}").json()["state"] == "cancelled"


def test_pages_hold_every_bill_once_the_newest_first(client: Client) -> None:
    seen: list[str] = []
    cursor: str | None = ""
    while cursor is not None:
        page = client.get(f"/api/v1/bills?limit=7{'&cursor=' if cursor else ''}{cursor}").json()
        assert len(page["bills"]) == 7 or page["next"] is None
        seen += [each["bill_no"] for each in page["bills"]]
        cursor = page["next"]

    assert seen == list(Bill.objects.order_by("-id").values_list("bill_no", flat=True))


def test_bills_of_one_account_and_of_one_month(client: Client, kinds: dict[str, Bill]) -> None:
    account_no = str(kinds["usual"].account.account_no)

    of_account = client.get(f"/api/v1/bills?account_no={account_no}").json()["bills"]
    of_month = client.get("/api/v1/bills?period=2025-02&limit=200").json()["bills"]

    assert {each["account_no"] for each in of_account} == {account_no}
    assert len(of_account) == Bill.objects.filter(account__account_no=account_no).count()
    assert len(of_month) == Bill.objects.filter(yyyymm=202502).count() > 0


def test_account_shows_what_it_owes_and_no_document(client: Client, kinds: dict[str, Bill]) -> None:
    told = client.get(f"/api/v1/accounts/{kinds['usual'].account.account_no}").json()

    assert told["account_no"] == kinds["usual"].account.account_no
    assert Decimal(told["owed"]) > 0
    assert told["points"]


def test_bill_and_account_of_another_unit_are_not_found(client: Client, kinds: dict[str, Bill]) -> None:
    stranger = caller(token_for(make_utility("09").east_id, "billing.view", "customers.view"))
    number, account_no = kinds["usual"].bill_no, kinds["usual"].account.account_no
    paths = (f"bills/{number}", f"bills/{number}/explanation", f"accounts/{account_no}")

    answers = [stranger.get(f"/api/v1/{path}") for path in paths]

    assert [client.get(f"/api/v1/{path}").status_code for path in paths] == [200, 200, 200]
    assert [answer.status_code for answer in answers] == [404, 404, 404]
    assert all(answer["Content-Type"] == "application/problem+json" for answer in answers)
    assert stranger.get("/api/v1/bills").json() == {"bills": [], "next": None}


@pytest.mark.parametrize("path", ["bills", "bills/X", "bills/X/explanation", "accounts/X"])
def test_route_refuses_who_lacks_its_permission(client: Client, kinds: dict[str, Bill], path: str) -> None:
    lacking = caller(token_for(kinds["usual"].unit_id, "staff.view"), language="en")

    answer = lacking.get(f"/api/v1/{path}")

    assert (answer.status_code, answer.json()["code"]) == (403, "kernel.not_permitted")


def test_what_does_not_hold_is_named_by_its_place(client: Client) -> None:
    answer = client.get("/api/v1/bills", {"period": "2025-13", "limit": "0"})

    told = answer.json()
    assert (answer.status_code, told["code"], told["title"][:2]) == (422, "api.invalid", "请求")
    assert {each["place"] for each in told["errors"]} == {"query.period", "query.limit"}
    assert told["request_id"] == answer["X-Request-ID"]


_TEXT = st.text(max_size=50)


@given(account_no=_TEXT, period=_TEXT, cursor=_TEXT | st.integers().map(str), limit=_TEXT | st.integers().map(str))
@property_settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
def test_no_query_is_an_error_of_ours(client: Client, account_no: str, period: str, cursor: str, limit: str) -> None:
    whole = {"account_no": account_no, "period": period, "cursor": cursor, "limit": limit}

    for query in (whole, {"account_no": account_no}, {"period": period}, {"cursor": cursor}):
        assert client.get("/api/v1/bills", query).status_code in {200, 422}


@given(number=_TEXT)
@property_settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
def test_no_address_is_an_error_of_ours(client: Client, number: str) -> None:
    for path in ("bills/{}", "bills/{}/explanation", "accounts/{}"):
        assert client.get("/api/v1/" + path.format(quote(number, safe=""))).status_code in {200, 404, 422}


def test_routes_ask_the_database_little(client: Client, kinds: dict[str, Bill]) -> None:
    number, account_no = kinds["correcting"].bill_no, kinds["usual"].account.account_no

    asked = {
        path: len(questions(client, f"/api/v1/{path}"))
        for path in ("bills?limit=200", f"bills/{number}", f"bills/{number}/explanation", f"accounts/{account_no}")
    }

    assert {path: count for path, count in asked.items() if count > MOST_QUESTIONS} == {}


def test_examples_of_the_documentation_work(token: str, kinds: dict[str, Bill]) -> None:
    page = (ROOT / "docs/api.md").read_text(encoding="utf-8")
    values = {"ACCOUNT": str(kinds["usual"].account.account_no), "BILL": str(kinds["usual"].bill_no), "TOKEN": token}

    def filled(text: str) -> str:
        return re.sub(r"\$(\w+)", lambda found: values[found[1]], text)

    shape = r"""^curl (?:-H "(.+?)" )?(?:-H "(.+?)" )?(?:-d '(.+?)' )?"\$BASE(\S+)"$"""
    told = re.findall(shape, page, flags=re.MULTILINE)
    answers = []
    for first, second, body, path in told:
        headers = {name: filled(value) for name, _, value in (one.partition(": ") for one in (first, second) if one)}
        caller_of = Client(headers=headers)
        sent = caller_of.post(path, body, content_type="application/x-www-form-urlencoded") if body else None
        answers.append((sent or caller_of.get(filled(path))).status_code)

    assert len(told) == page.count("\ncurl ") >= 9
    assert set(answers) == {200}
