"""A relief scheme in a browser: from the new scheme to the account that holds it, whole on a screen of 1366, axe content."""

import os

import pytest
from django.utils import timezone
from playwright.sync_api import Browser, Page, expect
from pytest_django.live_server_helper import LiveServer

from qingyuan.domains.customers.models import Account, AccountRelief
from tests.db.office.people import make_staff
from tests.e2e.conftest import axe_violations, new_page
from tests.factories.billing import account_of, make_billable_points, make_priced_town

pytestmark = pytest.mark.e2e


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_from_the_new_scheme_to_the_list_of_reliefs(chromium: Browser, live_server: LiveServer, language: str) -> None:
    today = timezone.localdate()
    town = make_priced_town(months=[today.year * 100 + today.month])
    account = Account.objects.get(pk=account_of(make_billable_points(town, 1)[0]))
    person = make_staff("customers.view", "customers.change", unit_id=town.company_id)

    with new_page(chromium, live_server.url, person, language) as page:
        page.goto("/relief-schemes/new/")
        page.fill("[name=code]", "dibao")
        page.fill("[name=name]", "低保家庭减免")
        page.fill("[name=funder]", "市民政局")
        page.fill("[name=evidence]", "最低生活保障金领取证、户口簿、身份证复印件")
        page.fill("[name=default_months]", "12")
        look(page, "new-scheme", language)
        page.click("form.form-card button[type=submit]")
        expect(page.locator("tbody")).to_contain_text("低保家庭减免")
        look(page, "schemes", language)
        page.goto("/relief-schemes/dibao/edit/")
        look(page, "edit-scheme", language)
        page.goto(f"/accounts/{account.account_no}/relief/")
        page.select_option("[name=scheme]", label="低保家庭减免")
        page.fill("[name=evidence]", "低保证 2026-118")
        look(page, "grant", language)
        page.click("form.form-card button[type=submit]")
        expect(page.locator("main")).to_contain_text("低保家庭减免")
        look(page, "account-with-relief", language)
        page.goto("/reliefs/?scheme=dibao")
        expect(page.locator("tbody")).to_contain_text("市民政局")
        look(page, "reliefs", language)

    assert AccountRelief.objects.get().to_date is not None


def look(page: Page, step: str, language: str) -> None:
    """No breach of axe, nothing beyond the edge; pictures where PICTURES names a folder."""
    page.wait_for_load_state("networkidle")
    assert axe_violations(page) == []
    for width, height in ((1440, 900), (1366, 768)):
        page.set_viewport_size({"width": width, "height": height})
        assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0
        if pictures := os.environ.get("PICTURES"):
            page.screenshot(path=f"{pictures}/{step}-{language}-{width}.png")
