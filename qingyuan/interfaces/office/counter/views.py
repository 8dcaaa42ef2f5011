"""The counter: one page that stays, and the parts that its script asks for."""

from collections.abc import Callable
from uuid import uuid4

from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET, require_POST

from qingyuan.domains.payments import operations
from qingyuan.domains.payments.rules.taking import TakenPayment
from qingyuan.interfaces.office.access import OfficeRequest, requires
from qingyuan.interfaces.office.counter.cards import (
    BrowserWords,
    browser_words,
    shown_card,
    shown_result,
    shown_till,
)
from qingyuan.interfaces.office.counter.forms import MoneyForm, OpenShiftForm, SaleForm
from qingyuan.interfaces.office.counter.group_cards import hits_with_groups
from qingyuan.interfaces.office.shell.form_pages import done, form_response
from qingyuan.interfaces.office.shell.forms import FormPage
from qingyuan.interfaces.office.shell.people import unit_name
from qingyuan.interfaces.office.shell.sentences import error_sentence
from qingyuan.kernel.errors import DomainError, NotPermitted
from qingyuan.overviews import counter as overview

TITLE = _("Take payments")


@requires("payments.take")
@require_GET
def counter(request: OfficeRequest) -> HttpResponseBase:
    """The till; without an open shift the form that opens one stands in its place."""
    till = overview.till_of(request.actor)
    if till is None:
        return _open_form(request, OpenShiftForm())
    words: BrowserWords = browser_words()
    context = {
        "title": TITLE,
        "till": shown_till(till),
        "words": words,
        "open": _to_open(request),
    }
    return render(request, "counter/counter.html", context)


@requires("payments.close_shift")
@require_POST
def open_shift(request: OfficeRequest) -> HttpResponseBase:
    """Open the cashier's shift with a float."""
    form = OpenShiftForm(request.POST)
    if form.is_valid() and request.actor.unit_id is not None:
        with form.refusals_as_messages(otherwise="float_amount"):
            operations.open_session(
                actor=request.actor,
                unit_id=request.actor.unit_id,
                float_amount=form.cleaned_data["float_amount"],
                at=timezone.now(),
                on=timezone.localdate(),
            )
            return done(request, gettext("The shift is open."), reverse("counter:counter"))
    return _open_form(request, form)


@requires("payments.take")
@require_GET
def search(request: OfficeRequest) -> HttpResponseBase:
    """The hits of what was typed, as options of the list beside the search box."""
    text = request.GET.get("q", "")[:80]
    on = timezone.localdate()
    found = overview.find_payers(request.actor, text, on=on)
    context = {
        "hits": hits_with_groups(found, text),
        "accounts": len(found.accounts.rows),
        "groups": len(found.groups),
        "has_more": found.accounts.has_more,
        "text": text,
    }
    return render(request, "counter/hits.html", context)


@requires("payments.take")
@require_GET
def account(request: OfficeRequest, account_no: str) -> HttpResponseBase:
    """An account's card, with a new key for the payment that may follow; opened as a page it leads to the counter."""
    if request.headers.get("HX-Request") != "true":
        return redirect(f"{reverse('counter:counter')}?account={account_no}")
    card = overview.card(request.actor, account_no, on=timezone.localdate())
    context = {"card": shown_card(card, request.permissions), "key": str(uuid4())}
    return render(request, "counter/card.html", context)


@requires("payments.take")
@require_POST
def take(request: OfficeRequest) -> HttpResponseBase:
    """Take the payment: the result's card and the till as it stands then; 422 with the reason when it was refused."""
    on = timezone.localdate()
    form = SaleForm(request.POST)
    return answer(
        request,
        form,
        lambda: operations.take_at_counter(
            actor=request.actor, sale=form.sale(), on=on, idempotency_key=form.cleaned_data["key"]
        ),
    )


def answer(request: OfficeRequest, form: MoneyForm, take_it: Callable[[], TakenPayment]) -> HttpResponse:
    """The result's card and the till as it stands then; 422 with the reason when the form or the operation refuses."""
    if not form.is_valid():
        return _refused(request, " ".join(problem.text for problem in form.problems))
    try:
        taken = take_it()
    except NotPermitted:
        raise
    except DomainError as error:
        return _refused(request, error_sentence(error))
    till = overview.till_of(request.actor)
    context = {"result": shown_result(taken), "till": None if till is None else shown_till(till)}
    return render(request, "counter/result.html", context)


def _to_open(request: OfficeRequest) -> str:
    """The address of the card that the page opens at once: of an account or a payer group, "" for none."""
    for kind in ("account", "group"):
        if asked := request.GET.get(kind, "")[:40]:
            return reverse(f"counter:{kind}", args=[asked])
    return ""


def _refused(request: OfficeRequest, sentence: str) -> HttpResponse:
    return render(request, "counter/refused.html", {"sentence": sentence}, status=422)


def _open_form(request: OfficeRequest, form: OpenShiftForm) -> HttpResponse:
    intro = gettext("%(unit)s: you have no open shift. Open one to take payments.") % {"unit": unit_name(request)}
    page = FormPage(title=str(TITLE), submit=_("Open the shift"), intro=intro)
    may_open = "payments.close_shift" in request.permissions
    return form_response(request, form, page, context={"may_open": may_open}, template="counter/open.html")
