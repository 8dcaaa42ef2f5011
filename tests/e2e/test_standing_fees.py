"""Recurring fees in a browser: registered on the account, listed, a month looked through, charged with the typed total."""

from decimal import Decimal

import pytest
from django.utils import timezone
from playwright.sync_api import Browser, expect
from pytest_django.live_server_helper import LiveServer

from qingyuan.domains.billing.models import Bill, BillingRun
from qingyuan.domains.customers.models import Account
from qingyuan.kernel.period import Month
from qingyuan.workflows import run_billing
from tests.db.billing.test_standing_fees import add, make_refuse
from tests.db.office.people import make_staff
from tests.e2e.conftest import new_page
from tests.e2e.test_fees import look
from tests.factories.billing import account_of, make_billable_points, make_priced_town

pytestmark = pytest.mark.e2e
MAY = (
    *("customers.view", "billing.view", "billing.view_runs", "billing.charge_fees"),
    *("billing.standing_fees", "billing.charge_standing_fees"),
)


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_from_the_account_to_the_run(chromium: Browser, live_server: LiveServer, language: str) -> None:
    today = timezone.localdate()
    month = Month.of(today)
    town = make_priced_town(months=[month.number])
    accounts = [Account.objects.get(pk=account_of(point)) for point in make_billable_points(town, 4)]
    refuse = make_refuse(town)
    make_refuse(town, "SB", name="二次供水设备费", price=Decimal("60.00"), piece="套")
    for account in accounts:
        add(account, refuse, first=month, on=today)
    Account.objects.filter(pk=accounts[2].pk).update(state="SUSPENDED")
    person = make_staff(*MAY, unit_id=town.company_id)

    with new_page(chromium, live_server.url, person, language) as page:
        page.goto(f"/fees/standing/of/{accounts[0].account_no}/")
        page.select_option("[name=fee_type]", index=2)
        page.fill("[name=quantity]", "2")
        page.fill("[name=every_months]", "12")
        page.fill("[name=note]", "二次供水设备合同 2026-14")
        look(page, "standing-of", language)
        page.click("form.form-card button[type=submit]")
        expect(page.locator("tbody")).to_contain_text("120.00")
        page.goto("/fees/standing/")
        look(page, "standing-list", language)
        page.get_by_role("link", name="二次供水设备费").click()
        look(page, "standing-one", language)
        page.goto("/fees/standing/charge/")
        look(page, "standing-month", language)
        page.click("[data-opens=charge]")
        page.fill("dialog[open] [name=typed]", "144.00")
        look(page, "standing-dialog", language)
        page.click("dialog[open] button[type=submit]")
        page.wait_for_url("**/billing/runs/**")
        run_billing.work_here(run_id=BillingRun.objects.get().pk)
        page.reload()
        look(page, "standing-run", language)
        page.goto(f"/billing/runs/{BillingRun.objects.get().pk}/exceptions/")
        look(page, "standing-exceptions", language)
        page.goto(f"/billing/runs/{BillingRun.objects.get().pk}/totals/")
        look(page, "standing-totals", language)
        page.goto(f"/bills/{Bill.objects.get(amount=Decimal('120.00')).bill_no}/")
        look(page, "standing-bill", language)

    assert Bill.objects.count() == 4
