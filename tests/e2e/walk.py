"""The walk over every page of the office: what is looked at on each, and the parts in which it is walked.

The walk is the longest thing the suite does, and a class's tests run in one process. So it is cut into PARTS classes of
like length, which run side by side: every PARTS-th address of the resolver, so that no part is the one with the slow
area. `tests/e2e/test_every_page.py` sees to it that together they take each address exactly once.
"""

from collections.abc import Iterable
from typing import ClassVar

from playwright.sync_api import Browser, Page
from pytest_django.live_server_helper import LiveServer

from qingyuan.platform.staff.models import Staff
from tests.e2e.conftest import axe_violations, new_page
from tests.e2e.world import People
from tests.pages import Route, office_routes, pages

PARTS = 8
WIDTHS = {"zh-hans": (1366, 768), "en": (390, 844)}


def routes_of(part: int) -> list[Route]:
    """The addresses that the part (from 1) takes."""
    return list(office_routes())[part - 1 :: PARTS]


class Walk:
    """A part of the walk. A module that walks says `globals().update(in_parts(ItsWalk))` and has a fixture `people`."""

    part: ClassVar[int]

    def walk(
        self, browser: Browser, server: LiveServer, people: People, language: str, state: str, *, filled: bool = True
    ) -> None:
        visits = list(pages(people, filled=filled, routes=routes_of(self.part)))

        found = look(browser, server, language, visits, state)

        assert len(visits) > 5, "this part of the walk hardly sees a page"
        assert not found, "\n".join(found)


def in_parts(walk: type[Walk]) -> dict[str, type[Walk]]:
    """A class of tests for each part of a walk, by name."""
    made = {f"TestPart{part}": part for part in range(1, PARTS + 1)}
    return {name: type(name, (walk,), {"part": part, "__module__": walk.__module__}) for name, part in made.items()}


def parts_of(module: dict[str, object]) -> list[int]:
    """The parts for which a module has classes, by number."""
    return sorted(
        one.part for one in module.values() if isinstance(one, type) and issubclass(one, Walk) and hasattr(one, "part")
    )


def look(
    browser: Browser, server: LiveServer, language: str, visits: Iterable[tuple[str, Staff]], state: str
) -> list[str]:
    """What is wrong with the pages, each opened by its person."""
    found: list[str] = []
    visits = list(visits)
    for person in {one.pk: one for _path, one in visits}.values():
        with new_page(browser, server.url, person, language) as page:
            for path, _person in (visit for visit in visits if visit[1] == person):
                page.set_viewport_size(dict(zip(("width", "height"), WIDTHS[language], strict=True)))  # type: ignore[arg-type]
                page.goto(path, wait_until="load")
                found += provoke(page, path) if state == "error" else problems(page, path, state)
    return found


def problems(page: Page, path: str, state: str) -> list[str]:
    """What axe finds on the page as it is, and the widths on which it does not fit."""
    found = [f"{path} {state}: {text}" for text in axe_violations(page)]
    for width, height in WIDTHS.values():
        page.set_viewport_size({"width": width, "height": height})
        if page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth"):
            found.append(f"{path} {state} {width}: scrolls sideways")
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
