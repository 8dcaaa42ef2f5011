"""Looking at a run's bills before issue (试算复核): the list by reason, holding back and releasing, the run as a workbook."""

from collections.abc import Callable
from dataclasses import replace

from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_POST

from qingyuan.domains.billing import operations as billing
from qingyuan.domains.billing.rules.states import RunPurpose, RunState
from qingyuan.interfaces.office.access import OfficeRequest, requires
from qingyuan.interfaces.office.billing import run_header
from qingyuan.interfaces.office.billing.forms import HoldForm, ReviewFilter, item_keys
from qingyuan.interfaces.office.billing.tables import ITEMS, area_columns, class_columns, count_columns, sums
from qingyuan.interfaces.office.billing.words import ITEM_WORDS, exception_sentence
from qingyuan.interfaces.office.shell.addresses import address_if_routed
from qingyuan.interfaces.office.shell.confirmations import given_reason
from qingyuan.interfaces.office.shell.exports import Sheet, workbook_response
from qingyuan.interfaces.office.shell.form_pages import done, form_response, told
from qingyuan.interfaces.office.shell.formats import month_text
from qingyuan.interfaces.office.shell.forms import FormPage
from qingyuan.interfaces.office.shell.list_pages import list_response
from qingyuan.interfaces.office.shell.lists import (
    BatchAction,
    Column,
    ColumnKind,
    EmptyState,
    ListQuery,
    ListResult,
    ListSpec,
)
from qingyuan.interfaces.office.shell.text import Label
from qingyuan.kernel.actor import Actor
from qingyuan.overviews.billing_runs import MOST, RunPage, run_exceptions, run_page
from qingyuan.overviews.run_review import ReviewRow, Why, review_counts, review_rows
from qingyuan.overviews.run_totals import run_totals

VIEW = "billing.view_runs"
RELEASE = "billing.release"

COLUMNS: tuple[Column[ReviewRow], ...] = (
    Column(
        "account_no",
        gettext_lazy("Account no."),
        ColumnKind.IDENTIFIER,
        sortable=True,
        fixed=True,
        link=lambda row: address_if_routed("accounts:detail", row.account_no) or None,
    ),
    Column("customer_name", gettext_lazy("Account name")),
    Column("book_no", gettext_lazy("Book"), ColumnKind.IDENTIFIER),
    Column("point_no", gettext_lazy("Service point"), ColumnKind.IDENTIFIER, shown=False),
    Column("volume", gettext_lazy("Volume"), ColumnKind.VOLUME, sortable=True),
    Column("amount", gettext_lazy("Amount"), ColumnKind.MONEY, sortable=True, totalled=True),
    Column("usual", gettext_lazy("Usual amount"), ColumnKind.MONEY),
    Column("change", gettext_lazy("Against the usual"), ColumnKind.PERCENT),
    Column("state", gettext_lazy("State"), ColumnKind.CHIP, value=lambda row: ITEM_WORDS[row.state]),
    Column(
        "reason",
        gettext_lazy("Reason"),
        ColumnKind.LONG_TEXT,
        value=lambda row: exception_sentence(row.code, row.params) if row.code else "",
    ),
)
REVIEW: ListSpec[ReviewRow] = ListSpec(
    key="billing-run-review",
    title=gettext_lazy("Bills to look at"),
    unit=gettext_lazy("bills"),
    sort="amount",
    descending=True,
    columns=COLUMNS,
    row_id=lambda row: row.key,
    row_tone=lambda row: "held" if row.state == "HELD" else "",
    page_size=50,
    empty=EmptyState(gettext_lazy("No bill stands out.")),
)


@requires(VIEW)
def review(request: OfficeRequest, run_id: int) -> HttpResponseBase:
    """The run's bills by reason, the dearest first; the chosen ones can be held back or released before the check."""
    found = run_page(request.actor, run_id, on=timezone.localdate())

    def load(_actor: Actor, query: ListQuery) -> ListResult[ReviewRow]:
        why = Why(query.filters.get("why") or Why.NOTICED)
        rows, count, amount = review_rows(
            run_id, why, sort=query.sort, descending=query.descending, offset=query.offset, limit=query.limit
        )
        return ListResult(rows, count, {"amount": amount})

    spec = REVIEW
    if found.row.state is RunState.CALCULATED and found.row.purpose is RunPurpose.REAL:
        spec = replace(
            REVIEW,
            batch_actions=(
                BatchAction(
                    gettext_lazy("Release the selected"),
                    reverse("billing:release", args=[run_id]),
                    RELEASE,
                    "check",
                ),
                BatchAction(
                    gettext_lazy("Hold the selected back"), reverse("billing:hold", args=[run_id]), RELEASE, "lock"
                ),
            ),
        )
    page = run_header.page(found, "review")
    context = {"page": page, "title": f"{page.title} {page.number}", "tab": "review"}
    shown = {**context, **run_header.context(found, request.permissions)}
    return list_response(request, spec, ReviewFilter, load, context=shown, template="billing/review.html")


@requires(RELEASE)
@require_POST
def release(request: OfficeRequest, run_id: int) -> HttpResponse:
    """Release the chosen bills, or all held ones."""
    on = timezone.localdate()
    found = run_page(request.actor, run_id, on=on, permission=RELEASE)
    if request.POST.get("all"):
        with told(request, _("The held bills were released.")):
            reason = given_reason(request)
            billing.release_bills(actor=request.actor, run_id=run_id, items=None, reason=reason, on=on)
        return redirect("billing:run-review", run_id=run_id)

    def work(items: list[tuple[int, int]], reason: str) -> str:
        count = billing.release_bills(actor=request.actor, run_id=run_id, items=items, reason=reason, on=on)
        return ngettext("%(count)s bill was released.", "%(count)s bills were released.", count) % {"count": count}

    return _with_reason(request, found, _("Release held bills"), gettext_lazy("Release"), work)


@requires(RELEASE)
@require_POST
def hold(request: OfficeRequest, run_id: int) -> HttpResponse:
    """Hold the chosen bills back."""
    on = timezone.localdate()
    found = run_page(request.actor, run_id, on=on, permission=RELEASE)

    def work(items: list[tuple[int, int]], reason: str) -> str:
        count = billing.hold_bills(actor=request.actor, run_id=run_id, items=items, reason=reason, on=on)
        return ngettext("%(count)s bill was held back.", "%(count)s bills were held back.", count) % {"count": count}

    return _with_reason(request, found, _("Hold bills back"), gettext_lazy("Hold back"), work)


def _with_reason(
    request: OfficeRequest,
    found: RunPage,
    title: str,
    submit: Label,
    work: Callable[[list[tuple[int, int]], str], str],
) -> HttpResponse:
    """First the selection of the list comes (a POST of `ids`), then the form with the reason."""
    back = reverse("billing:run-review", args=[found.row.id])
    chosen = [f"{chunk}:{place}" for chunk, place in item_keys(request.POST.getlist("ids"))]
    if "reason" in request.POST:
        form = HoldForm(request.POST)
        if form.is_valid():
            with form.refusals_as_messages({"billing.reason_missing": "reason"}):
                said = work(form.cleaned_data["ids"], form.cleaned_data["reason"])
                return done(request, said, back)
        chosen = str(form["ids"].value() or "").split(",")
    elif chosen:
        form = HoldForm(initial={"ids": ",".join(chosen)})
    else:
        return redirect(back)
    intro = ngettext("%(count)s bill of run %(run)s.", "%(count)s bills of run %(run)s.", len(chosen))
    page = FormPage(
        title=title, cancel_url=back, submit=submit, intro=intro % {"count": len(chosen), "run": found.row.run_no}
    )
    return form_response(request, form, page)


@requires(VIEW)
def workbook(request: OfficeRequest, run_id: int) -> HttpResponse:
    """The run as an XLSX file: totals beside the last period and a year ago, what to look at, exceptions."""
    found = run_page(request.actor, run_id, on=timezone.localdate())
    totals = run_totals(run_id)
    noticed, _count, _amount = review_rows(run_id, Why.NOTICED, sort="amount", descending=True, offset=0, limit=MOST)
    money = ("amount", "amount_before", "amount_year")
    sheets = (
        Sheet(
            _("By charge item and class"),
            class_columns(totals.compared),
            totals.by_class,
            sums(totals.by_class, *money),
        ),
        Sheet(
            _("By reading area"),
            area_columns(totals.compared),
            totals.by_area,
            sums(totals.by_area, "bills", "volume", *money),
        ),
        Sheet(_("What there is to look at"), count_columns(run_id), review_counts(run_id)),
        Sheet(_("Bills to look at"), COLUMNS, noticed),
        Sheet(_("Exceptions"), ITEMS, run_exceptions(run_id)),
    )
    scope = f"{found.row.run_no} {month_text(found.row.yyyymm)}"
    return workbook_response(request, key="billing-run", title=_("Billing run"), scope=scope, sheets=sheets)
