"""Charging a fee on an account (收取其它费用)."""

from uuid import uuid4

from django.http import HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from qingyuan.domains.billing import operations as billing
from qingyuan.domains.billing import queries
from qingyuan.interfaces.office.access import OfficeRequest, requires
from qingyuan.interfaces.office.fees.forms import ChargeForm
from qingyuan.interfaces.office.fees.words import type_text
from qingyuan.interfaces.office.shell.form_pages import done, form_response
from qingyuan.interfaces.office.shell.forms import FormPage, with_name
from qingyuan.overviews.account_header import account_header
from qingyuan.overviews.bills import bill_no_of

CHARGE = "billing.charge_fees"
FIELDS = {
    "billing.fee_type_inactive": "fee_type",
    "billing.fee_amount_refused": "amount",
    "billing.fee_over_limit": "amount",
}


@requires(CHARGE)
def charge(request: OfficeRequest, account_no: str) -> HttpResponse:
    on = timezone.localdate()
    header = account_header(request.actor, account_no, on=on, permissions=("customers.view", CHARGE))
    choices = [(str(row.id), type_text(row)) for row in queries.fee_types(header.company_id)]
    form = ChargeForm(choices, request.POST or None, initial={"key": str(uuid4())})
    if request.method == "POST" and form.is_valid():
        with form.refusals_as_messages(FIELDS):
            bill_id = billing.charge_fee(
                actor=request.actor,
                fee=form.fee(header.id),
                posting_date=on,
                request_key=form.cleaned_data["key"],
            )
            return done(request, _("The fee was charged."), reverse("bills:detail", args=[bill_no_of(bill_id)]))
    name = header.holder.name if header.holder else ""
    page = FormPage(
        title=with_name(_("Charge a fee"), account_no, name),
        submit=_("Charge it"),
        cancel_url=reverse("accounts:detail", args=[account_no]),
        intro=_("A bill of its own is issued today. It is paid like any other; cancel that bill to take the fee back.")
        if choices
        else _("There are no fee types yet. A billing clerk adds them under “Fee types”."),
    )
    return form_response(request, form, page)
