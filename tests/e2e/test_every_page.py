"""Every page of the office, found in the URL resolver: axe, fit, and no error, in both languages and in three states.

States: the empty world, the filled world, and `error` (forms sent empty, filters that do not hold). Chinese is looked
at on the office's width and English on a phone's; that pages fit is checked on both. An address with arguments needs
an example in tests/e2e/examples.py. Nothing is skipped silently: what is no page stands in NOT_PAGES with its reason.
"""

import pytest
from playwright.sync_api import Browser, Page
from pytest_django.live_server_helper import LiveServer

from qingyuan.platform.staff.models import Staff
from tests.db.office.people import signed_in_client
from tests.e2e.conftest import axe_violations, new_page
from tests.e2e.examples import EXAMPLES, NOT_PAGES
from tests.e2e.world import People, make_empty_world
from tests.pages import office_routes, pages

pytestmark = pytest.mark.e2e

WIDTHS = {"zh-hans": (1366, 768), "en": (390, 844)}


def problems(page: Page, path: str, state: str) -> list[str]:
    found = [f"{path} {state}: {text}" for text in axe_violations(page)]
    for width, height in WIDTHS.values():
        page.set_viewport_size({"width": width, "height": height})
        if page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth"):
            found.append(f"{path} {state} {width}: scrolls sideways")
    return found


def look(browser: Browser, server: LiveServer, language: str, visits: list[tuple[str, Staff]], state: str) -> list[str]:
    found: list[str] = []
    for person in {one.pk: one for _path, one in visits}.values():
        with new_page(browser, server.url, person, language) as page:
            for path, _person in (visit for visit in visits if visit[1] == person):
                page.set_viewport_size(dict(zip(("width", "height"), WIDTHS[language], strict=True)))  # type: ignore[arg-type]
                page.goto(path, wait_until="load")
                found += provoke(page, path) if state == "error" else problems(page, path, state)
    return found


def provoke(page: Page, path: str) -> list[str]:
    """Bring the page into its error state, where it has one, and look at it."""
    found: list[str] = []
    if page.locator("[data-list-filter] input[type=date]").count():
        name = page.locator("[data-list-filter] input[type=date]").first.get_attribute("name")
        page.goto(f"{path}?{name}=no-date", wait_until="load")
        found += problems(page, path, "bad filter")
    elif page.locator("[data-list-filter] input[type=search]").count():
        name = page.locator("[data-list-filter] input[type=search]").first.get_attribute("name")
        page.goto(f"{path}?{name}=zzzz-no-such", wait_until="load")
        found += problems(page, path, "nothing found")
    if page.locator("form[data-office-form]").count():
        page.evaluate("document.querySelector('form[data-office-form]').reset()")
        page.locator("form[data-office-form] [type=submit]").first.click()
        page.wait_for_load_state("load")
        found += problems(page, path, "form sent empty")
    return found


@pytest.fixture
def people(live_server: LiveServer) -> People:
    return make_empty_world()


def test_every_address_with_arguments_has_an_example() -> None:
    known = {*EXAMPLES, *NOT_PAGES}

    assert [route.name for route in office_routes() if route.has_arguments and route.name not in known] == []


def test_examples_and_exceptions_name_addresses_that_exist() -> None:
    names = {route.name for route in office_routes()}

    assert sorted({*EXAMPLES, *NOT_PAGES} - names) == []


@pytest.mark.parametrize("language", WIDTHS)
def test_every_page_is_accessible_and_fits_while_there_is_nothing(
    chromium: Browser, live_server: LiveServer, people: People, language: str
) -> None:
    found = look(chromium, live_server, language, list(pages(people, filled=False)), "empty")

    assert not found, "\n".join(found)


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
