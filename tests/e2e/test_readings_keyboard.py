"""Grid entry and review without a mouse: Enter saves and goes down, a lost line loses nothing, A and R decide."""

from collections.abc import Iterator
from decimal import Decimal

import pytest
from playwright.sync_api import Browser, Page
from pytest_django.live_server_helper import LiveServer

from qingyuan.domains.readings.models import ReadingItem, ReadingTask
from qingyuan.platform.staff.models import Staff
from tests.e2e.conftest import axe_violations, new_page, wait_until
from tests.factories import readings as make
from tests.flows.readings.people import JAN, make_reading_town

pytestmark = pytest.mark.e2e


@pytest.fixture
def town(live_server: LiveServer) -> make.Town:
    return make_reading_town()


@pytest.fixture
def page(chromium: Browser, live_server: LiveServer, town: make.Town) -> Iterator[Page]:
    with new_page(chromium, live_server.url, Staff.objects.get(login="supervisor")) as page:
        yield page


def _open_sheet(page: Page) -> None:
    page.goto(f"/readings/tasks/{ReadingTask.objects.get().pk}/", wait_until="load")
    wait_until(page, "document.activeElement.name === 'value'")


def _row() -> str:
    return "document.activeElement.closest('tr').querySelector('th').textContent"


def _states(page: Page) -> list[str]:
    return list(
        page.evaluate("[...document.querySelectorAll('tr[data-item]')].map((row) => row.dataset.saveState ?? '')")
    )


def _values() -> list[Decimal | None]:
    return list(ReadingItem.objects.order_by("order_no").values_list("usage_volume", flat=True))


def test_enter_saves_the_row_and_goes_down_and_shift_enter_up(page: Page) -> None:
    _open_sheet(page)
    assert page.evaluate(_row()) == "AP000001"

    page.keyboard.type("120")
    page.keyboard.press("Enter")
    assert page.evaluate(_row()) == "AP000002"
    page.keyboard.type("131")
    page.keyboard.press("Shift+Enter")
    assert page.evaluate(_row()) == "AP000001"

    wait_until(page, "document.querySelectorAll('.save-saved').length === 2")
    assert _values()[:2] == [Decimal("20.000"), Decimal("31.000")]
    assert page.inner_text("#grid-readings") == "251"
    assert page.inner_text("#grid-usage") == "51"
    assert ReadingItem.objects.order_by("order_no")[0].readings.count() == 1
    assert axe_violations(page) == []


def test_a_column_pasted_from_a_spreadsheet_fills_the_rows_below(page: Page) -> None:
    _open_sheet(page)

    page.evaluate(
        """() => {
        const data = new DataTransfer();
        data.setData("text", "120\\n131\\n142\\n");
        document.activeElement.dispatchEvent(new ClipboardEvent("paste", {clipboardData: data, bubbles: true, cancelable: true}));
        }"""
    )

    wait_until(page, "document.querySelectorAll('.save-saved').length === 3")
    assert _values() == [Decimal("20.000"), Decimal("31.000"), Decimal("42.000"), None]
    assert page.evaluate(_row()) == "AP000004"


def test_what_is_typed_while_the_network_is_gone_is_kept_and_sent_later(page: Page) -> None:
    _open_sheet(page)
    page.context.set_offline(True)
    page.keyboard.type("120")
    page.keyboard.press("Enter")
    page.wait_for_selector("#grid-notice:not([hidden])")
    assert _states(page)[0] == "unsaved"
    assert page.input_value("tr[data-item] >> nth=0 >> [name=value]") == "120"

    page.context.set_offline(False)

    wait_until(page, "document.querySelectorAll('.save-saved').length === 1")
    assert _values()[0] == Decimal("20.000")
    assert page.evaluate(
        "localStorage.length === 0 || !Object.keys(localStorage).some((key) => key.startsWith('readings-'))"
    )


def test_a_row_that_another_person_changed_shows_both_values(page: Page) -> None:
    _open_sheet(page)
    first = ReadingItem.objects.order_by("order_no")[0]
    make.read(first.point_id, JAN, "130")

    page.keyboard.type("120")
    page.keyboard.press("Enter")
    page.wait_for_selector(".grid-note")
    note = page.inner_text(".grid-note")
    page.click(".grid-note button >> nth=0")

    assert "他人已录入 130（用量 30），您录入的是 120。" in note
    wait_until(page, "document.querySelectorAll('.save-saved').length === 1")
    assert _values()[0] == Decimal("20.000")


def test_text_is_refused_in_the_row_and_stays(page: Page) -> None:
    _open_sheet(page)

    page.keyboard.type("12o")
    page.keyboard.press("Enter")
    page.wait_for_selector(".grid-note")

    assert "请填写数字" in page.inner_text(".grid-note")
    assert page.input_value("tr[data-item] >> nth=0 >> [name=value]") == "12o"
    assert axe_violations(page) == []


def test_the_queue_is_decided_by_keys(page: Page) -> None:
    for row, value in zip(ReadingItem.objects.order_by("order_no"), ("400", "500", "120", "130"), strict=True):
        make.read(row.point_id, JAN, value)
    page.goto("/readings/review/", wait_until="load")
    wait_until(page, "document.querySelectorAll('tbody tr.current').length === 1")
    assert page.evaluate("document.querySelectorAll('tbody tr[data-row]').length") == 2

    page.keyboard.press("a")
    page.wait_for_selector("#decision-approve[open]")
    assert axe_violations(page) == []
    page.select_option("#accept-code", "VERIFIED")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    wait_until(page, "document.querySelectorAll('tbody tr[data-row]').length === 1")
    page.keyboard.press("r")
    page.wait_for_selector("#decision-send-back[open]")
    page.select_option("#return-code", "MISREAD")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    wait_until(page, "document.querySelectorAll('tbody tr[data-row]').length === 0")

    states = list(ReadingItem.objects.order_by("order_no").values_list("state", flat=True))
    assert states == ["PENDING", "APPROVED", "READ", "READ"]
