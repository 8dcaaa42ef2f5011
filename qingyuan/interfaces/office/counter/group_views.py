"""A payer group at the counter: its card, and the one payment for all that were chosen (合收户缴费)."""

from uuid import uuid4

from django.http import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from qingyuan.domains.payments import operations
from qingyuan.interfaces.office.access import OfficeRequest, requires
from qingyuan.interfaces.office.counter.forms import GroupSaleForm
from qingyuan.interfaces.office.counter.group_cards import shown_group
from qingyuan.interfaces.office.counter.views import answer
from qingyuan.overviews.counter_group import group_card


@requires("payments.take")
@require_GET
def group(request: OfficeRequest, code: str) -> HttpResponseBase:
    """A group's card, with a new key for the payment that may follow; opened as a page it leads to the counter."""
    if request.headers.get("HX-Request") != "true":
        return redirect(f"{reverse('counter:counter')}?group={code}")
    card = group_card(request.actor, code, on=timezone.localdate())
    return render(request, "counter/group.html", {"card": shown_group(card, request.permissions), "key": str(uuid4())})


@requires("payments.take")
@require_POST
def take(request: OfficeRequest) -> HttpResponseBase:
    """Take the payment; answers as the counter does for one account."""
    form = GroupSaleForm(request.POST)
    return answer(
        request,
        form,
        lambda: operations.take_for_group(
            actor=request.actor,
            sale=form.sale(),
            on=timezone.localdate(),
            idempotency_key=form.cleaned_data["key"],
        ),
    )
