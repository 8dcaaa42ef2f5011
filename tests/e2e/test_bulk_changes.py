"""A bulk change in a browser: from the sheet to the typed number, whole on a screen of 1366, without a breach of axe."""

import os
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect
from pytest_django.live_server_helper import LiveServer

from qingyuan.domains.meters.models import UsageShare
from tests.db.office.people import make_staff
from tests.e2e.conftest import axe_violations, new_page
from tests.factories.billing import make_billable_points, make_priced_town
from tests.factories.meters import make_usage_class

pytestmark = pytest.mark.e2e


@pytest.mark.parametrize(("language", "said"), [("zh-hans", "已变更 12 条"), ("en", "12 changed")])
def test_from_the_sheet_to_the_typed_number(
    chromium: Browser, live_server: LiveServer, tmp_path: Path, language: str, said: str
) -> None:
    town = make_priced_town()
    make_usage_class(town.company_id, "TRADE", "工商业")
    make_billable_points(town, 12)
    person = make_staff("customers.change", "customers.view", "meters.change", unit_id=town.company_id)
    sheet = tmp_path / "改性质.csv"
    lines = [f"AP{number:06},工商业" for number in range(1, 13)]
    sheet.write_text("\n".join(["户号,用水性质", *lines, "AP999999,工商业"]), encoding="utf-8")
    pictures = os.environ.get("PICTURES")

    with new_page(chromium, live_server.url, person) as page:
        page.context.add_cookies([{"name": "django_language", "value": language, "url": live_server.url}])
        for step in ("form", "preview", "done"):
            if step == "form":
                page.goto("/bulk-changes/shares/")
            elif step == "preview":
                page.fill("[name=evidence]", "沪水务〔2026〕12 号 用水性质核定")
                page.set_input_files("[name=file]", str(sheet))
                page.click("form.form-card button[type=submit]")
            else:
                page.click("[data-opens=carry-out]")
                page.fill("#carry-out-typed", "12")
                page.click("#carry-out button[type=submit]")
                expect(page.locator("#verdicts")).to_have_text(said)
            page.wait_for_load_state("networkidle")
            assert axe_violations(page) == []
            for width, height in ((1440, 900), (1366, 768)):
                page.set_viewport_size({"width": width, "height": height})
                assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0
                if pictures:
                    page.screenshot(path=f"{pictures}/{step}-{language}-{width}.png", full_page=True)

    assert UsageShare.objects.filter(usage_class__code="TRADE", to_date__isnull=True).count() == 12


def test_the_page_shows_the_chosen_way_alone_by_keyboard(chromium: Browser, live_server: LiveServer) -> None:
    town = make_priced_town()
    person = make_staff("customers.change", "customers.view", "meters.change", unit_id=town.company_id)

    with new_page(chromium, live_server.url, person) as page:
        page.goto("/bulk-changes/account-quota/")
        file, books, sample = (page.locator(one) for one in ("[name=file]", "[name=books]", ".of-file"))
        expect(file).to_be_visible()
        expect(sample).to_be_visible()
        expect(books).to_be_hidden()

        page.focus("[name=way][value=file]")
        page.keyboard.press("ArrowRight")

        expect(books).to_be_visible()
        expect(file).to_be_hidden()
        expect(sample).to_be_hidden()
        assert axe_violations(page) == []
