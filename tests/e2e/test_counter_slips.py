"""Only water today: some charge items of the bills are paid by keyboard, the others stay owed."""

from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal

import pytest
from playwright.sync_api import Browser, Page
from pytest_django.live_server_helper import LiveServer

from qingyuan.domains.ledger.queries import owed_items
from qingyuan.domains.payments.models import Payment
from qingyuan.platform.parameters import operations as parameters
from tests.e2e.conftest import axe_violations, new_page, wait_until
from tests.factories.counter import Hall, make_hall, today
from tests.factories.ledger import OPENED, Payer, make_payer, post, receivable
from tests.factories.platform import SYSTEM

pytestmark = pytest.mark.e2e
HAND = 60
D = Decimal


@pytest.fixture
def hall(live_server: LiveServer) -> Hall:
    return make_hall()


@pytest.fixture
def payer(hall: Hall) -> Payer:
    company, payer = hall.company, make_payer(hall.company)
    parameters.set_value(
        actor=SYSTEM, code="ledger.bill_slips", unit_id=company.id, from_date=OPENED, value="by_payee", reason="分单"
    )
    start = today() - timedelta(days=10)
    post(
        company,
        receivable(company, payer, due=start, WATER="30.00", SEWAGE="12.50", REFUSE="8.00"),
        receivable(company, payer, due=start + timedelta(days=30), WATER="20.00", SEWAGE="10.00"),
        on=today(),
    )
    return payer


@pytest.fixture
def page(chromium: Browser, live_server: LiveServer, hall: Hall, payer: Payer) -> Iterator[Page]:
    with new_page(chromium, live_server.url, hall.cashier) as page:
        page.add_init_script("window.print = () => {}")
        page.goto("/counter/")
        page.evaluate("document.getElementById('id_float_amount').focus()")
        page.keyboard.press("Control+a")
        page.keyboard.type("200", delay=HAND)
        page.keyboard.press("Enter")
        page.wait_for_selector("#counter")
        yield page


def text_of(page: Page, selector: str) -> str:
    return (page.text_content(selector) or "").strip()


def open_account(page: Page) -> None:
    wait_until(page, "document.activeElement.id === 'counter-search'")
    page.keyboard.type("ysh", delay=HAND)
    wait_until(page, "document.getElementById('counter-hits').dataset.text === 'ysh'")
    page.keyboard.press("Enter")
    page.wait_for_selector("#counter-form")
    wait_until(page, "document.activeElement.id === 'counter-received'")


def back_to_amount(page: Page) -> None:
    page.evaluate("document.getElementById('counter-received').focus()")


def test_only_water_today_and_refuse_later(page: Page, payer: Payer) -> None:
    open_account(page)
    assert text_of(page, "#counter-due") == "80.50"

    page.keyboard.press("Shift+F4")
    assert page.evaluate("document.activeElement.name") == "slips"
    page.keyboard.press("Tab")
    page.keyboard.press("Space")  # without sewage
    assert text_of(page, "#counter-due") == "58.00"
    page.keyboard.press("Tab")
    page.keyboard.press("Space")  # without refuse
    assert text_of(page, "#counter-due") == "50.00"
    assert "只缴 WATER" in text_of(page, "[data-selected]")
    back_to_amount(page)
    page.keyboard.type("50", delay=HAND)
    page.keyboard.press("Enter")
    page.wait_for_selector(".counter-result")
    assert Payment.objects.get().received == D("50.00")
    assert [found.outstanding for found in owed_items(account_ids=[payer.account_id])] == [D("20.50"), D("10.00")]

    # refuse alone: the second bill owes none of it and is left out
    open_account(page)
    page.keyboard.press("Shift+F4")
    page.keyboard.press("Space")
    assert text_of(page, "#counter-due") == "8.00"
    back_to_amount(page)
    page.keyboard.type("10", delay=HAND)
    assert text_of(page, "#counter-change") == "2.00"
    page.keyboard.press("Enter")
    page.wait_for_selector(".counter-result")

    assert [found.outstanding for found in owed_items(account_ids=[payer.account_id])] == [D("12.50"), D("10.00")]


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_the_card_with_slips_has_no_violations(page: Page, payer: Payer, language: str) -> None:
    page.context.add_cookies([{"name": "django_language", "value": language, "url": page.evaluate("location.origin")}])
    page.goto("/counter/")
    open_account(page)
    page.keyboard.press("Shift+F4")
    page.keyboard.press("Space")
    found: list[str] = []
    for width in (1366, 390):
        page.set_viewport_size({"width": width, "height": 768})
        found.extend(f"{width}: {text}" for text in axe_violations(page))
        if page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth"):
            found.append(f"{width}: scrolls sideways")

    assert not found, "\n".join(found)
