"""From a form to the answer: the page, the page again with 422 and its messages, or on to the next page."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from qingyuan.interfaces.office.shell.forms import FormPage, OfficeForm
from qingyuan.interfaces.office.shell.sentences import error_sentence
from qingyuan.interfaces.office.shell.text import Label
from qingyuan.kernel.errors import DomainError, NotFound, NotPermitted


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


@contextmanager
def told(request: HttpRequest, success: Label = "") -> Iterator[None]:
    """For a button without a form: success or refusal as a message on the page that follows.

    NotPermitted and NotFound pass through to their pages.
    """
    try:
        yield
    except (NotPermitted, NotFound):
        raise
    except DomainError as error:
        messages.error(request, error_sentence(error))
    else:
        if success:
            messages.success(request, str(success))
