"""Other fees through the browser's door: a type is added, a fee charged from the account's page, seen, and taken back."""

import argparse
from datetime import date
from decimal import Decimal

import pytest
from django.test import Client
from django.utils import timezone

from qingyuan.domains.billing.models import Bill, FeeCharge, FeeType
from qingyuan.domains.customers.models import Account
from qingyuan.interfaces.commands import explain
from tests.counting import DETAIL, LIST, questions
from tests.db.office.people import make_staff, signed_in_client
from tests.factories.billing import PricedTown, account_of, make_billable_points, make_priced_town
from tests.factories.book_checks import assert_books_hold

pytestmark = pytest.mark.django_db
ALL = ("customers.view", "billing.view", "billing.cancel", "billing.fee_types", "billing.charge_fees")
KEY = "3f2b8a52-1111-4222-8333-944444444444"


@pytest.fixture
def priced(db: None, monkeypatch: pytest.MonkeyPatch) -> PricedTown:
    monkeypatch.setattr(timezone, "localdate", lambda *_: date(2025, 7, 20))
    return make_priced_town()


@pytest.fixture
def clerk(priced: PricedTown) -> Client:
    return signed_in_client(make_staff(*ALL, unit_id=priced.company_id))


def add_type(clerk: Client, priced: PricedTown, **given: object) -> FeeType:
    form = {"code": "JB", "name": "校表费", "charge_item": priced.charges["base"], "pricing": "UNIT"}
    answer = clerk.post("/fee-types/new/", {**form, "price": "25.50", "piece": "只", **given})
    assert answer.status_code == 302, answer.content.decode()
    return FeeType.objects.latest("id")


def test_a_fee_from_its_type_to_its_end(clerk: Client, priced: PricedTown, capsys: pytest.CaptureFixture[str]) -> None:
    account = Account.objects.get(pk=account_of(make_billable_points(priced, 1)[0]))
    fee_type = add_type(clerk, priced)
    address = f"/fees/charge/{account.account_no}/"
    assert address in clerk.get(f"/accounts/{account.account_no}/").content.decode()
    assert "校表费，25.50 元 / 只" in clerk.get(address).content.decode()
    form = {"fee_type": fee_type.pk, "quantity": "3", "note": "校验水表", "key": KEY}

    made = clerk.post(address, form)
    again = clerk.post(address, form)

    bill = Bill.objects.get()
    assert made["Location"] == again["Location"] == f"/bills/{bill.bill_no}/"
    assert FeeCharge.objects.get().amount == bill.amount == Decimal("76.50")
    page = clerk.get(made["Location"]).content.decode()
    assert "校表费：3 只 × 25.50 = 76.50" in page
    assert "元/m³" not in page, "a fee's price is of a piece"
    assert "/rebill/" not in page
    assert clerk.get(f"/bills/{bill.bill_no}/explanation.pdf").content.startswith(b"%PDF")
    assert bill.bill_no in clerk.get("/bills/", {"kind": "OTHER"}).content.decode()
    assert explain_lines(bill.bill_no, capsys)[-1].endswith("[76.50]")

    cancelled = clerk.post(f"/bills/{bill.bill_no}/cancel/", {"typed": "76.50", "reason": "收错"}, follow=True)
    assert "已冲正" in cancelled.content.decode()
    assert_books_hold()


def explain_lines(bill_no: str, capsys: pytest.CaptureFixture[str]) -> list[str]:
    capsys.readouterr()
    explain.run(argparse.Namespace(bill=bill_no, json=False, lang="zh"))
    return capsys.readouterr().out.strip().splitlines()


def test_what_is_refused_is_said_at_the_field(clerk: Client, priced: PricedTown) -> None:
    account = Account.objects.get(pk=account_of(make_billable_points(priced, 1)[0]))
    free = add_type(clerk, priced, code="FK", pricing="FREE", price="", piece="")
    address = f"/fees/charge/{account.account_no}/"

    dear = clerk.post(address, {"fee_type": free.pk, "amount": "5000.01", "note": "工料", "key": KEY})
    none = clerk.post(address, {"fee_type": free.pk, "amount": "0.00", "note": "工料", "key": KEY})

    assert (dear.status_code, none.status_code) == (422, 422)
    assert "超过限额 5000.00 元" in dear.context["form"].errors["amount"][0]
    assert Bill.objects.count() == 0


def test_types_are_listed_changed_and_retired(clerk: Client, priced: PricedTown) -> None:
    add_type(clerk, priced)
    assert clerk.post("/fee-types/new/", {"code": "JB", "name": "x"}).status_code == 422
    form = {"name": "校表费", "charge_item": priced.charges["base"], "pricing": "UNIT", "price": "30", "version": "1"}

    assert clerk.post("/fee-types/JB/edit/", form).status_code == 302
    stale = clerk.post("/fee-types/JB/edit/", form | {"price": "40"})

    assert stale.status_code == 422
    assert FeeType.objects.get().price == Decimal("30.00")
    assert clerk.get("/fee-types/").context["list"].count == 0
    assert clerk.get("/fee-types/", {"retired": "on"}).context["list"].count == 1
    assert len(questions(clerk, "/fee-types/?retired=on")) <= LIST
    assert len(questions(clerk, "/fee-types/JB/edit/")) <= DETAIL


def test_a_stranger_to_the_account_finds_nothing(priced: PricedTown) -> None:
    account = Account.objects.get(pk=account_of(make_billable_points(priced, 1)[0]))
    other = signed_in_client(make_staff(*ALL, unit_id=priced.town.utility.west_id))

    assert other.get(f"/fees/charge/{account.account_no}/").status_code == 404
    assert other.post(f"/fees/charge/{account.account_no}/", {"key": KEY}).status_code == 404
