"""The public calculator in a browser: on a phone and a desk, in both languages, live, without JavaScript, in a frame."""

from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

import pytest
from playwright.sync_api import Browser, Page, expect
from pytest_django import Settings
from pytest_django.live_server_helper import LiveServer

from qingyuan.domains.tariffs.models import UsageClass
from tests.e2e.conftest import axe_violations, new_page
from tests.factories.billing import make_priced_town

pytestmark = pytest.mark.e2e
SIZES = {"390": (390, 844), "1366": (1366, 768)}


@pytest.fixture
def server(live_server: LiveServer) -> LiveServer:
    make_priced_town()
    UsageClass.objects.filter(code="RESIDENTIAL").update(position=1)
    return live_server


def total(page: Page, text: str) -> None:
    expect(page.locator(".total strong")).to_have_text(text)


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("size", SIZES)
def test_it_fits_breaks_no_rule_and_follows_what_is_typed(
    chromium: Browser, server: LiveServer, size: str, language: str
) -> None:
    with new_page(chromium, server.url, None) as page:
        page.set_viewport_size(dict(zip(("width", "height"), SIZES[size], strict=True)))  # type: ignore[arg-type]
        page.goto(f"/calculator/?lang={language}")
        total(page, "69.00")

        page.locator("#ask-volume").press("Control+a")
        page.locator("#ask-volume").press_sequentially("300", delay=40)
        total(page, "1145.40")
        assert page.evaluate("document.activeElement.id") == "ask-volume"
        page.locator("#ask-people").select_option("6")
        total(page, "1035.00")
        page.evaluate("document.querySelectorAll('details').forEach(each => each.open = true)")
        assert axe_violations(page) == []
        assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")

        page.locator("#ask-volume").fill("viel")
        expect(page.locator(".field-error")).to_have_count(1)
        assert axe_violations(page) == []
        page.locator("#ask-volume").fill("1000")
        page.locator("#ask-price").select_option("INDUSTRY")
        total(page, "5002.00")
        expect(page.locator("#ask-people")).to_have_count(0)


def test_it_works_without_javascript(chromium: Browser, server: LiveServer) -> None:
    context = chromium.new_context(java_script_enabled=False, base_url=server.url)
    page = context.new_page()
    page.goto("/calculator/?lang=en")

    page.locator("#ask-volume").fill("300")
    page.locator("button").click()

    total(page, "1145.40")
    assert "volume=300" in page.url and "lang=en" in page.url
    context.close()


@pytest.fixture
def other_site(server: LiveServer) -> Iterator[int]:
    """A site of somebody else that shows the calculator in a frame; its port, at 127.0.0.1 and localhost alike."""
    page = f'<!doctype html><title>x</title><iframe src="{server.url}/calculator/" width="390" height="800"></iframe>'

    class Site(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("Content-Type", "text/html")
            self.end_headers()
            self.wfile.write(page.encode())

        def log_message(self, *_given: object) -> None:
            """Nothing is logged."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Site) as site:
        thread = Thread(target=site.serve_forever)
        thread.start()
        yield site.server_address[1]
        site.shutdown()
        thread.join()


def test_it_stands_in_a_frame_of_a_site_that_the_setting_names(
    chromium: Browser, other_site: int, settings: Settings
) -> None:
    named = f"http://127.0.0.1:{other_site}"
    settings.CALCULATOR_FRAMES = [named]
    settings.CALCULATOR_SECURITY_POLICY = f"default-src 'self'; frame-ancestors 'self' {named}"
    context = chromium.new_context()
    page = context.new_page()

    page.goto(named)
    inside = page.frame_locator("iframe")
    expect(inside.locator(".total strong")).to_have_text("69.00")
    inside.locator("#ask-volume").fill("300")
    expect(inside.locator(".total strong")).to_have_text("1145.40")
    with page.expect_event("console", lambda message: "frame-ancestors" in message.text):
        page.goto(f"http://localhost:{other_site}")
    expect(page.frame_locator("iframe").locator(".total strong")).to_have_count(0)
    context.close()
