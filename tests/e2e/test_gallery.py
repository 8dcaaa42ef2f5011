"""The gallery in a browser: axe, no sideways scroll, keys, focus, in both languages and on a phone's width."""

import os
from pathlib import Path

import pytest
from playwright.sync_api import Page

from tests.db.office.people import PASSWORD
from tests.e2e.conftest import Visit, axe_violations, set_language, wait_until

pytestmark = pytest.mark.e2e

PATHS = {
    "overview": "/gallery/",
    "list": "/gallery/list/",
    "list-filtered-empty": "/gallery/list/?q=nobody",
    "list-bad-filter": "/gallery/list/?opened_from=yesterday",
    "list-empty": "/gallery/list/empty/",
    "form": "/gallery/form/",
    "record": "/gallery/record/",
    "record-readings": "/gallery/record/readings/",
    "record-log": "/gallery/record/log/",
    "upload": "/gallery/upload/",
    "password": "/password/",
    "toasts": "/gallery/?toast=1",
    "refused": "/gallery/refused/",
    "missing": "/gallery/no-such-page/",
}
SIZES = {"1366": (1366, 768), "390": (390, 844)}
PICTURE_SIZES = {**SIZES, "1440": (1440, 900)}
PICTURES = os.environ.get("QINGYUAN_PICTURES", "")
LANGUAGES = {"zh": "zh-hans", "en": "en"}


def keep_picture(page: Page, name: str) -> None:
    """A picture for the eye, when QINGYUAN_PICTURES names a folder."""
    if PICTURES:
        Path(PICTURES).mkdir(parents=True, exist_ok=True)
        page.screenshot(path=f"{PICTURES}/{name}.png")


def no_sideways_scroll(page: Page) -> bool:
    return bool(page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth"))


@pytest.mark.parametrize("language", LANGUAGES)
def test_pages_have_no_violations_and_fit(visit: Visit, browser_page: Page, language: str) -> None:
    visit("/gallery/")
    set_language(browser_page, LANGUAGES[language])
    found: list[str] = []

    for name, path in PATHS.items():
        for size, (width, height) in (PICTURE_SIZES if PICTURES else SIZES).items():
            browser_page.set_viewport_size({"width": width, "height": height})
            visit(path)
            if size in SIZES:
                found += [f"{name} {language} {size}: {text}" for text in axe_violations(browser_page)]
            if not no_sideways_scroll(browser_page):
                found.append(f"{name} {language} {size}: scrolls sideways")
            keep_picture(browser_page, f"{name}-{language}-{size}")

    assert not found, "\n".join(found)


@pytest.mark.parametrize("language", LANGUAGES)
def test_open_dialogs_and_messages_have_no_violations(visit: Visit, browser_page: Page, language: str) -> None:
    visit("/gallery/")
    set_language(browser_page, LANGUAGES[language])
    found: list[str] = []

    def look(state: str) -> None:
        found.extend(f"{state}: {text}" for text in axe_violations(browser_page))
        keep_picture(browser_page, f"state-{state}-{language}")

    page = visit("/gallery/")
    page.keyboard.press("Control+k")
    page.wait_for_selector("#jump-hits [role=option]")
    look("jump")
    page.keyboard.press("Escape")
    page.wait_for_selector("#jump", state="hidden")
    page.keyboard.press("?")
    page.wait_for_selector("#key-list[open]")
    look("keys")
    page.keyboard.press("Escape")
    page.click("[data-opens=confirm-issue]")
    look("confirm")
    page.keyboard.press("Escape")
    page.click("text=403")
    page.wait_for_selector("#error-dialog[open]")
    look("refused")
    page = visit("/gallery/list/")
    page.check("tbody input[name=ids] >> nth=1")
    page.click(".column-choice summary")
    look("selected")
    page = visit("/gallery/form/")
    page.keyboard.press("Control+s")
    page.wait_for_selector(".error-summary")
    look("form-errors")

    assert not found, "\n".join(found)


def test_sign_in_page_has_no_violations_and_takes_pasted_passwords(visit: Visit, browser_page: Page) -> None:
    browser_page.context.clear_cookies()

    page = visit("/sign-in/")

    assert axe_violations(page) == []
    keep_picture(page, "sign-in-zh")
    assert page.get_attribute("#id_password", "autocomplete") == "current-password"
    assert page.evaluate("document.activeElement.id") == "id_login"


def test_sign_in_by_keyboard(visit: Visit, browser_page: Page) -> None:
    browser_page.context.clear_cookies()
    page = visit("/gallery/record/")

    page.keyboard.type("clerk")
    page.keyboard.press("Tab")
    page.keyboard.type(PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url("**/gallery/record/")


def test_jump_finds_accounts_and_pages_by_keyboard(visit: Visit) -> None:
    page = visit("/gallery/")

    page.keyboard.press("Control+k")
    page.keyboard.type("样板列")
    wait_until(page, "document.querySelectorAll('#jump-hits [role=option]').length === 1")
    assert page.get_attribute("#jump-input", "aria-activedescendant") == "jump-hit-0"
    assert page.get_attribute("#jump-input", "aria-expanded") == "true"
    page.keyboard.press("Enter")

    page.wait_for_url("**/gallery/list/")


def test_failed_form_moves_focus_to_the_summary_whose_links_lead_to_the_fields(visit: Visit) -> None:
    page = visit("/gallery/form/")

    page.keyboard.press("Control+s")
    page.wait_for_selector(".error-summary")

    assert page.evaluate("document.activeElement.id") == "error-summary"
    assert page.title().startswith("有 5 处错误")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "id_account_no"


def test_filter_while_typing_keeps_focus_and_says_the_count(visit: Visit) -> None:
    page = visit("/gallery/list/")

    page.keyboard.press("/")
    page.keyboard.type("10010007")
    wait_until(page, "document.querySelectorAll('#list-gallery tbody tr').length === 1")

    assert page.evaluate("document.activeElement.name") == "q"
    assert "q=10010007" in page.url
    wait_until(page, "document.getElementById('live').textContent.includes('共 1 户')")


def test_sort_and_next_page_swap_the_region_and_the_address(visit: Visit) -> None:
    page = visit("/gallery/list/")

    page.click("thead a:has-text('欠费')")
    page.wait_for_url("**sort=owed**")
    page.click(".pages a[rel=next]")
    page.wait_for_url("**page=2**")

    assert page.get_attribute("thead th:has-text('欠费')", "aria-sort") == "ascending"
    assert "第 2/7 页" in (page.text_content(".list-summary") or "")
    page.go_back()
    page.wait_for_url("**sort=owed")
    wait_until(page, "document.querySelector('.list-summary').textContent.includes('第 1/7 页')")


def test_rows_are_walked_and_selected_by_letters_but_not_while_typing(visit: Visit) -> None:
    page = visit("/gallery/list/")

    page.keyboard.press("j")
    page.keyboard.press("j")
    page.keyboard.press("x")

    assert page.evaluate("document.querySelector('tr.current').dataset.row") == "10010001"
    assert page.text_content("[data-selected-count]") == "已选 1 条"
    page.keyboard.press("/")
    page.keyboard.press("j")
    assert page.input_value("#filter-q") == "j"


def test_single_letters_can_be_switched_off(visit: Visit) -> None:
    page = visit("/gallery/list/")
    page.keyboard.press("?")
    page.uncheck("[data-single-keys]")
    page.keyboard.press("Escape")

    page.keyboard.press("j")

    assert page.evaluate("document.querySelectorAll('tr.current').length") == 0
    page.keyboard.press("Control+k")
    assert page.is_visible("#jump")


def test_refused_and_broken_requests_open_the_dialog_and_leave_the_page(visit: Visit) -> None:
    page = visit("/gallery/")

    page.click("text=403")
    page.wait_for_selector("#error-dialog[open]")
    assert "tariffs.publish" in (page.text_content("#error-dialog") or "")
    page.click("#error-dialog [data-closes]")
    page.click("text=500")
    page.wait_for_selector("#error-dialog[open] code")

    assert page.url.endswith("/gallery/")


def test_lost_sign_in_is_told_in_the_dialog(visit: Visit, browser_page: Page) -> None:
    page = visit("/gallery/list/")
    browser_page.context.clear_cookies(name="sessionid")

    page.fill("#filter-q", "1")
    page.wait_for_selector("#error-dialog[open]")

    assert "登录已失效" in (page.text_content("#error-dialog") or "")
    assert page.input_value("#filter-q") == "1"
    assert page.locator("#list-gallery tbody tr").count() == 25


def test_dangerous_step_needs_the_typed_amount_and_a_reason(visit: Visit) -> None:
    page = visit("/gallery/")
    page.click("[data-opens=confirm-issue]")

    page.fill("#confirm-issue-reason", "对账后重发")
    page.fill("#confirm-issue-typed", "12345.00")
    page.keyboard.press("Enter")
    assert page.text_content("#confirm-issue-error") != ""
    assert page.evaluate("document.activeElement.id") == "confirm-issue-typed"

    page.fill("#confirm-issue-typed", "12345.60")
    with page.expect_request(lambda request: request.method == "POST"):
        page.keyboard.press("Enter")


def test_stepper_asks_until_it_is_done(visit: Visit) -> None:
    page = visit("/gallery/?poll=1")

    wait_until(page, "!document.querySelector('#stepper-sample').hasAttribute('hx-get')", seconds=15)

    assert page.locator("#stepper-sample .step-done").count() == 4


def test_masked_phone_is_revealed_on_demand(visit: Visit) -> None:
    page = visit("/gallery/record/")
    assert "****" in (page.text_content(".masked") or "")

    page.click(".btn-reveal")
    wait_until(page, "!document.querySelector('.masked').textContent.includes('****')")


def test_first_load_is_small(visit: Visit, browser_page: Page) -> None:
    client = browser_page.context.new_cdp_session(browser_page)
    client.send("Network.enable")
    client.send("Network.setCacheDisabled", {"cacheDisabled": True})
    sizes: list[int] = []
    browser_page.on("response", lambda response: sizes.append(len(response.body()) if response.ok else 0))

    visit("/gallery/list/")
    browser_page.wait_for_load_state("networkidle")

    # Bodies before compression; the vendored stylesheet alone is 635 kB of them (77 kB over the wire).
    assert 0 < sum(sizes) < 900_000
    assert len(sizes) <= 20
