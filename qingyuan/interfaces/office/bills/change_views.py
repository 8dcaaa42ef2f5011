"""Cancelling a bill (应收冲正) and billing it again (重开)."""

from django.contrib import messages
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
from qingyuan.overviews.bills import bill_amount, bill_id_within, bill_no_of

CANCEL = "billing.cancel"


@requires(CANCEL)
@require_POST
def cancel(request: OfficeRequest, bill_no: str) -> HttpResponse:
    on = timezone.localdate()
    bill_id = bill_id_within(request.actor, bill_no, permission=CANCEL, on=on)
    with told(request, _("The bill was cancelled.")):
        check_typed(request, money_text(bill_amount(bill_id)))
        made = billing.cancel_bill(actor=request.actor, bill_id=bill_id, posting_date=on, reason=given_reason(request))
        _tell_proposals(request, len(made.proposal_ids))
    return redirect("bills:detail", bill_no=bill_no)


@requires(CANCEL)
@require_POST
def rebill(request: OfficeRequest, bill_no: str) -> HttpResponse:
    on = timezone.localdate()
    bill_id = bill_id_within(request.actor, bill_no, permission=CANCEL, on=on)
    with told(request, _("The bill was cancelled and billed again.")):
        check_typed(request, money_text(bill_amount(bill_id)))
        made = billing.rebill(actor=request.actor, bill_id=bill_id, posting_date=on, reason=given_reason(request))
        _tell_proposals(request, len(made.proposal_ids))
        bill_no = bill_no_of(made.bill_id)
    return redirect("bills:detail", bill_no=bill_no)


def _tell_proposals(request: OfficeRequest, count: int) -> None:
    if count:
        messages.warning(request, _("Later bills were looked at: %(count)s correction proposals.") % {"count": count})
