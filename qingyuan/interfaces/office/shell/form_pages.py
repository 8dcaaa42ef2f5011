"""From a form to the answer: the page, the page again with 422 and its messages, or on to the next page."""

from collections.abc import Mapping
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from qingyuan.interfaces.office.shell.forms import FormPage, OfficeForm
from qingyuan.interfaces.office.shell.text import Label


def form_response(
    request: HttpRequest,
    form: OfficeForm,
    page: FormPage,
    *,
    context: Mapping[str, Any] | None = None,
    template: str = "office/form.html",
) -> HttpResponse:
    """The form's page; 422 when the form was sent and has messages."""
    status = 422 if form.is_bound and form.problems else 200
    return render(
        request, template, {"form": form, "page": page, "title": page.title, **(context or {})}, status=status
    )


def done(request: HttpRequest, message: Label, url: str) -> HttpResponse:
    """On to `url` with a short word of success. For htmx the browser is told to go there."""
    messages.success(request, str(message))
    if request.headers.get("HX-Request") == "true":
        response = HttpResponse(status=200)
        response["HX-Redirect"] = url
        return response
    return redirect(url)
