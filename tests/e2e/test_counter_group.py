"""A payer group at the counter without a mouse: through a member or by its code, some of it or all, one receipt."""

from collections.abc import Iterator
from decimal import Decimal

import pytest
from playwright.sync_api import Browser, Page
from pytest_django.live_server_helper import LiveServer

from qingyuan.domains.ledger import queries as ledger
from qingyuan.domains.payments.models import Payment, ReceiptPrint
from tests.e2e.conftest import axe_violations, new_page, wait_until
from tests.factories.counter import Hall, make_hall, owe
from tests.factories.ledger import Payer, make_payers
from tests.factories.payer_groups import payers_group

pytestmark = pytest.mark.e2e
HAND = 60


@pytest.fixture
def hall(live_server: LiveServer) -> Hall:
    return make_hall()


@pytest.fixture
def members(hall: Hall) -> list[Payer]:
    members = make_payers(hall.company, 3)
    owe(hall.company, members[0], "30.00", "80.50")
    owe(hall.company, members[1], "45.00")
    owe(hall.company, members[2], "20.00")
    payers_group(hall.company, members)
    return members


@pytest.fixture
def page(chromium: Browser, live_server: LiveServer, hall: Hall, members: list[Payer]) -> Iterator[Page]:
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


def find(page: Page, typed: str) -> None:
    wait_until(page, "document.activeElement.id === 'counter-search'")
    page.keyboard.type(typed, delay=HAND)
    wait_until(page, f"document.getElementById('counter-hits').dataset.text === '{typed}'")


def owed(members: list[Payer]) -> list[Decimal]:
    found = ledger.balances_of([one.account_id for one in members])
    return [found[one.account_id].owed for one in members]


def test_through_a_member_to_the_group_and_one_receipt(page: Page, members: list[Payer]) -> None:
    find(page, "演示户2")
    page.keyboard.press("Enter")
    page.wait_for_selector("#counter-form[data-account^='演示户2']")

    page.keyboard.press("Shift+F2")
    page.wait_for_selector("#counter-form[data-group]")
    wait_until(page, "document.activeElement.id === 'counter-received'")
    assert text_of(page, "#counter-due") == "175.50"
    assert text_of(page, "[data-selected]") == "已选 3 户，4 / 4 张账单"
    page.keyboard.press("ArrowUp")
    assert text_of(page, "#counter-due") == "155.50"
    page.keyboard.press("ArrowUp")
    assert text_of(page, "#counter-due") == "110.50"
    page.keyboard.press("ArrowDown")
    assert text_of(page, "#counter-due") == "155.50"
    page.keyboard.press("F4")
    assert text_of(page, "#counter-due") == "0.00"
    page.keyboard.press("F4")
    assert text_of(page, "#counter-due") == "175.50"
    page.keyboard.type("200", delay=HAND)
    assert text_of(page, "#counter-change") == "24.50"
    with page.expect_response(lambda answer: "/receipts/" in answer.url) as printed:
        page.keyboard.press("Enter")
    page.wait_for_selector(".counter-result")

    assert printed.value.status == 200
    assert "合收户 SCHOOLS" in text_of(page, "#counter-done")
    assert text_of(page, ".result-lines").count("演示户") == 3
    assert owed(members) == [Decimal("0.00")] * 3
    payment = Payment.objects.get()
    assert (payment.received, payment.change_given) == (Decimal("175.50"), Decimal("24.50"))
    assert ReceiptPrint.objects.count() == 1


def test_by_its_code_some_bills_and_the_rest_kept(page: Page, members: list[Payer]) -> None:
    find(page, "SCHOOLS")
    page.keyboard.press("Enter")
    page.wait_for_selector("#counter-form[data-group]")
    wait_until(page, "document.activeElement.id === 'counter-received'")

    # the newer bill of the first account is left out: its box is the third in the table's order
    page.evaluate("document.querySelectorAll('input[name=bills]')[0].focus()")
    page.keyboard.press("Space")
    checked = "[...document.querySelectorAll('input[name=bills]')].map((box) => box.checked)"
    assert page.evaluate(checked) == [False, False, True, True]  # without the older one the newer one is not paid
    page.evaluate("document.querySelectorAll('input[name=bills]')[0].focus()")
    page.keyboard.press("Space")
    assert page.evaluate(checked) == [True, False, True, True]
    assert page.evaluate("document.querySelector('[data-member]').indeterminate")
    assert text_of(page, "#counter-due") == "95.00"
    page.evaluate("document.getElementById('counter-received').focus()")
    page.keyboard.press("F10")
    page.keyboard.type("100", delay=HAND)
    assert text_of(page, "[data-change-label]") == "转预存"
    page.keyboard.press("Enter")
    page.wait_for_selector(".counter-result")

    assert owed(members) == [Decimal("80.50"), Decimal("0.00"), Decimal("0.00")]
    prepaid = ledger.balances_of([members[0].account_id])[members[0].account_id].prepaid
    assert prepaid == Decimal("5.00")


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_states_of_the_group_have_no_violations(page: Page, members: list[Payer], language: str) -> None:
    page.context.add_cookies([{"name": "django_language", "value": language, "url": page.evaluate("location.origin")}])
    page.goto("/counter/")
    found: list[str] = []

    def look(state: str) -> None:
        for width in (1366, 390):
            page.set_viewport_size({"width": width, "height": 768})
            found.extend(f"{state} {width}: {text}" for text in axe_violations(page))
            if page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth"):
                found.append(f"{state} {width}: scrolls sideways")

    find(page, "SCHOOLS")
    look("hits")
    page.keyboard.press("Enter")
    page.wait_for_selector("#counter-form[data-group]")
    look("card")
    page.keyboard.press("F10")
    page.keyboard.type("10", delay=HAND)
    page.keyboard.press("Enter")
    look("refused")
    page.keyboard.press("Control+a")
    page.keyboard.type("500", delay=HAND)
    page.keyboard.press("Enter")
    page.wait_for_selector(".counter-result")
    look("result")
    find(page, "演示户2")
    page.keyboard.press("Enter")
    page.wait_for_selector("[data-open-card]")
    look("member")

    assert not found, "\n".join(found)
