"""Answers that belong to no area: language, column choice."""

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.views.decorators.http import require_POST
from django.views.i18n import set_language

from qingyuan.interfaces.office.access import OfficeRequest, public, signed_in
from qingyuan.interfaces.office.shell.addresses import wanted_address
from qingyuan.interfaces.office.shell.people import remember_language
from qingyuan.interfaces.office.shell.preferences import choose_columns, choose_density


@public
@require_POST
def language(request: HttpRequest) -> HttpResponseBase:
    """Switch the language, by cookie; a signed-in person's choice is kept for letters and messages too."""
    remember_language(request, request.POST.get("language", ""))
    return set_language(request)


@signed_in
@require_POST
def density(request: OfficeRequest) -> HttpResponse:
    """Compact or comfortable rows, for this person on every machine."""
    choose_density(request, comfortable=request.POST.get("density") == "comfortable")
    return redirect(wanted_address(request))


@signed_in
@require_POST
def columns(request: OfficeRequest, list_key: str) -> HttpResponse:
    """Keep which columns of a list this person wants to see."""
    chosen = None if "reset" in request.POST else request.POST.getlist("columns")[:60]
    choose_columns(request, list_key, chosen)
    return redirect(wanted_address(request))
