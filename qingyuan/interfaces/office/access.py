"""Who may open a page (访问控制): every view carries `requires`, `signed_in` or `public`; a test sees to it.

The decorators set `required_permission` on the view: the permission code, "" for any signed-in person, None for
everybody. They give the view an `OfficeRequest` (with `actor` and `permissions`), and turn the refusals that
operations raise into pages: not permitted 403, not found 404, any other DomainError 409 with its sentence.
"""

import time
from collections.abc import Callable
from contextlib import nullcontext
from functools import wraps
from typing import Concatenate, ParamSpec, cast

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.utils.http import urlencode
from django.views.decorators.cache import never_cache

from qingyuan.interfaces.office.shell import refusals
from qingyuan.interfaces.office.shell.people import actor_for, permissions_of
from qingyuan.kernel.actor import Actor
from qingyuan.kernel.errors import DomainError, NotFound, NotPermitted
from qingyuan.platform.staff.queries import asked_once

ANY_SIGNED_IN = ""
MUST_CHANGE = "office.must_change"
_SEEN = "office.seen"
_READING = frozenset({"GET", "HEAD"})
_WHILE_IT_MUST = "shell:password"
REQUIRED_PERMISSION = "required_permission"


class OfficeRequest(HttpRequest):
    """A request of a signed-in person, as views see it (the server's own request with two attributes more).

    `permissions` are the codes held at any unit: enough to show or hide a button. Operations check where they hold.
    """

    actor: Actor
    permissions: frozenset[str]


P = ParamSpec("P")
OfficeView = Callable[Concatenate[OfficeRequest, P], HttpResponseBase]
View = Callable[Concatenate[HttpRequest, P], HttpResponseBase]


def requires(permission: str) -> Callable[[OfficeView[P]], View[P]]:
    """The view needs a signed-in person who holds `permission` at some unit."""

    def decorate(view: OfficeView[P]) -> View[P]:
        return _guarded(view, permission)

    return decorate


def signed_in(view: OfficeView[P]) -> View[P]:
    """The view needs a signed-in person, whoever it is."""
    return _guarded(view, ANY_SIGNED_IN)


def public(view: View[P]) -> View[P]:
    """The view answers everybody (sign-in, health)."""
    setattr(view, REQUIRED_PERMISSION, None)
    return view


def _guarded(view: OfficeView[P], permission: str) -> View[P]:
    @never_cache
    @wraps(view)
    def guarded(request: HttpRequest, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
        if not request.user.is_authenticated:
            return _sign_in_first(request)
        if request.session.get(MUST_CHANGE) and not _is_password_page(request):
            return redirect(_WHILE_IT_MUST)
        _prolong(request)
        with asked_once() if request.method in _READING else nullcontext():
            office_request = _as_office_request(request)
            if permission and permission not in office_request.permissions:
                return refusals.not_permitted(office_request, permission)
            try:
                return view(office_request, *args, **kwargs)
            except NotPermitted as error:
                return refusals.not_permitted(office_request, str(error.params.get("permission", permission)))
            except NotFound as error:
                return refusals.not_found(office_request, error)
            except DomainError as error:
                return refusals.refused(office_request, error)

    setattr(guarded, REQUIRED_PERMISSION, permission)
    return cast(View[P], guarded)


def _prolong(request: HttpRequest) -> None:
    """Let the idle time begin anew, on record once a minute (of a short one: a tenth of it) and not with every page.

    So a person may be signed out that little early, never late.
    """
    now = int(time.time())
    if now - request.session.get(_SEEN, 0) >= min(60, request.session.get_expiry_age() // 10):
        request.session[_SEEN] = now


def _is_password_page(request: HttpRequest) -> bool:
    return request.resolver_match is not None and request.resolver_match.view_name == _WHILE_IT_MUST


def _as_office_request(request: HttpRequest) -> OfficeRequest:
    office_request = cast(OfficeRequest, request)
    office_request.actor = actor_for(request)
    office_request.permissions = permissions_of(office_request.actor)
    return office_request


def _sign_in_first(request: HttpRequest) -> HttpResponse:
    if request.headers.get("HX-Request") == "true":
        return refusals.signed_out(request)
    target = str(settings.LOGIN_URL)
    if request.method == "GET":
        target = f"{target}?{urlencode({'next': request.get_full_path()})}"
    return redirect(target)
