"""Every page of the office over the demo utility, as it is and in its error state: axe, fit, no error, both languages."""

import pytest
from playwright.sync_api import Browser
from pytest_django.live_server_helper import LiveServer

from tests.e2e.test_every_page import WIDTHS, look
from tests.e2e.world import People, people_of_the_demo
from tests.pages import pages

pytestmark = pytest.mark.e2e


@pytest.fixture(scope="session")
def database_template(demo_template: str) -> str:
    return demo_template


@pytest.fixture
def people(live_server: LiveServer) -> People:
    return people_of_the_demo()


@pytest.mark.parametrize("language", WIDTHS)
@pytest.mark.parametrize("state", ["filled", "error"])
def test_every_page_is_accessible_and_fits(
    chromium: Browser, live_server: LiveServer, people: People, language: str, state: str
) -> None:
    found = look(chromium, live_server, language, list(pages(people, filled=True)), state)

    assert not found, "\n".join(found)
