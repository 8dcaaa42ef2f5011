"""What every answer of the face has: the language that the caller accepts, never a page, never kept by others."""

import logging
from collections.abc import Callable
from functools import wraps
from http import HTTPStatus
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.utils import translation
from django.utils.cache import patch_vary_headers
from django.utils.translation.trans_real import parse_accept_lang_header

from qingyuan.interfaces.api.access import ALLOWED
from qingyuan.interfaces.api.problems import problem, put_limit
from qingyuan.platform.limits.operations import Allowed

View = Callable[..., HttpResponseBase]
LANGUAGES = {"zh": "zh-hans", "en": "en"}
_logger = logging.getLogger(__name__)


def opened(view: View) -> View:
    """The view in the caller's language. An address called by a wrong method and an error of ours are problems, too."""

    @wraps(view)
    def answered(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        language = language_of(request)
        with translation.override(language):
            response = _answer(view, request, args, kwargs)
        allowed = getattr(request, ALLOWED, None)
        if isinstance(allowed, Allowed):
            put_limit(response, limit=allowed.limit, remaining=allowed.remaining, seconds=allowed.seconds)
        response["Content-Language"] = language
        response["Cache-Control"] = "no-store"
        patch_vary_headers(response, ["Accept-Language"])
        return response

    # No cookie is looked at, so there is nothing that another site's form could use.
    answered.csrf_exempt = True  # type: ignore[attr-defined]
    return answered


def language_of(request: HttpRequest) -> str:
    """The first language of Accept-Language that we have, else the installation's own."""
    for wanted, _weight in parse_accept_lang_header(request.headers.get("Accept-Language", "")):
        known = LANGUAGES.get(wanted.partition("-")[0])
        if known is not None:
            return known
    return settings.LANGUAGE_CODE


def unknown_address(request: HttpRequest, rest: str = "") -> HttpResponse:
    """404 for every other address of the face."""
    return problem(request, HTTPStatus.NOT_FOUND, "api.unknown_address")


def _answer(view: View, request: HttpRequest, args: tuple[Any, ...], kwargs: dict[str, Any]) -> HttpResponseBase:
    try:
        response = view(request, *args, **kwargs)
    except Exception:
        _logger.exception("%s %s %s", request.META.get("QINGYUAN_REQUEST_ID", ""), request.method, request.path)
        return problem(request, HTTPStatus.INTERNAL_SERVER_ERROR, "api.broken")
    if response.status_code == HTTPStatus.METHOD_NOT_ALLOWED:
        refusal = problem(request, HTTPStatus.METHOD_NOT_ALLOWED, "api.method_refused")
        refusal["Allow"] = response["Allow"]
        return refusal
    return response
