"""What is refused or broken, as `application/problem+json` (RFC 9457), in the language that the caller accepts."""

import json
from collections.abc import Iterable, Mapping
from http import HTTPStatus
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.utils.translation import gettext
from django.utils.translation import gettext_noop as _
from ninja import NinjaAPI, Schema
from ninja.errors import HttpError, ValidationError

from qingyuan.kernel.errors import DomainError, NotFound, NotPermitted
from qingyuan.platform.limits.operations import TooManyCalls

CONTENT_TYPE = "application/problem+json"
TITLES = {
    "api.token_refused": _("A valid token is needed: Authorization: Bearer qy_…"),
    "api.unknown_address": _("There is no such address in this version"),
    "api.method_refused": _("This address is not called by this method"),
    "api.invalid": _("The request does not hold; `errors` says where"),
    "api.too_large": _("The request is too large: at most %(most)s bytes are taken"),
    "api.broken": _("Something went wrong on our side; tell the administrator the request id"),
}
_MESSAGES = {
    "missing": _("It is missing"),
    "string_too_long": _("It is too long"),
    "string_pattern_mismatch": _("It is not of the form that the description names"),
    "int_parsing": _("It is not a whole number"),
    "greater_than_equal": _("It is too small"),
    "less_than_equal": _("It is too large"),
}
_OTHERWISE = _("It does not hold")


class Wrong(Schema):
    """What does not hold in the request, and where: `query.period`, `path.bill_no`, `pieces[2].to`.

    `line`: that of a tariff file which came with the request.
    """

    place: str
    code: str
    message: str
    line: int | None = None


class Problem(Schema):
    """A refusal. `code` stays the same in every language and version; `title` is for people."""

    type: str
    code: str
    title: str
    status: int
    request_id: str
    errors: list[Wrong] = []


REFUSALS = {401: Problem, 403: Problem, 404: Problem, 422: Problem, 429: Problem}


def problem(
    request: HttpRequest,
    status: HTTPStatus,
    code: str,
    params: Mapping[str, object] | None = None,
    *,
    errors: Iterable[Mapping[str, object]] = (),
) -> HttpResponse:
    """The answer for a refusal."""
    told: dict[str, Any] = {
        "type": f"urn:qingyuan:problem:{code}",
        "code": code,
        "title": _sentence(code, params or {}),
        "status": int(status),
        "request_id": request.META.get("QINGYUAN_REQUEST_ID", ""),
    }
    found = [dict(each) for each in errors]
    if found:
        told["errors"] = found
    return HttpResponse(json.dumps(told, ensure_ascii=False), status=status, content_type=CONTENT_TYPE)


def refused(request: HttpRequest, error: DomainError) -> HttpResponse:
    """404 for what is not there or not to be known of, 403 for a missing permission, else 409."""
    if isinstance(error, NotFound):
        status = HTTPStatus.NOT_FOUND
    elif isinstance(error, NotPermitted):
        status = HTTPStatus.FORBIDDEN
    else:
        status = HTTPStatus.CONFLICT
    return problem(request, status, error.code, error.params)


def register(api: NinjaAPI) -> None:
    """Let the face answer every refusal as a problem."""
    handlers: dict[type[Exception], Any] = {
        TooManyCalls: _too_many,
        DomainError: refused,
        ValidationError: _invalid,
        HttpError: _of_the_frame,
    }
    for kind, handler in handlers.items():
        api.add_exception_handler(kind, handler)


def _too_many(request: HttpRequest, error: TooManyCalls) -> HttpResponse:
    """429; when to come again stands in the headers."""
    response = problem(request, HTTPStatus.TOO_MANY_REQUESTS, error.code, error.params)
    response["Retry-After"] = str(error.seconds)
    put_limit(response, limit=error.limit, remaining=0, seconds=error.seconds)
    return response


def put_limit(response: HttpResponseBase, *, limit: int, remaining: int, seconds: int) -> None:
    """What the caller may still call in this minute, in the headers that clients of many services know."""
    response["X-RateLimit-Limit"] = str(limit)
    response["X-RateLimit-Remaining"] = str(remaining)
    response["X-RateLimit-Reset"] = str(seconds)


def _invalid(request: HttpRequest, error: ValidationError) -> HttpResponse:
    wrong = [
        {
            "place": ".".join(str(part) for part in each["loc"]),
            "code": str(each["type"]),
            "message": gettext(_MESSAGES.get(str(each["type"]), _OTHERWISE)),
        }
        for each in error.errors
    ]
    return problem(request, HTTPStatus.UNPROCESSABLE_ENTITY, "api.invalid", errors=wrong)


def _of_the_frame(request: HttpRequest, error: HttpError) -> HttpResponse:
    """What the framework itself refuses: no valid token, a body that is no JSON."""
    if error.status_code == HTTPStatus.UNAUTHORIZED:
        response = problem(request, HTTPStatus.UNAUTHORIZED, "api.token_refused")
        response["WWW-Authenticate"] = "Bearer"
        return response
    return problem(request, HTTPStatus(error.status_code), "api.invalid")


class _Places(dict[str, str]):
    def __missing__(self, name: str) -> str:
        return f"{{{name}}}"


def _sentence(code: str, params: Mapping[str, object]) -> str:
    return gettext(TITLES.get(code, code)) % _Places({name: str(value) for name, value in params.items()})
