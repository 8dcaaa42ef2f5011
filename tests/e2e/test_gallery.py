"""The gallery in a browser: axe, no sideways scroll, keys, focus, in both languages and on a phone's width."""

import os
from pathlib import Path

import pytest
from playwright.sync_api import Page

from tests.e2e.conftest import Visit, axe_violations, set_language

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
SIZES = {"1366": (1366, 768), "1440": (1440, 900), "390": (390, 844)}
LANGUAGES = {"zh": "zh-hans", "en": "en"}


def keep_picture(page: Page, name: str) -> None:
    """A picture for the eye, when QINGYUAN_PICTURES names a folder."""
    folder = os.environ.get("QINGYUAN_PICTURES")
    if folder:
        Path(folder).mkdir(parents=True, exist_ok=True)
        page.screenshot(path=f"{folder}/{name}.png")


def no_sideways_scroll(page: Page) -> bool:
    return bool(page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth"))


@pytest.mark.parametrize("language", LANGUAGES)
def test_pages_have_no_violations_and_fit(visit: Visit, browser_page: Page, language: str) -> None:
    visit("/gallery/")
    set_language(browser_page, LANGUAGES[language])
    found: list[str] = []

    for name, path in PATHS.items():
        for size, (width, height) in SIZES.items():
            browser_page.set_viewport_size({"width": width, "height": height})
            visit(path)
            if size != "1440":
                found += [f"{name} {language} {size}: {text}" for text in axe_violations(browser_page)]
            if not no_sideways_scroll(browser_page):
                found.append(f"{name} {language} {size}: scrolls sideways")
            keep_picture(browser_page, f"{name}-{language}-{size}")

    assert not found, "\n".join(found)
