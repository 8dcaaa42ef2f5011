"""Who may call (接口访问控制): a bearer token acts as its person, with the rights that person has at this moment.

Cookies and sessions are never looked at, so that no page of another site can call in a person's name.
"""

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec, TypeVar, cast

from django.conf import settings
from django.http import HttpRequest
from django.utils import timezone
from ninja.security import HttpBearer

from qingyuan.kernel.actor import Actor
from qingyuan.kernel.errors import NotPermitted
from qingyuan.platform.limits import operations as limits
from qingyuan.platform.staff import operations, queries

REQUIRED_PERMISSION = "required_permission"
ALLOWED = "allowed_calls"


class ApiRequest(HttpRequest):
    """A request with a valid token: `auth` is the actor."""

    auth: Actor


class TokenBearer(HttpBearer):
    """`Authorization: Bearer qy_…`. Each call of a valid token is counted; raises TooManyCalls."""

    def authenticate(self, request: HttpRequest, token: str) -> Actor | None:
        bearer = queries.bearer_of(token.strip(), on=timezone.localdate())
        if bearer is None:
            return None
        now = timezone.now()
        if settings.API_CALLS_PER_MINUTE:
            caller = f"api:{bearer.token_id}"
            allowed = limits.count_call(caller=caller, limit=settings.API_CALLS_PER_MINUTE, at=now)
            setattr(request, ALLOWED, allowed)
        operations.note_use(token_id=bearer.token_id, used_at=bearer.used_at, at=now)
        return queries.actor_of(
            bearer.staff,
            origin=request.META.get("REMOTE_ADDR", ""),
            request_id=request.META.get("QINGYUAN_REQUEST_ID", ""),
        )


P = ParamSpec("P")
Answer = TypeVar("Answer")
Route = Callable[Concatenate[ApiRequest, P], Answer]


def requires(permission: str) -> Callable[[Route[P, Answer]], Route[P, Answer]]:
    """The route reads, and needs a person who holds `permission` at some unit. Raises NotPermitted."""

    def decorate(route: Route[P, Answer]) -> Route[P, Answer]:
        @wraps(route)
        def guarded(request: ApiRequest, *args: P.args, **kwargs: P.kwargs) -> Answer:
            with queries.asked_once():
                if not queries.may(request.auth, permission, on=timezone.localdate()):
                    raise NotPermitted(permission=permission)
                return route(request, *args, **kwargs)

        setattr(guarded, REQUIRED_PERMISSION, permission)
        return cast(Route[P, Answer], guarded)

    return decorate
