"""Recurring fees through the browser's door: registered on the account, listed, a month looked through, charged, ended."""

from datetime import date
from decimal import Decimal

import pytest
from django.test import Client
from django.utils import timezone

from qingyuan.domains.billing.models import Bill, BillingRun, StandingFee
from qingyuan.domains.customers.models import Account, AccountHold
from qingyuan.workflows import run_billing
from tests.counting import DETAIL, LIST, questions
from tests.db.office.people import make_staff, signed_in_client
from tests.factories.billing import PricedTown, account_of, make_billable_points, make_priced_town
from tests.factories.book_checks import assert_books_hold
from tests.flows.fees.test_fees import ALL, add_type

pytestmark = pytest.mark.django_db
MINE = (
    *ALL,
    "billing.standing_fees",
    "billing.charge_standing_fees",
    "billing.view_runs",
    "billing.undo",
    "billing.run",
)


@pytest.fixture
def priced(db: None, monkeypatch: pytest.MonkeyPatch) -> PricedTown:
    monkeypatch.setattr(timezone, "localdate", lambda *_: date(2025, 7, 20))
    return make_priced_town()


@pytest.fixture
def clerk(priced: PricedTown) -> Client:
    return signed_in_client(make_staff(*MINE, unit_id=priced.company_id))


@pytest.fixture
def accounts(priced: PricedTown) -> list[Account]:
    return [Account.objects.get(pk=account_of(point)) for point in make_billable_points(priced, 3)]


def register(clerk: Client, account: Account, fee_type_id: int, **given: object) -> StandingFee:
    form = {"fee_type": fee_type_id, "quantity": "1", "every_months": "1", "from_month": "2025-07", "note": "代收协议"}
    answer = clerk.post(f"/fees/standing/of/{account.account_no}/", {**form, **given})
    assert answer.status_code == 302, answer.content.decode()
    return StandingFee.objects.latest("id")


def test_from_the_account_to_the_bill_and_its_end(clerk: Client, priced: PricedTown, accounts: list[Account]) -> None:
    refuse = add_type(clerk, priced, code="LJ", name="垃圾费", price="8.00", piece="户")
    made = [register(clerk, account, refuse.pk) for account in accounts]
    register(clerk, accounts[0], add_type(clerk, priced, code="SB", name="设备费", price="60").pk, every_months="12")
    held = accounts[2]
    AccountHold.objects.create(
        company_id=priced.company_id, account_id=held.pk, activity="BILLING", reason="争议", from_date=date(2025, 7, 1)
    )
    address = f"/fees/standing/of/{accounts[0].account_no}/"
    assert address in clerk.get(f"/accounts/{accounts[0].account_no}/").content.decode()
    assert "每年" in clerk.get(address).content.decode()

    looked = clerk.get("/fees/standing/charge/")
    assert (looked.context["judged"].good, looked.context["judged"].total) == (3, Decimal("76.00"))
    assert "争议" in looked.content.decode()
    hidden = looked.context["confirm"].hidden
    wrong = clerk.post("/fees/standing/charge/", {**hidden, "typed": "75.00"})
    assert wrong.status_code == 422
    assert not Bill.objects.exists()
    charged = clerk.post("/fees/standing/charge/", {**hidden, "typed": "76.00"})
    run = BillingRun.objects.get()
    assert charged["Location"] == f"/billing/runs/{run.pk}/"
    run_billing.work_here(run_id=run.pk)

    assert Bill.objects.count() == 3
    for tab in ("", "totals/", "exceptions/", "review/", "compare/"):
        assert clerk.get(f"/billing/runs/{run.pk}/{tab}").status_code == 200, tab
    assert "争议" in clerk.get(f"/billing/runs/{run.pk}/exceptions/").content.decode()
    assert run.run_no in clerk.get("/billing/runs/").content.decode()
    bill = Bill.objects.get(amount=Decimal("60.00"))
    told = clerk.get(f"/bills/{bill.bill_no}/").content.decode()
    assert "账期 2025-07 至 2026-06" in told
    one = clerk.get(f"/fees/standing/{made[0].pk}/").content.decode()
    assert Bill.objects.filter(account=accounts[0]).exclude(pk=bill.pk).get().bill_no in one

    again = clerk.get("/fees/standing/charge/")
    assert (again.context["judged"].good, again.context["judged"].refused, again.context["confirm"]) == (0, 1, None)
    early = clerk.post(f"/fees/standing/{made[0].pk}/", {"until_month": "2025-06", "reason": "搬走", "version": "1"})
    assert early.status_code == 422
    assert "先冲正" in early.context["form"].errors["until_month"][0]
    ended = clerk.post(f"/fees/standing/{made[0].pk}/", {"until_month": "2025-07", "reason": "搬走", "version": "1"})
    assert ended.status_code == 302
    assert_books_hold()


def test_the_list_is_filtered(clerk: Client, priced: PricedTown, accounts: list[Account]) -> None:
    refuse = add_type(clerk, priced, code="LJ", name="垃圾费", price="8.00", piece="户")
    register(clerk, accounts[0], refuse.pk)
    register(clerk, accounts[1], refuse.pk, from_month="2025-09")
    register(clerk, accounts[2], refuse.pk, from_month="2025-01", until_month="2025-06")
    Account.objects.filter(pk=accounts[2].pk).update(note="x")

    def count(**asked: str | int) -> int:
        return int(clerk.get("/fees/standing/", asked).context["list"].count)

    assert count() == 3
    assert [count(when=when) for when in ("in-force", "to-come", "ended", "closed")] == [1, 1, 1, 0]
    assert (count(q=accounts[1].account_no), count(fee_type=refuse.pk), count(unit=priced.company_id)) == (1, 3, 3)
    Account.objects.filter(pk=accounts[0].pk).update(state="CLOSED", closed_date=date(2025, 7, 1))
    assert count(when="closed") == 1
    assert clerk.get("/fees/standing/", {"format": "csv"}).status_code == 200
    assert len(questions(clerk, "/fees/standing/")) <= LIST
    made = StandingFee.objects.latest("id")
    assert len(questions(clerk, f"/fees/standing/{made.pk}/")) <= DETAIL
    assert len(questions(clerk, f"/fees/standing/of/{accounts[1].account_no}/")) <= DETAIL
    assert len(questions(clerk, "/fees/standing/charge/")) <= DETAIL


def test_what_is_refused_is_said_at_the_field(clerk: Client, priced: PricedTown, accounts: list[Account]) -> None:
    refuse = add_type(clerk, priced, code="LJ", name="垃圾费", price="8.00", piece="户")
    register(clerk, accounts[0], refuse.pk)
    form = {"fee_type": refuse.pk, "quantity": "1", "every_months": "1", "from_month": "2025-07", "note": "代收协议"}
    twice = clerk.post(f"/fees/standing/of/{accounts[0].account_no}/", form)
    wrong = clerk.post(f"/fees/standing/of/{accounts[1].account_no}/", form | {"until_month": "2025-01"})

    assert (twice.status_code, wrong.status_code) == (422, 422)
    assert "2025-07" in twice.context["form"].errors["fee_type"][0]
    assert "until_month" in wrong.context["form"].errors
    assert StandingFee.objects.count() == 1
    future = clerk.get("/fees/standing/charge/", {"month": "2025-08"})
    assert "2025-08 尚未开始" in future.content.decode()
    assert clerk.get("/fees/standing/charge/", {"month": "x"}).status_code == 422
    assert clerk.post("/fees/standing/charge/", {"typed": "x", "total": "x"}).status_code == 422


def test_a_stranger_finds_nothing(priced: PricedTown, clerk: Client, accounts: list[Account]) -> None:
    refuse = add_type(clerk, priced, code="LJ", name="垃圾费", price="8.00", piece="户")
    made = register(clerk, accounts[0], refuse.pk)
    other = signed_in_client(make_staff(*MINE, unit_id=priced.town.utility.west_id, login="west"))
    plain = signed_in_client(make_staff("billing.view", unit_id=priced.company_id, login="plain"))

    assert other.get(f"/fees/standing/{made.pk}/").status_code == 404
    assert other.get(f"/fees/standing/of/{accounts[0].account_no}/").status_code == 404
    assert other.get("/fees/standing/").context["list"].count == 0
    assert other.get("/fees/standing/charge/").context["judged"].rows == ()
    assert plain.get("/fees/standing/").status_code == 403
    assert plain.post("/fees/standing/charge/").status_code == 403
