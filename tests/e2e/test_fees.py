"""A fee in a browser: from the new type over the account's button to the bill, whole on a screen of 1366, axe content."""

import os

import pytest
from django.utils import timezone
from playwright.sync_api import Browser, Page, expect
from pytest_django.live_server_helper import LiveServer

from qingyuan.domains.billing.models import Bill
from qingyuan.domains.customers.models import Account
from tests.db.billing.test_fees import make_type
from tests.db.office.people import make_staff
from tests.e2e.conftest import axe_violations, new_page
from tests.factories.billing import account_of, make_billable_points, make_priced_town

pytestmark = pytest.mark.e2e


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_from_the_new_type_to_the_bill(chromium: Browser, live_server: LiveServer, language: str) -> None:
    today = timezone.localdate()
    town = make_priced_town(months=[today.year * 100 + today.month])
    account = Account.objects.get(pk=account_of(make_billable_points(town, 1)[0]))
    person = make_staff(
        *("customers.view", "billing.view", "billing.cancel", "billing.fee_types", "billing.charge_fees"),
        unit_id=town.company_id,
    )

    with new_page(chromium, live_server.url, person, language) as page:
        page.goto("/fee-types/new/")
        page.fill("[name=code]", "JB")
        page.fill("[name=name]", "校表费")
        page.select_option("[name=charge_item]", str(town.charges["base"]))
        page.fill("[name=price]", "25.50")
        page.fill("[name=piece]", "只")
        look(page, "type", language)
        page.click("form.form-card button[type=submit]")
        expect(page.locator("tbody")).to_contain_text("校表费")
        look(page, "types", language)
        page.goto(f"/accounts/{account.account_no}/")
        look(page, "account", language)
        page.goto(f"/fees/charge/{account.account_no}/")
        page.select_option("[name=fee_type]", index=1)
        page.fill("[name=quantity]", "3")
        page.fill("[name=note]", "用户申请校验水表，申请单 2026-118")
        look(page, "charge", language)
        page.click("form.form-card button[type=submit]")
        page.wait_for_url("**/bills/**")
        expect(page.locator("main")).to_contain_text("3 只 × 25.50 = 76.50")
        look(page, "bill", language)

    assert Bill.objects.get().kind == "OTHER"


def look(page: Page, step: str, language: str) -> None:
    """No breach of axe, nothing beyond the edge; pictures where PICTURES names a folder."""
    page.wait_for_load_state("networkidle")
    assert axe_violations(page) == []
    for width, height in ((1440, 900), (1366, 768)):
        page.set_viewport_size({"width": width, "height": height})
        assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0
        if pictures := os.environ.get("PICTURES"):
            page.screenshot(path=f"{pictures}/{step}-{language}-{width}.png")


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_a_file_of_fees_is_looked_through_and_charged(
    chromium: Browser, live_server: LiveServer, language: str
) -> None:
    today = timezone.localdate()
    town = make_priced_town(months=[today.year * 100 + today.month])
    make_type(town)
    points = make_billable_points(town, 3)
    numbers = Account.objects.filter(pk__in=[account_of(point) for point in points]).values_list(
        "account_no", flat=True
    )
    person = make_staff("customers.view", "billing.view", "billing.charge_fees", unit_id=town.company_id)
    lines = ["户号,费用类型,数量或金额,事由", *(f"{number},JB,2,校验水表，申请单 2026-118" for number in numbers)]
    content = "\n".join([*lines, "99999999,JB,1,校验水表", f"{numbers[0]},校表,1,校验水表"]).encode()

    with new_page(chromium, live_server.url, person, language) as page:
        page.goto("/fees/import/")
        look(page, "import", language)
        page.set_input_files("[name=file]", {"name": "费用.csv", "mimeType": "text/csv", "buffer": content})
        page.click("form.form-card button[type=submit]")
        expect(page.locator("main")).to_contain_text("153.00")
        look(page, "import-rows", language)
        page.click("[data-opens=charge]")
        page.fill("dialog[open] [name=typed]", "153.00")
        page.click("dialog[open] button[type=submit]")
        expect(page.locator("h2#done")).to_contain_text("153.00")
        look(page, "import-done", language)

    assert Bill.objects.count() == 3
