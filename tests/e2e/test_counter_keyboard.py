"""The counter without a mouse: who has the focus at each step, what a scanner does, what a broken network does."""

from collections.abc import Iterator
from decimal import Decimal

import pytest
from playwright.sync_api import Browser, Page, Request
from pytest_django.live_server_helper import LiveServer

from qingyuan.domains.customers.models import Account
from qingyuan.domains.ledger import queries as ledger
from qingyuan.domains.payments.models import CashSession, Payment, ReceiptPrint
from tests.e2e.conftest import axe_violations, new_page, wait_until
from tests.factories.counter import Hall, make_hall, owe
from tests.factories.ledger import Payer, make_payers

pytestmark = pytest.mark.e2e
HAND = 60  # milliseconds between two keys of a fast hand; a scanner needs less than 30


@pytest.fixture
def hall(live_server: LiveServer) -> Hall:
    return make_hall()


@pytest.fixture
def payers(hall: Hall) -> list[Payer]:
    payers = make_payers(hall.company, 3)
    owe(hall.company, payers[0], "30.00", "80.50", "63.16")
    owe(hall.company, payers[1], "45.00")
    return payers


@pytest.fixture
def page(chromium: Browser, live_server: LiveServer, hall: Hall, payers: list[Payer]) -> Iterator[Page]:
    """The counter with its shift just opened by keyboard. There is no printer: printing itself is left out."""
    with new_page(chromium, live_server.url, hall.cashier) as page:
        page.add_init_script("window.print = () => {}")
        page.goto("/counter/")
        page.keyboard.press("Tab")
        page.evaluate("document.getElementById('id_float_amount').focus()")
        page.keyboard.press("Control+a")
        page.keyboard.type("200", delay=HAND)
        page.keyboard.press("Enter")
        page.wait_for_selector("#counter")
        yield page


def focused(page: Page) -> str:
    return str(page.evaluate("document.activeElement.id"))


def type_slowly(page: Page, text: str) -> None:
    page.keyboard.type(text, delay=HAND)


def open_account(page: Page, text: str) -> None:
    wait_until(page, "document.activeElement.id === 'counter-search'")
    type_slowly(page, text)
    wait_until(page, f"document.getElementById('counter-hits').dataset.text === '{text}'")
    page.keyboard.press("Enter")
    page.wait_for_selector("#counter-form")


def text_of(page: Page, selector: str) -> str:
    return (page.text_content(selector) or "").strip()


def prepaid(payer: Payer) -> Decimal:
    return ledger.balances_of([payer.account_id])[payer.account_id].prepaid


def test_a_payment_from_search_to_receipt(page: Page, payers: list[Payer]) -> None:
    wait_until(page, "document.activeElement.id === 'counter-search'")
    assert CashSession.objects.get().float_amount == Decimal("200.00")

    type_slowly(page, "ysh")
    wait_until(page, "document.querySelectorAll('#counter-hits [role=option]').length === 3")
    assert focused(page) == "counter-search"
    assert page.get_attribute("#counter-search", "aria-activedescendant") == "counter-hit-0"
    page.keyboard.press("ArrowDown")
    assert page.get_attribute("#counter-search", "aria-activedescendant") == "counter-hit-1"
    page.keyboard.press("ArrowUp")
    page.keyboard.press("Enter")
    page.wait_for_selector("#counter-form")
    assert focused(page) == "counter-received"
    assert text_of(page, "#counter-due") == "173.66"

    page.keyboard.press("ArrowUp")
    assert text_of(page, "#counter-due") == "110.50"
    assert focused(page) == "counter-received"
    type_slowly(page, "100")
    assert text_of(page, "#counter-change") == "-10.50"
    assert text_of(page, "[data-change-label]") == "还差"
    page.keyboard.press("Enter")
    assert "还差 10.50 元" in text_of(page, "#counter-problem")
    assert focused(page) == "counter-received"
    assert not Payment.objects.exists()

    type_slowly(page, "200")
    assert text_of(page, "#counter-change") == "89.50"
    with page.expect_response(lambda answer: "/receipts/" in answer.url) as printed:
        page.keyboard.press("Enter")
    page.wait_for_selector(".counter-result")
    assert printed.value.status == 200
    assert printed.value.request.method == "POST"
    assert focused(page) == "counter-search"
    assert page.input_value("#counter-search") == ""
    assert "89.50" in text_of(page, ".counter-result")
    assert "01E-00000002" in text_of(page, "#counter-till")

    open_account(page, "ysh")
    assert focused(page) == "counter-received"
    assert text_of(page, "#counter-due") == "63.16"
    payment = Payment.objects.get()
    assert (payment.received, payment.change_given) == (Decimal("110.50"), Decimal("89.50"))
    assert ReceiptPrint.objects.count() == 1


def test_empty_amount_is_filled_in_exactly_and_taken_with_the_second_enter(page: Page, payers: list[Payer]) -> None:
    open_account(page, "演示户2")

    page.keyboard.press("Enter")
    assert page.input_value("#counter-received") == "45.00"
    assert not Payment.objects.exists()
    page.keyboard.press("Enter")
    page.wait_for_selector(".counter-result")

    assert Payment.objects.get().received == Decimal("45.00")


def test_keys_choose_bills_balance_card_and_prepayment(page: Page, payers: list[Payer]) -> None:
    open_account(page, "演示户1")

    page.keyboard.press("F4")
    assert text_of(page, "#counter-due") == "0.00"
    page.keyboard.press("F10")
    type_slowly(page, "20")
    assert text_of(page, "[data-change-label]") == "转预存"
    page.keyboard.press("Enter")
    page.wait_for_selector(".counter-result")
    assert prepaid(payers[0]) == Decimal("20.00")

    open_account(page, "演示户1")
    page.keyboard.press("F9")
    assert text_of(page, "#counter-due") == "153.66"
    page.keyboard.press("F8")
    assert focused(page) == "counter-slip"
    assert page.input_value("#counter-received") == "153.66"
    type_slowly(page, "POS71")
    page.keyboard.press("Enter")
    page.wait_for_selector(".counter-result")

    tender = Payment.objects.latest("id").tenders.get()
    assert (tender.kind, tender.amount, tender.reference) == ("CARD", Decimal("153.66"), "POS71")
    assert ledger.balances_of([payers[0].account_id])[payers[0].account_id].owed == Decimal("0.00")


def test_an_older_bill_left_out_leaves_out_the_newer_ones(page: Page, payers: list[Payer]) -> None:
    open_account(page, "演示户1")
    page.keyboard.press("Shift+Tab")  # to the newest bill's box
    page.keyboard.press("Shift+Tab")  # to the one before
    assert page.evaluate("document.activeElement.name") == "bills"

    page.keyboard.press("Space")

    checked = "[...document.querySelectorAll('input[name=bills]')].map((box) => box.checked)"
    assert page.evaluate(checked) == [True, False, False]
    assert text_of(page, "#counter-due") == "30.00"


def test_a_scanned_number_goes_to_the_search_and_never_into_the_amount(page: Page, payers: list[Payer]) -> None:
    number = Account.objects.get(pk=payers[1].account_id).account_no
    open_account(page, "演示户1")
    type_slowly(page, "50")
    page.wait_for_timeout(100)

    page.keyboard.type(number)
    page.keyboard.press("Enter")
    wait_until(page, f"document.getElementById('counter-who').textContent.includes('{number}')")

    assert focused(page) == "counter-received"
    assert page.input_value("#counter-received") == ""
    assert not Payment.objects.exists()
    assert "已输入实收 50" in text_of(page, "#toasts")


def test_network_error_keeps_what_was_typed_and_never_takes_twice(page: Page, payers: list[Payer]) -> None:
    open_account(page, "演示户2")
    type_slowly(page, "50")
    lost: list[Request] = []

    def lose_the_answer(route: object) -> None:
        lost.append(route.request)  # type: ignore[attr-defined]
        route.fetch()  # type: ignore[attr-defined]  # it arrives, but its answer does not
        route.abort()  # type: ignore[attr-defined]

    page.route("**/counter/payments/", lose_the_answer)
    page.keyboard.press("Enter")
    wait_until(page, "document.getElementById('counter-problem').textContent.includes('网络中断')")
    assert page.input_value("#counter-received") == "50"
    assert focused(page) == "counter-received"
    page.unroute("**/counter/payments/")
    page.keyboard.press("Enter")
    page.wait_for_selector(".counter-result")

    assert len(lost) == 1
    assert "未重复收款" in text_of(page, ".counter-result")
    assert Payment.objects.count() == 1


def test_escape_leads_back_to_the_search_and_keeps_the_card(page: Page, payers: list[Payer]) -> None:
    open_account(page, "演示户2")
    type_slowly(page, "50")

    page.keyboard.press("Escape")

    assert focused(page) == "counter-search"
    assert page.input_value("#counter-received") == "50"
    page.evaluate("window.onbeforeunload = null; document.getElementById('counter-received').value = ''")


def test_the_shift_is_counted_checked_and_closed(page: Page, payers: list[Payer]) -> None:
    open_account(page, "演示户2")
    type_slowly(page, "50")
    page.keyboard.press("Enter")
    page.wait_for_selector(".counter-result")
    page.goto("/shift/")
    assert focused(page) == "id_face_0"

    for pieces in ("2", "", "2", "", "1", "", "1"):  # 100, 50, 20, 10, 5, 1, 0.5
        type_slowly(page, pieces)
        page.keyboard.press("Enter")
    assert text_of(page, "[data-counted]") == "245.50"
    assert text_of(page, "[data-difference]") == "长款 0.50"
    page.keyboard.press("Control+s")
    page.wait_for_selector(".shift-confirm")
    assert "长款 0.50" in text_of(page, ".shift-confirm")
    page.keyboard.press("Enter")
    page.wait_for_url("**/shifts/**")

    session = CashSession.objects.get()
    assert (session.state, session.expected_cash, session.over_short) == ("CLOSED", Decimal("245.00"), Decimal("0.50"))


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_states_of_the_counter_have_no_violations(page: Page, payers: list[Payer], language: str) -> None:
    page.context.add_cookies([{"name": "django_language", "value": language, "url": page.evaluate("location.origin")}])
    page.goto("/counter/")
    found: list[str] = []

    def look(state: str) -> None:
        for width in (1366, 390):
            page.set_viewport_size({"width": width, "height": 768})
            found.extend(f"{state} {width}: {text}" for text in axe_violations(page))
            if page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth"):
                found.append(f"{state} {width}: scrolls sideways")

    look("idle")
    type_slowly(page, "ysh")
    wait_until(page, "document.querySelectorAll('#counter-hits [role=option]').length === 3")
    look("hits")
    page.keyboard.press("Enter")
    page.wait_for_selector("#counter-form")
    type_slowly(page, "10")
    page.keyboard.press("Enter")
    look("refused")
    page.keyboard.press("F8")
    look("by card")
    page.keyboard.press("F8")
    type_slowly(page, "500")
    page.keyboard.press("Enter")
    page.wait_for_selector(".counter-result")
    look("result")
    page.goto("/shift/")
    look("shift")
    page.keyboard.press("Control+s")
    page.wait_for_selector(".shift-confirm")
    look("check")
    number = Payment.objects.get().payment_no
    page.goto(f"/payments/{number}/")
    look("payment")
    page.goto(f"/payments/{number}/void/")
    page.keyboard.press("Control+s")
    page.wait_for_selector(".error-summary")
    look("void refused")
    page.goto("/shifts/")
    look("shifts")
    page.goto(f"/shifts/{CashSession.objects.get().session_no}/")
    look("shift record")

    assert not found, "\n".join(found)
