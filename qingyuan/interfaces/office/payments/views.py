"""Pages of payments: list, one payment, its void, its receipt's PDF."""

from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST

from qingyuan.domains.payments import operations
from qingyuan.interfaces.office.access import OfficeRequest, requires
from qingyuan.interfaces.office.payments import columns
from qingyuan.interfaces.office.payments.forms import PaymentFilterForm, VoidForm
from qingyuan.interfaces.office.payments.record import payment_header, payment_tables
from qingyuan.interfaces.office.shell.details import detail_response
from qingyuan.interfaces.office.shell.form_pages import done, form_response
from qingyuan.interfaces.office.shell.formats import money_text
from qingyuan.interfaces.office.shell.forms import FormPage
from qingyuan.interfaces.office.shell.list_pages import list_response
from qingyuan.interfaces.office.shell.lists import Action, EmptyState, ListQuery, ListResult, ListSpec
from qingyuan.kernel.actor import Actor
from qingyuan.overviews.payment_list import PaymentFilter, PaymentLine, payment_list
from qingyuan.overviews.payment_page import payment_no_of_receipt, payment_page

PAYMENTS: ListSpec[PaymentLine] = ListSpec(
    key="payments",
    title=_("Payment records"),
    unit=_("payments"),
    columns=columns.LIST,
    sort="taken_at",
    descending=True,
    row_tone=lambda row: "muted" if row.is_void else "",
    empty=EmptyState(_("No money has been taken yet."), Action(_("To the counter"), "/counter/", "payments.take")),
)


@requires("payments.view")
def payments(request: OfficeRequest) -> HttpResponseBase:
    """Payments with filter, totals and export."""
    return list_response(request, PAYMENTS, PaymentFilterForm, _load)


@requires("payments.view")
def payment(request: OfficeRequest, payment_no: str) -> HttpResponseBase:
    """One payment."""
    page = payment_page(request.actor, payment_no, on=timezone.localdate())
    header = payment_header(page, request.permissions)
    tables = payment_tables(page, request.permissions)
    context = {"tables": tables, "payment": page, "may_print": "payments.reprint" in request.permissions}
    return detail_response(request, header, "payments/payment.html", context=context)


@requires("payments.void")
def void(request: OfficeRequest, payment_no: str) -> HttpResponseBase:
    """Void a payment of an open shift, with a reason."""
    on = timezone.localdate()
    page = payment_page(request.actor, payment_no, on=on)
    form = VoidForm(request.POST or None, amount=page.received)
    back = reverse("payments:detail", args=[payment_no])
    if not page.can_be_voided:
        messages.error(request, gettext("This payment cannot be voided: it was voided before, or its shift is closed."))
        return redirect(back)
    if request.method == "POST" and form.is_valid():
        with form.refusals_as_messages({"payments.reason_missing": "reason"}):
            operations.void_payment(
                actor=request.actor, payment_id=page.payment_id, reason=form.cleaned_data["reason"], on=on
            )
            return done(request, gettext("Payment %(number)s was voided.") % {"number": payment_no}, back)
    intro = gettext(
        "%(amount)s yuan of %(cashier)s: what it paid is owed again, what it put into prepayment is taken back. "
        "Give the money back and take the receipt."
    ) % {"amount": money_text(page.received), "cashier": page.taken_by or "—"}
    title = gettext("Void payment %(number)s") % {"number": payment_no}
    words = FormPage(title=title, submit=_("Void"), cancel_url=back, intro=intro, danger=True)
    return form_response(request, form, words)


@requires("payments.view")
def receipt(request: OfficeRequest, receipt_no: str) -> HttpResponseBase:
    """From a receipt's number to its payment."""
    number = payment_no_of_receipt(request.actor, receipt_no, on=timezone.localdate())
    return redirect("payments:detail", number)


@requires("payments.take")
@require_POST
def receipt_pdf(request: OfficeRequest, receipt_no: str) -> HttpResponseBase:
    """Print a receipt: each call is counted, so it is a POST; from the second on the paper says 补打."""
    printed = operations.print_receipt(actor=request.actor, receipt_no=receipt_no, on=timezone.localdate())
    response = HttpResponse(printed.pdf, content_type="application/pdf")
    response["Content-Disposition"] = f'inline; filename="{printed.receipt_no}.pdf"'
    response["X-Print-No"] = str(printed.print_no)
    return response


def _load(actor: Actor, query: ListQuery) -> ListResult[PaymentLine]:
    asked = query.filters
    found = payment_list(
        actor,
        PaymentFilter(
            text=asked.get("q", "").strip(),
            from_date=asked.get("from_date"),
            to_date=asked.get("to_date"),
            tender=asked.get("tender", ""),
            channel=asked.get("channel", ""),
            state=asked.get("state", ""),
        ),
        on=timezone.localdate(),
        sort=query.sort,
        descending=query.descending,
        limit=query.limit,
        offset=query.offset,
    )
    received = found.void_received if asked.get("state") == "void" else found.received
    return ListResult(found.rows, found.count, {"received": received})
