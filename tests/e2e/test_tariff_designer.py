"""The tariff designer in a browser: a three-tier draft is built, tried and tested by keyboard and buttons; a second person publishes it."""

import os
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page
from pytest_django.live_server_helper import LiveServer

from qingyuan.domains.tariffs.models import PriceVersion
from qingyuan.domains.tariffs.rules.parse import parse_version
from qingyuan.domains.tariffs.rules.plan import PercentCharge, TierPrices, VolumeCharge
from qingyuan.platform.staff.models import Staff
from tests.db.office.people import make_staff
from tests.e2e.conftest import axe_violations, new_page, set_language, wait_until
from tests.factories.billing import PricedTown, make_priced_town

pytestmark = pytest.mark.e2e
ALL = ("tariffs.view", "tariffs.edit", "tariffs.publish")


@pytest.fixture
def town(live_server: LiveServer) -> PricedTown:
    return make_priced_town()


@pytest.fixture
def drafter(town: PricedTown) -> Staff:
    return make_staff(*ALL, unit_id=town.company_id, login="drafter")


@pytest.fixture
def page(chromium: Browser, live_server: LiveServer, drafter: Staff) -> Iterator[Page]:
    with new_page(chromium, live_server.url, drafter) as page:
        yield page


def begin_plan(page: Page) -> PriceVersion:
    """A plan of one price, begun on screen; the page is its form."""
    page.goto("/tariffs/new/")
    page.fill("#id_code", "reform-res")
    page.fill("#id_name", "居民生活用水")
    page.select_option("#id_usage_class", "RESIDENTIAL")
    page.fill("#id_effective_from", "2030-01-01")
    page.select_option("#id_charge_item", "water")
    page.fill("#id_price", "2.10")
    page.keyboard.press("Control+s")
    page.wait_for_selector("#designer-form")
    return PriceVersion.objects.get(plan__code="reform-res")


def press(page: Page, button: str, until: str) -> None:
    page.click(button)
    wait_until(page, until)


def shown(page: Page, field: str) -> str:
    return page.input_value(f"#sheet-{field}")


def photograph(page: Page, name: str) -> None:
    """Pictures for the eye, where a folder is named."""
    folder = os.environ.get("QINGYUAN_PICTURES")
    if folder:
        page.screenshot(path=str(Path(folder) / f"{name}.png"), full_page=False)


def build_three_tiers(page: Page) -> None:
    press(page, "#add-tier", "!!document.getElementById('sheet-charge-0-price-1')")
    page.fill("#sheet-limit-0", "220")
    page.fill("#sheet-charge-0-price-1", "3.30")
    press(page, "#add-tier", "!!document.getElementById('sheet-charge-0-price-2')")
    page.fill("#sheet-limit-1", "300")
    page.fill("#sheet-charge-0-price-2", "4.30")
    press(page, "#add-charge-0", "!!document.getElementById('sheet-charge-1-price')")
    page.fill("#sheet-charge-1-price", "1.70")
    page.fill("#sheet-charge-1-factor", "0.9")


def test_a_three_tier_plan_is_built_tested_and_published_by_a_second_person(
    chromium: Browser, live_server: LiveServer, town: PricedTown, page: Page
) -> None:
    draft = begin_plan(page)
    build_three_tiers(page)
    page.fill("#example-volume", "300")
    wait_until(page, "document.querySelector('#designer-answers .example-total strong')?.textContent === '1185.00'")
    assert page.locator("#designer-answers svg[role=img]").count() == 1
    page.select_option("#sheet-household", "extra")
    page.wait_for_selector("#sheet-extra-1")
    page.fill("#sheet-base_people", "4")
    page.fill("#sheet-extra-0", "72")
    page.fill("#sheet-extra-1", "72")
    page.fill("#sheet-document", "演价〔2029〕7号")
    page.keyboard.press("Control+s")
    page.wait_for_selector("#toasts :text('草稿已保存')")
    draft.refresh_from_db()
    parsed = parse_version(draft.source)
    assert parsed.tiers is not None and parsed.tiers.limits == (Decimal(220), Decimal(300))
    shape = parsed.charges[0].shape
    assert isinstance(shape, VolumeCharge)
    assert shape.price == TierPrices((Decimal("2.10"), Decimal("3.30"), Decimal("4.30")))

    wait_until(page, "document.readyState === 'complete'")
    page.fill("#example-volume", "300")
    wait_until(page, "document.querySelector('#designer-answers a[href*=cases]').href.includes('volume=300')")
    page.click("text=存为试算用例")
    page.wait_for_selector("#example-name")
    assert page.input_value("#example-volume") == "300"
    page.fill("#example-name", "三百方")
    page.fill("#example-total", "1185.00")
    page.click("text=保存用例")
    page.wait_for_selector("text=用例全部通过")
    photograph(page, "designer-cases-zh")
    page.goto(f"/tariffs/reform-res/{draft.pk}/")
    assert page.locator("button[data-opens=publish]").count() == 0

    second = make_staff(*ALL, unit_id=town.company_id, login="second")
    with new_page(chromium, live_server.url, second) as other:
        other.goto(f"/tariffs/reform-res/{draft.pk}/")
        other.click("button[data-opens=publish]")
        other.fill("#publish-typed", "reform-res")
        other.click("#publish button[type=submit]")
        other.wait_for_selector("#toasts :text('已发布')")
    draft.refresh_from_db()
    assert draft.state == "PUBLISHED" and draft.document_no == "演价〔2029〕7号"


def test_arrow_keys_step_numbers_and_the_answer_follows(page: Page) -> None:
    begin_plan(page)
    build_three_tiers(page)
    page.focus("#sheet-charge-0-price-0")

    page.keyboard.press("ArrowUp")
    wait_until(page, "document.getElementById('sheet-charge-0-price-0').value === '2.11'")
    page.keyboard.press("ArrowUp")
    wait_until(page, "document.getElementById('sheet-charge-0-price-0').value === '2.12'")
    assert page.evaluate("document.activeElement.id") == "sheet-charge-0-price-0"
    page.click("#designer-answers .example-how summary")
    page.fill("#example-volume", "10")
    wait_until(page, "document.querySelector('#designer-answers .example-total strong')?.textContent === '36.50'")
    assert page.evaluate("document.querySelector('#designer-answers .example-how').open")
    press(page, "#down-limit-0", "document.getElementById('sheet-limit-0').value === '219'")
    press(page, "#lower-charge-0", "document.getElementById('sheet-charge-0-item').value === 'sewage'")
    assert shown(page, "charge-1-price-2") == "4.30"
    press(page, "#drop-tier-1", "!document.getElementById('sheet-limit-1')")
    assert shown(page, "charge-1-price-1") == "4.30"


def test_choices_made_by_hand_move_with_their_charge(page: Page) -> None:
    draft = begin_plan(page)
    press(page, "#add-charge-0", "!!document.getElementById('sheet-charge-1-price')")
    page.fill("#sheet-charge-1-price", "1.70")
    press(page, "#add-charge-1", "!!document.getElementById('sheet-charge-2-price')")
    page.select_option("#sheet-charge-2-shape", "percent")
    page.wait_for_selector("[name=charge-2-of]")
    page.check("[name=charge-2-of][value=sewage]")
    page.fill("#sheet-charge-2-rate", "0.1")
    press(page, "#raise-charge-2", "!!document.getElementById('sheet-charge-1-rate')")

    assert shown(page, "charge-1-shape") == "percent" and shown(page, "charge-2-shape") == "flat"
    assert page.is_checked("[name=charge-1-of][value=sewage]")
    assert not page.is_checked("[name=charge-1-of][value=water]")
    page.keyboard.press("Control+s")
    page.wait_for_selector("#toasts :text('草稿已保存')")
    draft.refresh_from_db()
    shape = parse_version(draft.source).charges[1].shape
    assert isinstance(shape, PercentCharge) and shape.of_items == ("sewage",)


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_the_designer_is_accessible_fits_and_compares(page: Page, language: str) -> None:
    source = PriceVersion.objects.get(plan__code="sh-res")
    page.goto(f"/tariffs/sh-res/{source.pk}/next/")
    page.fill("#id_effective_from", "2030-01-01")
    page.keyboard.press("Control+s")
    page.wait_for_selector("#designer-form")
    address = page.url
    set_language(page, language)
    page.goto(address)
    page.fill("#sheet-charge-0-price-0", "2.25")
    page.fill("#sheet-limit-0", "240")
    wait_until(page, "document.querySelector('#designer-answers .example-total strong').textContent === '75.60'")
    for width, height in ((1366, 768), (1440, 900)):
        page.set_viewport_size({"width": width, "height": height})
        assert not page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth")
        photograph(page, f"designer-{language}-{width}")
    found = axe_violations(page)
    assert not found, found
    page.set_viewport_size({"width": 1366, "height": 768})
    for name, part in (("tiers", "part-tiers"), ("charges", "part-charges"), ("rules", "part-rules")):
        page.evaluate("id => window.scrollTo(0, document.getElementById(id).offsetTop + 150)", part)
        page.evaluate("document.getElementById('designer-side').scrollBy(0, 350)")
        wait_until(page, "document.querySelector('.topbar').getBoundingClientRect().top === 0")
        photograph(page, f"designer-{language}-{name}")
    page.keyboard.press("Control+s")
    page.wait_for_selector("#toasts .toast, #toasts [role=status], #toasts *")
    page.set_viewport_size({"width": 1366, "height": 768})
    for name in ("text", "cases", "documents"):
        page.goto(address.replace("edit/", f"{name}/"))
        assert not axe_violations(page)
        photograph(page, f"designer-{name}-{language}")
    page.goto(address.replace("edit/", ""))
    assert not axe_violations(page)
    photograph(page, f"designer-overview-{language}")
