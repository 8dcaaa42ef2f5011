"""The office's pages, found in the URL resolver, for the tests that walk over all of them."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from django.urls import URLPattern, URLResolver, get_resolver, reverse

from qingyuan.platform.staff.models import Staff
from tests.db.office.people import signed_in_client
from tests.e2e.examples import EXAMPLES, NOT_PAGES
from tests.e2e.world import People

OTHER_FACES = ("my/", "reader/", "api/", "i18n/", "static/")


@dataclass(frozen=True, slots=True)
class Route:
    name: str
    address: str
    permission: str | None
    has_arguments: bool


def office_routes(
    patterns: list[URLPattern | URLResolver] | None = None, prefix: str = "", space: str = ""
) -> Iterator[Route]:
    """Every named address of the office, in the order of the resolver."""
    for pattern in get_resolver().url_patterns if patterns is None else patterns:
        address = prefix + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            inner = f"{space}{pattern.namespace}:" if pattern.namespace else space
            yield from office_routes(pattern.url_patterns, address, inner)
        elif not address.startswith(OTHER_FACES):
            permission = getattr(pattern.callback, "required_permission", None)
            yield Route(f"{space}{pattern.name}", address, permission, "<" in address)


def pages(people: People, *, filled: bool, routes: Iterable[Route] | None = None) -> Iterator[tuple[str, Staff]]:
    """(path, person) of every address (or of these) that answers a GET with a page; those with arguments in the filled
    world only.
    """
    for route in office_routes() if routes is None else routes:
        if route.name in NOT_PAGES or (route.has_arguments and not filled):
            continue
        person = people.who_may(route.permission or "")
        path = reverse(route.name, kwargs=EXAMPLES[route.name]() if route.has_arguments else None)
        response = signed_in_client(person, raise_request_exception=False).get(path)
        if response.status_code in {302, 405}:
            continue  # leads on, or is a POST
        assert response.status_code < 500, f"{path} answers {response.status_code}"
        assert response["Content-Type"].startswith("text/html"), f"{path} is no page: name it in NOT_PAGES"
        yield path, person
