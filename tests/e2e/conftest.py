"""Browser tests: Chromium of the system through Playwright, the live server, a signed-in page, axe.

`browser_page` is a fresh page of 1366×768 in Chinese, signed in; `visit` opens an address on the live server.
Every page fails its test on an error in the console: a violation of the Content-Security-Policy is one.
"""

import os
import shutil
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, sync_playwright
from pytest_django.live_server_helper import LiveServer

from qingyuan.platform.staff.models import Staff
from tests.db.office.people import make_staff, signed_in_client

# Playwright's loop runs in the main thread; Django would take that for asynchronous code.
os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "true")

CHROMIUM = next((path for name in ("chromium", "chromium-browser") if (path := shutil.which(name))), None)
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
# what tests bring about on purpose: refusals, and requests whose answer a test loses
PROVOKED = ("the server responded with a status of", "net::ERR_FAILED", "net::ERR_INTERNET_DISCONNECTED")
AXE = Path(__file__).parent / "vendor/axe/axe.min.js"
AXE_TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]

Visit = Callable[[str], Page]


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    if CHROMIUM is None:
        pytest.skip("no Chromium on this machine: install the system's chromium package for the browser tests")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield browser
        browser.close()


@pytest.fixture
def person(live_server: LiveServer) -> Staff:
    """Who is signed in; a test that wants another role overrides it."""
    return make_staff()


@contextmanager
def new_page(browser: Browser, url: str, person: Staff | None, language: str = "zh-hans") -> Iterator[Page]:
    """A page in a browser profile of its own, signed in as `person`; errors in its console fail the test at the end."""
    context = browser.new_context(viewport={"width": 1366, "height": 768}, locale="zh-CN", base_url=url)
    context.add_cookies([{"name": "django_language", "value": language, "url": url}])
    if person is not None:
        session = signed_in_client(person).cookies["sessionid"].value
        context.add_cookies([{"name": "sessionid", "value": session, "url": url}])
    page = context.new_page()
    problems: list[str] = []
    page.on("console", lambda message: problems.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: problems.append(str(error)))
    yield page
    context.close()
    serious = [text for text in problems if not any(part in text for part in PROVOKED)]
    assert not serious, serious


@pytest.fixture
def browser_page(chromium: Browser, live_server: LiveServer, person: Staff) -> Iterator[Page]:
    with new_page(chromium, live_server.url, person) as page:
        yield page


@pytest.fixture
def visit(browser_page: Page) -> Visit:
    """Open a path and wait until its scripts ran."""

    def open_page(path: str) -> Page:
        browser_page.goto(path, wait_until="load")
        return browser_page

    return open_page


def set_language(page: Page, code: str) -> None:
    """Choose the language as the switch does."""
    page.context.add_cookies([{"name": "django_language", "value": code, "url": page.evaluate("location.origin")}])


def wait_until(page: Page, expression: str, *, seconds: float = 10) -> None:
    """Wait until the expression is true on the page. Playwright's own wait_for_function needs eval, which the policy bars."""
    deadline = time.monotonic() + seconds
    while not page.evaluate(expression):
        if time.monotonic() > deadline:
            raise AssertionError(f"not true within {seconds} s: {expression}")
        page.wait_for_timeout(50)


def axe_violations(page: Page) -> list[str]:
    """What axe finds on the page as it is now: rule and first node of each violation."""
    page.evaluate(AXE.read_text(encoding="utf-8"))
    found: dict[str, Any] = page.evaluate("tags => axe.run(document, {runOnly: tags})", AXE_TAGS)
    return [f"{one['id']}: {one['nodes'][0]['html'][:160]} ({len(one['nodes'])})" for one in found["violations"]]
