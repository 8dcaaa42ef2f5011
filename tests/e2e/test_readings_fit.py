"""The reading pages' tables stand whole on the smallest office screen, in both languages: nothing is cut off at the right."""

import pytest
from playwright.sync_api import Browser
from pytest_django.live_server_helper import LiveServer

from qingyuan.domains.readings.models import ReadingItem
from tests.e2e.conftest import new_page, wait_until
from tests.e2e.world import people_of_the_demo

pytestmark = pytest.mark.e2e
OVERFLOW = "[...document.querySelectorAll('.table-scroll')].map((box) => box.scrollWidth - box.clientWidth)"


@pytest.fixture(scope="session")
def database_template(demo_template: str) -> str:
    return demo_template


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_tables_of_readings_do_not_scroll_sideways(chromium: Browser, live_server: LiveServer, language: str) -> None:
    people = people_of_the_demo()
    task = ReadingItem.objects.filter(state="HELD").order_by("-id")[0].task_id
    with new_page(chromium, live_server.url, people.worker, language) as page:
        found = {}
        for path in ("/readings/tasks/", "/readings/review/", f"/readings/tasks/{task}/"):
            page.goto(path, wait_until="load")
            found[path] = page.evaluate(OVERFLOW)
        for value in ("1", "99999", "1"):  # a sign of trouble and the word that it is saved, side by side
            page.keyboard.type(value)
            page.keyboard.press("Enter")
        wait_until(page, "document.querySelectorAll('.save-saved').length === 3")
        found["keyed"] = page.evaluate(OVERFLOW)
        page.goto("/readings/review/", wait_until="load")
        found["long signs"] = page.evaluate(OVERFLOW)

    assert set(map(tuple, found.values())) == {(0,)}, found
