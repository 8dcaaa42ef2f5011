"""What is done to a run: check, issue, calculate again, pause, go on, resume, discard, undo. Refusals come back to the run's page as words."""

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
from qingyuan.overviews.billing_runs import run_page
from qingyuan.workflows import run_billing

RUN = "billing.run"
CHECK = "billing.check"
ISSUE = "billing.issue"
UNDO = "billing.undo"


@requires(CHECK)
@require_POST
def check(request: OfficeRequest, run_id: int) -> HttpResponse:
    on = timezone.localdate()
    run_page(request.actor, run_id, on=on, permission=CHECK)
    with told(request, _("The run was checked and may be issued now.")):
        billing.check_run(actor=request.actor, run_id=run_id, on=on)
    return redirect("billing:run", run_id=run_id)


@requires(ISSUE)
@require_POST
def issue(request: OfficeRequest, run_id: int) -> HttpResponse:
    on = timezone.localdate()
    found = run_page(request.actor, run_id, on=on, permission=ISSUE)
    with told(request, _("The run is being issued.")):
        check_typed(request, money_text(found.row.amount))
        run_billing.issue(actor=request.actor, run_id=run_id, posting_date=on, expected_total=found.row.amount)
    return redirect("billing:run", run_id=run_id)


@requires(RUN)
@require_POST
def recalculate(request: OfficeRequest, run_id: int) -> HttpResponse:
    on = timezone.localdate()
    run_page(request.actor, run_id, on=on, permission=RUN)
    with told(request, _("The run is being calculated again.")):
        run_billing.recalculate(actor=request.actor, run_id=run_id, on=on)
    return redirect("billing:run", run_id=run_id)


@requires(RUN)
@require_POST
def resume(request: OfficeRequest, run_id: int) -> HttpResponse:
    run_page(request.actor, run_id, on=timezone.localdate(), permission=RUN)
    with told(request, _("The run goes on.")):
        run_billing.resume(actor=request.actor, run_id=run_id)
    return redirect("billing:run", run_id=run_id)


@requires(RUN)
@require_POST
def discard(request: OfficeRequest, run_id: int) -> HttpResponse:
    on = timezone.localdate()
    run_page(request.actor, run_id, on=on, permission=RUN)
    with told(request, _("The run was discarded.")):
        billing.discard_run(actor=request.actor, run_id=run_id, on=on, reason=given_reason(request))
    return redirect("billing:run", run_id=run_id)


@requires(RUN)
@require_POST
def pause(request: OfficeRequest, run_id: int) -> HttpResponse:
    on = timezone.localdate()
    run_page(request.actor, run_id, on=on, permission=RUN)
    with told(request, _("The run is paused; chunks that were begun are finished.")):
        billing.pause_run(actor=request.actor, run_id=run_id, on=on)
    return redirect("billing:run", run_id=run_id)


@requires(RUN)
@require_POST
def go_on(request: OfficeRequest, run_id: int) -> HttpResponse:
    on = timezone.localdate()
    run_page(request.actor, run_id, on=on, permission=RUN)
    with told(request, _("The run goes on.")):
        run_billing.go_on(actor=request.actor, run_id=run_id, on=on)
    return redirect("billing:run", run_id=run_id)


@requires(UNDO)
@require_POST
def undo(request: OfficeRequest, run_id: int) -> HttpResponse:
    on = timezone.localdate()
    found = run_page(request.actor, run_id, on=on, permission=UNDO)
    with told(request, _("The run is being undone.")):
        check_typed(request, money_text(found.issued_amount))
        run_billing.undo(
            actor=request.actor,
            run_id=run_id,
            posting_date=on,
            reason=given_reason(request),
            expected_total=found.issued_amount,
        )
    return redirect("billing:run", run_id=run_id)
