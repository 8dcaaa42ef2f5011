"""Every page of the office, found in the URL resolver: axe, fit, and no error, in both languages and in three states.

States: the empty world, the filled world, and `error` (forms sent empty, filters that do not hold). Chinese is looked
at on the office's width and English on a phone's; that pages fit is checked on both. An address with arguments needs
an example in tests/e2e/examples.py. Nothing is skipped silently: what is no page stands in NOT_PAGES with its reason.
"""

import sys
from types import ModuleType

import pytest
from playwright.sync_api import Browser
from pytest_django.live_server_helper import LiveServer

from tests.db.office.people import signed_in_client
from tests.e2e import test_every_filled_page
from tests.e2e.conftest import new_page
from tests.e2e.examples import EXAMPLES, NOT_PAGES
from tests.e2e.walk import WIDTHS, Walk, in_parts, parts_of, problems, routes_of
from tests.e2e.world import People, make_empty_world
from tests.pages import office_routes

pytestmark = pytest.mark.e2e


@pytest.fixture
def people(live_server: LiveServer) -> People:
    return make_empty_world()


def test_every_address_with_arguments_has_an_example() -> None:
    known = {*EXAMPLES, *NOT_PAGES}

    assert [route.name for route in office_routes() if route.has_arguments and route.name not in known] == []


def test_examples_and_exceptions_name_addresses_that_exist() -> None:
    names = {route.name for route in office_routes()}

    assert sorted({*EXAMPLES, *NOT_PAGES} - names) == []


class WalkOfNothing(Walk):
    @pytest.mark.parametrize("language", WIDTHS)
    def test_every_page_is_accessible_and_fits_while_there_is_nothing(
        self, chromium: Browser, live_server: LiveServer, people: People, language: str
    ) -> None:
        self.walk(chromium, live_server, people, language, "empty", filled=False)


globals().update(in_parts(WalkOfNothing))


@pytest.mark.parametrize("walked", [test_every_filled_page, sys.modules[__name__]], ids=["filled", "empty"])
def test_the_parts_of_the_walk_take_every_address_once(walked: ModuleType) -> None:
    taken = [route.name for part in parts_of(vars(walked)) for route in routes_of(part)]

    assert sorted(taken) == sorted(route.name for route in office_routes())
    assert len(set(taken)) > 200


def test_pages_of_strangers_are_accessible(chromium: Browser, live_server: LiveServer) -> None:
    found: list[str] = []
    for language in WIDTHS:
        with new_page(chromium, live_server.url, None, language) as page:
            for path in ("/sign-in/", "/no-such-page/"):
                page.goto(path, wait_until="load")
                found += problems(page, path, language)

    assert not found, "\n".join(found)


def test_every_menu_entry_is_open_to_whoever_sees_it(people: People) -> None:
    for person in (people.worker, people.auditor):
        client = signed_in_client(person)
        menu = client.get("/password/").context["shell"].menu

        answers = {
            entry.url: client.get(entry.url, follow=True).status_code for group in menu for entry in group.entries
        }

        assert {url: status for url, status in answers.items() if status != 200} == {}


def test_the_walk_sees_the_pages_there_are() -> None:
    routes = {route.name: route for route in office_routes()}

    assert {"gallery:list", "gallery:record-tab", "shell:password"} <= set(routes)
    assert routes["gallery:record-tab"].has_arguments
    assert not routes["gallery:list"].has_arguments
