"""Middleware that belongs to no page: whose call it is, response headers, the request's id, the chosen language."""

import re
import secrets
from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils import translation

from qingyuan.config.client_address import client_address

Handler = Callable[[HttpRequest], HttpResponse]
REQUEST_ID = "QINGYUAN_REQUEST_ID"
_ACCEPTABLE_ID = re.compile(r"[A-Za-z0-9._-]{8,64}")


class ClientAddressMiddleware:
    """`REMOTE_ADDR` becomes the address of the client, where the call comes from a proxy that the settings trust.

    Everything above (the lockout at sign-in, the limits of calls, the audit) looks at `REMOTE_ADDR` alone.
    """

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if settings.TRUSTED_PROXIES:
            peer, passed_on = request.META.get("REMOTE_ADDR", ""), request.META.get("HTTP_X_FORWARDED_FOR", "")
            request.META["REMOTE_ADDR"] = client_address(peer, passed_on, settings.TRUSTED_PROXIES)
        return self.get_response(request)


class SecurityPolicyMiddleware:
    """Content-Security-Policy and its neighbours on every answer: scripts, styles and pictures of our own only."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        response.headers.setdefault("Content-Security-Policy", settings.CONTENT_SECURITY_POLICY)
        response.headers.setdefault("Permissions-Policy", "camera=(self), geolocation=(self), microphone=()")
        return response


class RequestIdMiddleware:
    """Gives each request an id, in `request.META["QINGYUAN_REQUEST_ID"]` and in the answer's X-Request-ID.

    A well-formed id from the proxy is kept, so that one call can be followed through both logs.
    """

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        given = request.META.get("HTTP_X_REQUEST_ID", "")
        request.META[REQUEST_ID] = given if _ACCEPTABLE_ID.fullmatch(given) else secrets.token_hex(8)
        response = self.get_response(request)
        response["X-Request-ID"] = request.META[REQUEST_ID]
        return response


class ChosenLanguageMiddleware:
    """The language a person chose (cookie), else the installation's own.

    The browser's Accept-Language is not asked: a Chinese utility's machines are often set up in English.
    """

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        chosen = request.COOKIES.get(settings.LANGUAGE_COOKIE_NAME, "")
        language = chosen if chosen in dict(settings.LANGUAGES) else settings.LANGUAGE_CODE
        with translation.override(language):
            response = self.get_response(request)
        response.headers.setdefault("Content-Language", language)
        return response
