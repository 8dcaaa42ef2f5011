"""What is done to a run: check, issue, calculate again, pause, go on, resume, discard, undo. Refusals come back to the run's
page as words.
"""

from collections.abc import Callable
from datetime import date

from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from qingyuan.domains.billing import operations as billing
from qingyuan.interfaces.office.access import OfficeRequest, requires
from qingyuan.interfaces.office.shell.confirmations import check_typed, given_reason
from qingyuan.interfaces.office.shell.form_pages import told
from qingyuan.interfaces.office.shell.formats import money_text
from qingyuan.overviews.billing_runs import RunPage, run_page
from qingyuan.workflows import run_billing

RUN = "billing.run"
CHECK = "billing.check"
ISSUE = "billing.issue"
UNDO = "billing.undo"


@requires(CHECK)
@require_POST
def check(request: OfficeRequest, run_id: int) -> HttpResponse:
    def act(_found: RunPage, on: date) -> None:
        billing.check_run(actor=request.actor, run_id=run_id, on=on)

    return _done_to(request, run_id, CHECK, _("The run was checked and may be issued now."), act)


@requires(ISSUE)
@require_POST
def issue(request: OfficeRequest, run_id: int) -> HttpResponse:
    def act(found: RunPage, on: date) -> None:
        check_typed(request, money_text(found.row.amount))
        run_billing.issue(actor=request.actor, run_id=run_id, posting_date=on, expected_total=found.row.amount)

    return _done_to(request, run_id, ISSUE, _("The run is being issued."), act)


@requires(RUN)
@require_POST
def recalculate(request: OfficeRequest, run_id: int) -> HttpResponse:
    def act(_found: RunPage, on: date) -> None:
        run_billing.recalculate(actor=request.actor, run_id=run_id, on=on)

    return _done_to(request, run_id, RUN, _("The run is being calculated again."), act)


@requires(RUN)
@require_POST
def resume(request: OfficeRequest, run_id: int) -> HttpResponse:
    def act(_found: RunPage, _on: date) -> None:
        run_billing.resume(actor=request.actor, run_id=run_id)

    return _done_to(request, run_id, RUN, _("The run goes on."), act)


@requires(RUN)
@require_POST
def discard(request: OfficeRequest, run_id: int) -> HttpResponse:
    def act(_found: RunPage, on: date) -> None:
        billing.discard_run(actor=request.actor, run_id=run_id, on=on, reason=given_reason(request))

    return _done_to(request, run_id, RUN, _("The run was discarded."), act)


@requires(RUN)
@require_POST
def pause(request: OfficeRequest, run_id: int) -> HttpResponse:
    def act(_found: RunPage, on: date) -> None:
        billing.pause_run(actor=request.actor, run_id=run_id, on=on)

    return _done_to(request, run_id, RUN, _("The run is paused; chunks that were begun are finished."), act)


@requires(RUN)
@require_POST
def go_on(request: OfficeRequest, run_id: int) -> HttpResponse:
    def act(_found: RunPage, on: date) -> None:
        run_billing.go_on(actor=request.actor, run_id=run_id, on=on)

    return _done_to(request, run_id, RUN, _("The run goes on."), act)


@requires(UNDO)
@require_POST
def undo(request: OfficeRequest, run_id: int) -> HttpResponse:
    def act(found: RunPage, on: date) -> None:
        check_typed(request, money_text(found.issued_amount))
        run_billing.undo(
            actor=request.actor,
            run_id=run_id,
            posting_date=on,
            reason=given_reason(request),
            expected_total=found.issued_amount,
        )

    return _done_to(request, run_id, UNDO, _("The run is being undone."), act)


def _done_to(
    request: OfficeRequest, run_id: int, permission: str, success: str, act: Callable[[RunPage, date], None]
) -> HttpResponse:
    """Do it to a run that the permission reaches, and go back to its page with what came of it."""
    on = timezone.localdate()
    found = run_page(request.actor, run_id, on=on, permission=permission)
    with told(request, success):
        act(found, on)
    return redirect("billing:run", run_id=run_id)
