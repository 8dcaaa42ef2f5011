"""Bills through the browser's door: the list, the page with its explanation, cancelling, billing again, proposals."""

from collections.abc import Iterator
from datetime import date
from decimal import Decimal

import pytest
from django.test import Client
from django.utils import timezone

from qingyuan.domains.billing.models import Bill, BillReversal, RerateProposal
from qingyuan.domains.billing.queries.explain import explain_bill
from qingyuan.interfaces.office.bills.explanation import tree_of
from qingyuan.interfaces.office.shell.explanations import ExplainedStep
from qingyuan.interfaces.office.shell.formats import money_text
from qingyuan.platform import registry
from qingyuan.platform.staff.role_templates import expanded, template
from tests.counting import DETAIL, LIST, questions
from tests.db.billing.test_cancel import day, six_bills
from tests.db.office.people import make_staff, signed_in_client
from tests.factories.billing import (
    PricedTown,
    bill_month,
    correct_usage,
    make_billable_points,
    make_priced_town,
)

pytestmark = pytest.mark.django_db
ALL = ("billing.view", "billing.view_runs", "billing.cancel", "billing.decide_proposals")
D = Decimal


@pytest.fixture
def priced(db: None, monkeypatch: pytest.MonkeyPatch) -> PricedTown:
    monkeypatch.setattr(timezone, "localdate", lambda *_: date(2025, 7, 20))
    return make_priced_town()


@pytest.fixture
def clerk(priced: PricedTown) -> Client:
    return signed_in_client(make_staff(*ALL, unit_id=priced.company_id))


def money_leaves(step: ExplainedStep) -> Iterator[Decimal]:
    """Amounts of the steps below which no step has an amount."""
    below = [amount for child in step.children for amount in money_leaves(child)]
    if below:
        yield from below
    elif step.amount is not None:
        yield step.amount


def sentences(step: ExplainedStep) -> Iterator[str]:
    yield step.text
    for child in step.children:
        yield from sentences(child)


def test_list_filters_and_totals(clerk: Client, priced: PricedTown) -> None:
    one, other = make_billable_points(priced, 2)
    bills = bill_month(priced, day(1), {one: "160", other: "500"})
    bill_month(priced, day(2), {one: "170", other: "510"})

    everything = clerk.get("/bills/", {"period": "2025-01"})
    large = clerk.get("/bills/", {"period": "2025-01", "least": "300"})
    own = clerk.get("/bills/", {"q": bills[0].account.account_no})

    assert everything.context["list"].count == 2
    assert money_text(D(sum(bill.amount for bill in bills))) in [
        cell.text for cell in everything.context["list"].totals
    ]
    assert large.context["list"].count == 1
    assert own.context["list"].count == 2
    assert len(questions(clerk, "/bills/?period=2025-01")) <= LIST


def test_page_explains_the_bill_in_words_and_to_the_fen(clerk: Client, priced: PricedTown) -> None:
    (point,) = make_billable_points(priced, 1, people=4)
    bill = six_bills(priced, point)[3]

    answer = clerk.get(f"/bills/{bill.bill_no}/")
    tree = answer.context["tree"]

    assert sum(money_leaves(tree)) == bill.amount == D("234.60")
    words = list(sentences(tree))
    assert any("此前已用 180 m³，加上本次共 240 m³" in text for text in words)
    assert any("第 1 档（0 至 220）：还可用 40，本次用 40，剩余 0 m³" in text for text in words)
    assert any("第 2 档：20 m³ × 单价 3.30 = 66.00" in text for text in words)
    assert any(text.startswith("2025-04-20 水表") and "抄表记录" in text for text in words)
    assert len(questions(clerk, f"/bills/{bill.bill_no}/")) <= DETAIL


def test_correcting_bill_is_explained_as_a_difference(clerk: Client, priced: PricedTown) -> None:
    (point,) = make_billable_points(priced, 1)
    bills = six_bills(priced, point)
    correct_usage(bills[1].reading_item_id, "40.000")
    made = clerk.post(f"/bills/{bills[1].bill_no}/rebill/", {"typed": "207.00", "reason": "抄错"})
    new = Bill.objects.get(replaces_bill_id=bills[1].pk)
    assert made["Location"] == f"/bills/{new.bill_no}/"
    assert new.amount == D("138.00")
    page = clerk.get(made["Location"]).content.decode()
    assert bills[1].bill_no in page
    assert new.bill_no in clerk.get(f"/bills/{bills[1].bill_no}/").content.decode()

    proposal = RerateProposal.objects.filter(state="OPEN").order_by("id")[0]
    listed = clerk.get("/billing/proposals/")
    assert listed.context["list"].count == 2
    assert "-47.60" in [cell.text for cell in listed.context["list"].totals]
    decided = clerk.post(f"/billing/proposals/{proposal.pk}/", {"decision": "apply", "version": proposal.version})
    assert decided.status_code == 302, decided.content.decode()
    correction = Bill.objects.get(corrects_bill_id=proposal.bill_id)

    tree = tree_of(explain_bill(correction.pk))
    assert sum(money_leaves(tree)) == correction.amount == D("-27.60")


def test_dismissing_a_proposal_needs_a_reason(clerk: Client, priced: PricedTown) -> None:
    (point,) = make_billable_points(priced, 1)
    bills = six_bills(priced, point)
    clerk.post(f"/bills/{bills[1].bill_no}/cancel/", {"typed": "207.00", "reason": "抄错"})
    proposal = RerateProposal.objects.filter(state="OPEN").order_by("id")[0]
    given = {"decision": "dismiss", "version": proposal.version}

    assert clerk.post(f"/billing/proposals/{proposal.pk}/", given).status_code == 422
    stale = clerk.post(f"/billing/proposals/{proposal.pk}/", {**given, "reason": "小额", "version": 99})
    assert stale.status_code == 422
    proposal.refresh_from_db()
    assert proposal.state == "OPEN"
    clerk.post(f"/billing/proposals/{proposal.pk}/", {**given, "reason": "小额"})

    proposal.refresh_from_db()
    assert proposal.state == "DISMISSED"


def test_cancel_needs_the_amount_and_a_reason(clerk: Client, priced: PricedTown) -> None:
    (point,) = make_billable_points(priced, 1)
    (bill,) = bill_month(priced, day(1), {point: "160"})
    url = f"/bills/{bill.bill_no}/cancel/"

    wrong = clerk.post(url, {"typed": "1.00", "reason": "抄错"}, follow=True)
    assert "确认内容不符或未填原因" in wrong.content.decode()
    clerk.post(url, {"typed": f"{bill.amount}", "reason": ""})
    assert not BillReversal.objects.exists()
    clerk.post(url, {"typed": f"{bill.amount}", "reason": "抄错"})

    assert BillReversal.objects.get(bill_id=bill.pk).reason == "抄错"
    page = clerk.get(f"/bills/{bill.bill_no}/")
    assert "已冲正" in page.content.decode() and "抄错" in page.content.decode()
    assert page.context["cancel"] is None
    again = clerk.post(url, {"typed": f"{bill.amount}", "reason": "再来"}, follow=True)
    assert f"账单 {bill.bill_no} 已冲正" in again.content.decode()


def test_cancel_in_a_month_without_an_open_period_is_told_on_the_bills_page(
    clerk: Client, priced: PricedTown, monkeypatch: pytest.MonkeyPatch
) -> None:
    (point,) = make_billable_points(priced, 1)
    (bill,) = bill_month(priced, day(1), {point: "160"})
    monkeypatch.setattr(timezone, "localdate", lambda *_: date(2026, 3, 5))

    told = clerk.post(f"/bills/{bill.bill_no}/cancel/", {"typed": f"{bill.amount}", "reason": "抄错"}, follow=True)

    assert told.redirect_chain == [(f"/bills/{bill.bill_no}/", 302)]
    assert "202603" in told.content.decode()
    assert not BillReversal.objects.exists()


def test_bill_of_another_company_is_not_found(priced: PricedTown) -> None:
    (point,) = make_billable_points(priced, 1)
    bills = six_bills(priced, point)
    owner = signed_in_client(make_staff(*ALL, unit_id=priced.company_id, login="owner"))
    owner.post(f"/bills/{bills[1].bill_no}/cancel/", {"typed": "207.00", "reason": "抄错"})
    proposal = RerateProposal.objects.filter(state="OPEN")[0]
    stranger = signed_in_client(make_staff(*ALL, unit_id=make_priced_town("02").company_id, login="stranger"))
    url = f"/bills/{bills[0].bill_no}/"
    given = {"typed": f"{bills[0].amount}", "reason": "x", "decision": "dismiss", "version": "1"}

    assert stranger.get(url).status_code == 404
    assert stranger.post(f"{url}cancel/", given).status_code == 404
    assert stranger.post(f"{url}rebill/", given).status_code == 404
    assert stranger.get(f"/billing/proposals/{proposal.pk}/").status_code == 404
    assert stranger.post(f"/billing/proposals/{proposal.pk}/", given).status_code == 404
    assert stranger.get("/bills/").context["list"].count == 0
    assert stranger.get("/billing/proposals/").context["list"].count == 0

    assert BillReversal.objects.count() == 1


def test_viewer_may_not_cancel(priced: PricedTown) -> None:
    (point,) = make_billable_points(priced, 1)
    (bill,) = bill_month(priced, day(1), {point: "160"})
    viewer = signed_in_client(make_staff("billing.view", unit_id=priced.company_id, login="viewer"))

    assert viewer.get(f"/bills/{bill.bill_no}/").context["cancel"] is None
    assert viewer.post(f"/bills/{bill.bill_no}/cancel/", {"typed": "1", "reason": "x"}).status_code == 403


def test_cashier_opens_bills_and_neither_runs_nor_proposals(priced: PricedTown) -> None:
    (point,) = make_billable_points(priced, 1)
    bills = six_bills(priced, point)
    owner = signed_in_client(make_staff(*ALL, unit_id=priced.company_id, login="owner"))
    owner.post(f"/bills/{bills[1].bill_no}/cancel/", {"typed": "207.00", "reason": "抄错"})
    proposed = Bill.objects.get(pk=RerateProposal.objects.filter(state="OPEN")[0].bill_id)
    held = expanded(template("cashier").permissions, registry.permissions.all())
    cashier = signed_in_client(make_staff(*held, unit_id=priced.company_id, login="cashier"))
    page = f"/bills/{proposed.bill_no}/"
    run_url = f"/billing/runs/{proposed.run_id}/"

    menu = {entry.url for group in cashier.get("/password/").context["shell"].menu for entry in group.entries}
    seen = cashier.get(page).content.decode()

    assert "/bills/" in menu
    assert not [url for url in menu if url.startswith("/billing/")]
    assert proposed.run.run_no in seen
    assert "/billing/" not in seen
    assert run_url in owner.get(page).content.decode() and "/billing/proposals/" in owner.get(page).content.decode()
    assert cashier.get(f"/accounts/{proposed.account.account_no}/bills/").status_code == 200
    for url in ("/billing/runs/", run_url, f"{run_url}totals/", "/billing/proposals/"):
        assert cashier.get(url).status_code == 403


def test_bill_page_leads_to_the_form_for_its_month_when_permitted(clerk: Client, priced: PricedTown) -> None:
    one, other = make_billable_points(priced, 2)
    bill, cancelled = bill_month(priced, day(1), {one: "160", other: "170"})
    adjuster = signed_in_client(
        make_staff(*ALL, "readings.view", "readings.adjust", unit_id=priced.company_id, login="adjuster")
    )
    address = f"/readings/items/{bill.reading_item_id}/adjust/?bill={bill.bill_no}"

    page = adjuster.get(f"/bills/{bill.bill_no}/").content.decode()

    assert f'href="{address}"' in page and "增减水量" in page
    form = adjuster.get(address).content.decode()
    assert f'href="/bills/{bill.bill_no}/"' in form, "cancelling leads back to the bill"
    assert "/adjust/" not in clerk.get(f"/bills/{bill.bill_no}/").content.decode()
    clerk.post(f"/bills/{cancelled.bill_no}/cancel/", {"typed": money_text(cancelled.amount), "reason": "x"})
    assert BillReversal.objects.filter(bill_id=cancelled.pk).exists()
    assert "/adjust/" not in adjuster.get(f"/bills/{cancelled.bill_no}/").content.decode()
