"""Pages for what is refused or broken: 401, 403, 404, 409 and 500, whole or as a fragment for htmx.

The browser side (`errors.js`) shows a fragment with one of these statuses in the shell's dialog and leaves the
page, with what was typed, as it was.
"""

from collections.abc import Mapping
from http import HTTPStatus

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from qingyuan.interfaces.office.shell.people import roles_that_hold
from qingyuan.interfaces.office.shell.sentences import error_sentence
from qingyuan.kernel.errors import DomainError

ERROR_HEADER = "X-Office-Error"


def not_permitted(request: HttpRequest, permission: str) -> HttpResponse:
    """403, naming the roles that hold the permission."""
    context = {
        "heading": _("You have no permission for this page"),
        "explanation": _("Nothing was changed. Ask one of these roles, or your administrator."),
        "roles": roles_that_hold(permission) if permission else (),
        "permission": permission,
    }
    return _page(request, HTTPStatus.FORBIDDEN, context)


def not_found(request: HttpRequest, error: DomainError | None = None) -> HttpResponse:
    """404: there is no such thing, or none that this person may know of."""
    context = {
        "heading": _("This page or record was not found"),
        "explanation": error_sentence(error)
        if error is not None and error.code != "kernel.not_found"
        else _("Check the number. It may also belong to a unit that you do not work for."),
    }
    return _page(request, HTTPStatus.NOT_FOUND, context)


def refused(request: HttpRequest, error: DomainError) -> HttpResponse:
    """409: an operation refused; its sentence says why."""
    context = {"heading": _("This was not done"), "explanation": error_sentence(error), "code": error.code}
    return _page(request, HTTPStatus.CONFLICT, context)


def signed_out(request: HttpRequest) -> HttpResponse:
    """401 for htmx: the sign-in is lost; the page keeps what was typed."""
    context = {
        "heading": _("You have been signed out"),
        "explanation": _("What you typed is still on the page. Sign in again in a new window, then repeat."),
        "sign_in_url": reverse("shell:sign-in"),
    }
    return _page(request, HTTPStatus.UNAUTHORIZED, context)


def broken(request: HttpRequest) -> HttpResponse:
    """500 with the request's id. Draws without database and session, which may be what broke."""
    context = {
        "heading": _("Something went wrong on our side"),
        "explanation": _("Nothing was saved by this step. Try again; if it stays, tell the administrator this number."),
        "error_id": request.META.get("QINGYUAN_REQUEST_ID", ""),
    }
    return _page(request, HTTPStatus.INTERNAL_SERVER_ERROR, context)


def handler403(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return not_permitted(request, "")


def handler404(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return not_found(request)


def handler500(request: HttpRequest) -> HttpResponse:
    return broken(request)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """403 for a form whose protection token is missing or old (opened before signing in again)."""
    context = {
        "heading": _("This form has expired"),
        "explanation": _("Nothing was changed. Load the page again and repeat the entry."),
    }
    return _page(request, HTTPStatus.FORBIDDEN, context)


def _page(request: HttpRequest, status: HTTPStatus, context: Mapping[str, object]) -> HttpResponse:
    partial = request.headers.get("HX-Request") == "true"
    template = "office/refusal_fragment.html" if partial else "office/refusal.html"
    response = render(request, template, {"status": int(status), **context}, status=status)
    response[ERROR_HEADER] = "1"
    return response
