"""Instalments in a browser: asked for, approved by another person, proposed at the counter as the amount to be paid."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.utils import timezone
from playwright.sync_api import Browser, expect
from pytest_django.live_server_helper import LiveServer

from qingyuan.domains.ledger.models import InstalmentPlan
from qingyuan.domains.payments import operations as payments
from qingyuan.domains.payments.models import Payment
from qingyuan.kernel.actor import Actor
from qingyuan.platform.staff.queries.people import actor_of
from tests.db.ledger.test_instalments import account_no
from tests.db.office.people import make_staff
from tests.e2e.conftest import new_page
from tests.e2e.test_fees import look
from tests.factories.ledger import make_company, make_payer, post, receivable

pytestmark = pytest.mark.e2e
MAY = ("customers.view", "billing.view", "ledger.view", "ledger.agree_instalments", "ledger.approve_instalments")
TILL = ("customers.view", "payments.take", "payments.close_shift", "payments.view")


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_from_the_request_to_the_counter(chromium: Browser, live_server: LiveServer, language: str) -> None:
    today = timezone.localdate()
    company = make_company(months=[today.year * 100 + today.month])
    payer = make_payer(company)
    for place, days in enumerate((70, 40), start=1):
        due = today - timedelta(days=days)
        one = receivable(company, payer, due=due, yyyymm=due.year * 100 + due.month, WATER=f"{place}00.00")
        post(company, one, on=today, run_id=place)
    number, unit_id = account_no(payer), company.utility.east_id
    first, second = (make_staff(*MAY, unit_id=unit_id, login=login) for login in ("one", "two"))
    cashier = make_staff(*TILL, unit_id=unit_id, login="till")
    open_shift(actor_of(cashier, origin="TEST"), unit_id, today)

    with new_page(chromium, live_server.url, first, language) as page:
        page.goto(f"/instalments/new/{number}/")
        page.fill("[name=count]", "3")
        page.fill("[name=reason]", "经营困难，申请分三期")
        page.fill("[name=document_no]", "申请 2026-118")
        look(page, "plan-new", language)
        page.click("form.form-card button[type=submit]")
        page.wait_for_url("**/instalments/F**")
        look(page, "plan-asked", language)
    with new_page(chromium, live_server.url, second, language) as page:
        page.goto(f"/instalments/{InstalmentPlan.objects.get().plan_no}/")
        page.click("[data-opens=approve]")
        page.fill("dialog[open] [name=typed]", "300.00")
        page.click("dialog[open] button[type=submit]")
        expect(page.locator("main")).to_contain_text("1")
        look(page, "plan-kept", language)
        page.goto("/instalments/")
        look(page, "plan-list", language)
        page.goto(f"/accounts/{number}/")
        look(page, "plan-account", language)
    with new_page(chromium, live_server.url, cashier, language) as page:
        page.goto(f"/counter/?account={number}")
        received = page.locator("#counter-received")
        expect(received).to_be_focused()
        look(page, "plan-counter", language)
        received.press("Enter")
        expect(received).to_have_value("100.00")
        received.press("Enter")
        expect(page.locator("#counter-done")).to_be_visible()

    assert Payment.objects.get().received == Decimal("100.00")
    assert InstalmentPlan.objects.get().state == "AGREED"


def open_shift(cashier: Actor, unit_id: int, on: date) -> None:
    payments.open_session(actor=cashier, unit_id=unit_id, float_amount=Decimal("100.00"), at=timezone.now(), on=on)
