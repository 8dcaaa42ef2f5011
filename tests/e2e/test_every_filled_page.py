"""Every page of the office over the demo utility, as it is and in its error state: axe, fit, no error, both languages."""

import pytest
from playwright.sync_api import Browser
from pytest_django.live_server_helper import LiveServer

from tests.e2e.walk import WIDTHS, Walk, in_parts
from tests.e2e.world import People, people_of_the_demo

pytestmark = pytest.mark.e2e


@pytest.fixture(scope="session")
def database_template(demo_template: str) -> str:
    return demo_template


@pytest.fixture
def people(live_server: LiveServer) -> People:
    return people_of_the_demo()


class FilledWalk(Walk):
    @pytest.mark.parametrize("language", WIDTHS)
    @pytest.mark.parametrize("state", ["filled", "error"])
    def test_every_page_is_accessible_and_fits(
        self, chromium: Browser, live_server: LiveServer, people: People, language: str, state: str
    ) -> None:
        self.walk(chromium, live_server, people, language, state)


globals().update(in_parts(FilledWalk))
