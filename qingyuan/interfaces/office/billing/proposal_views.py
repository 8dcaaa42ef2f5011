"""Correction proposals (退补): the list, applying, dismissing."""

from django.http import HttpResponse, HttpResponseBase
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from qingyuan.domains.billing import operations as billing
from qingyuan.domains.billing.rules.states import ProposalState
from qingyuan.interfaces.office.access import OfficeRequest, requires
from qingyuan.interfaces.office.billing.forms import DecisionForm, ProposalFilter
from qingyuan.interfaces.office.billing.words import REASON_WORDS, proposal_chip
from qingyuan.interfaces.office.shell.addresses import address_if_routed
from qingyuan.interfaces.office.shell.form_pages import done, form_response
from qingyuan.interfaces.office.shell.formats import money_text
from qingyuan.interfaces.office.shell.forms import FormPage
from qingyuan.interfaces.office.shell.list_pages import list_response
from qingyuan.interfaces.office.shell.lists import Column, ColumnKind, EmptyState, ListQuery, ListResult, ListSpec
from qingyuan.kernel.actor import Actor
from qingyuan.overviews.bills import bill_no_of
from qingyuan.overviews.proposals import ProposalRow, proposal_list, proposal_within

DECIDE = "billing.decide_proposals"


def _decide_link(row: ProposalRow) -> str | None:
    return reverse("billing:decide-proposal", args=[row.id]) if row.state is ProposalState.OPEN else None


def _bill_link(number: str) -> str | None:
    return (address_if_routed("bills:detail", number) or None) if number else None


PROPOSALS: ListSpec[ProposalRow] = ListSpec(
    key="proposals",
    title=gettext_lazy("Correction proposals"),
    unit=gettext_lazy("proposals"),
    sort="created_at",
    descending=True,
    columns=(
        Column(
            "bill_no",
            gettext_lazy("Bill no."),
            ColumnKind.IDENTIFIER,
            sortable=True,
            fixed=True,
            link=lambda row: _bill_link(row.bill_no),
        ),
        Column("yyyymm", gettext_lazy("Period"), ColumnKind.MONTH),
        Column(
            "account_no",
            gettext_lazy("Account no."),
            ColumnKind.IDENTIFIER,
            link=lambda row: address_if_routed("accounts:detail", row.account_no) or None,
        ),
        Column("customer_name", gettext_lazy("Account name")),
        Column("reason", gettext_lazy("Cause"), value=lambda row: REASON_WORDS.get(row.reason, row.reason)),
        Column(
            "cause_bill_no",
            gettext_lazy("Set off by"),
            ColumnKind.IDENTIFIER,
            link=lambda row: _bill_link(row.cause_bill_no),
        ),
        Column("billed", gettext_lazy("Billed amount"), ColumnKind.MONEY),
        Column("amount", gettext_lazy("Correction"), ColumnKind.MONEY, sortable=True, totalled=True),
        Column("state", gettext_lazy("State"), ColumnKind.CHIP, value=lambda row: proposal_chip(row.state)),
        Column(
            "decide",
            gettext_lazy("Decide the proposal"),
            value=lambda row: _("apply or dismiss") if row.state is ProposalState.OPEN else row.applied_bill_no,
            link=lambda row: _decide_link(row) or _bill_link(row.applied_bill_no),
        ),
        Column("decided_by", gettext_lazy("Decided by")),
        Column("created_at", gettext_lazy("Proposed at"), ColumnKind.INSTANT, sortable=True, shown=False),
    ),
    empty=EmptyState(gettext_lazy("There are no correction proposals: no issued bill has to be corrected.")),
)


def _load(actor: Actor, query: ListQuery) -> ListResult[ProposalRow]:
    rows, count, amount = proposal_list(
        actor,
        filters=query.filters,
        sort=query.sort,
        descending=query.descending,
        offset=query.offset,
        limit=query.limit,
        on=timezone.localdate(),
    )
    return ListResult(rows, count, {"amount": amount})


@requires("billing.view_runs")
def proposals(request: OfficeRequest) -> HttpResponseBase:
    return list_response(request, PROPOSALS, ProposalFilter, _load)


@requires(DECIDE)
def decide(request: OfficeRequest, proposal_id: int) -> HttpResponse:
    """The decision's page: what would be corrected, and the two ways to decide."""
    on = timezone.localdate()
    found = proposal_within(request.actor, proposal_id, permission=DECIDE, on=on)
    form = DecisionForm(request.POST or None, initial={"version": found.version, "decision": "apply"})
    url = reverse("billing:proposals")
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        with form.refusals_as_messages():
            if given["decision"] == "dismiss":
                billing.dismiss_proposal(
                    actor=request.actor,
                    proposal_id=proposal_id,
                    on=on,
                    reason=given["reason"],
                    version=form.version,
                )
                return done(request, _("The proposal was dismissed."), url)
            bill_id = billing.apply_proposal(
                actor=request.actor, proposal_id=proposal_id, posting_date=on, version=form.version
            )
            number = bill_no_of(bill_id)
            return done(request, _("Correcting bill %(bill)s was issued.") % {"bill": number}, url)
    page = FormPage(
        title=_("Correction of bill %(bill)s") % {"bill": found.bill_no},
        cancel_url=url,
        submit=gettext_lazy("Decide the proposal"),
        intro=_("Account %(account)s, billed %(billed)s yuan; the correction comes to %(amount)s yuan.")
        % {
            "account": found.account_no,
            "billed": money_text(found.billed),
            "amount": money_text(found.amount),
        },
    )
    return form_response(request, form, page)
