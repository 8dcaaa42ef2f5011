"""Every address is guarded on purpose, named, and there once."""

from collections import Counter
from collections.abc import Callable

import pytest
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, path

from qingyuan.platform import registry
from qingyuan.tools.reference import routes

MISSING = object()
NOT_OURS = ("django.views.i18n.", "django.views.static.", "django.contrib.staticfiles.")


def guard_breach(address: str, pattern: URLPattern, known: set[str]) -> str | None:
    """Why the address is not guarded: it says nothing about permission, or names one that nobody declares."""
    callback = pattern.callback
    if f"{callback.__module__}.".startswith(NOT_OURS):
        return None
    permission = getattr(callback, "required_permission", MISSING)
    if permission is MISSING:
        return f"{address}: {callback.__module__}.{callback.__name__} has no `requires`, `signed_in` or `public`"
    if permission and permission not in known:
        return f"{address}: permission {permission} is declared nowhere"
    return None


def test_every_route_says_who_may_open_it() -> None:
    known = set(registry.permissions.all())

    found = [guard_breach(address, pattern, known) for address, pattern in routes()]

    assert [breach for breach in found if breach] == []


def test_every_address_is_there_once_and_has_a_name() -> None:
    counts = Counter(address for address, _pattern in routes())

    assert [address for address, count in counts.items() if count > 1] == []
    assert [address for address, pattern in routes() if not pattern.name] == []


def _view(permission: object) -> Callable[[HttpRequest], HttpResponse]:
    def view(_request: HttpRequest) -> HttpResponse:
        return HttpResponse()

    if permission is not MISSING:
        view.required_permission = permission  # type: ignore[attr-defined]
    return view


@pytest.mark.parametrize(
    ("permission", "is_breach"),
    [(MISSING, True), ("planted.unknown", True), ("planted.known", False), ("", False), (None, False)],
)
def test_guard_check_sees_red(permission: object, is_breach: bool) -> None:
    pattern = path("planted/", _view(permission), name="planted")

    assert (guard_breach("planted/", pattern, {"planted.known"}) is not None) == is_breach
