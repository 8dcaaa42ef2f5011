"""Correction proposals (退补): the list, looking at past bills again, applying, dismissing."""

from urllib.parse import quote

from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_POST

from qingyuan.domains.billing import operations as billing
from qingyuan.domains.billing.rules.states import ProposalState
from qingyuan.interfaces.office.access import OfficeRequest, requires
from qingyuan.interfaces.office.billing.forms import ApplyForm, DecisionForm, LookAgainForm, ProposalFilter
from qingyuan.interfaces.office.billing.words import (
    FACT_WORDS,
    REASON_WORDS,
    changes_sentence,
    exception_sentence,
    proposal_chip,
)
from qingyuan.interfaces.office.shell.addresses import address_if_routed
from qingyuan.interfaces.office.shell.details import Fact, FactList
from qingyuan.interfaces.office.shell.form_pages import done, form_response
from qingyuan.interfaces.office.shell.formats import money_text
from qingyuan.interfaces.office.shell.forms import FormPage
from qingyuan.interfaces.office.shell.list_pages import list_response
from qingyuan.interfaces.office.shell.lists import (
    Action,
    BatchAction,
    Column,
    ColumnKind,
    EmptyState,
    ListQuery,
    ListResult,
    ListSpec,
)
from qingyuan.interfaces.office.shell.sentences import code_sentence
from qingyuan.kernel.actor import Actor
from qingyuan.overviews.bills import bill_no_of
from qingyuan.overviews.proposals import (
    ProposalRow,
    account_to_look_at,
    proposal_list,
    proposal_within,
    reached_proposals,
)

DECIDE = "billing.decide_proposals"
LOOK = "billing.run"


def _decide_link(row: ProposalRow) -> str | None:
    return reverse("billing:decide-proposal", args=[row.id]) if row.state is ProposalState.OPEN else None


def _bill_link(number: str) -> str | None:
    return (address_if_routed("bills:detail", number) or None) if number else None


def _decision(row: ProposalRow) -> str:
    """What can be opened: the decision while it is open, the correcting bill afterwards."""
    if row.state is ProposalState.OPEN:
        return _("decide")
    return _("see the bill") if row.applied_bill_no else ""


def _cause(row: ProposalRow) -> str:
    """The facts that differ where there are any, else what the proposal came from."""
    return changes_sentence(row.changes) or str(REASON_WORDS.get(row.reason, row.reason))


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
        Column("reason", gettext_lazy("Cause"), ColumnKind.LONG_TEXT, value=_cause),
        Column(
            "cause_bill_no",
            gettext_lazy("Set off by"),
            ColumnKind.IDENTIFIER,
            link=lambda row: _bill_link(row.cause_bill_no),
            shown=False,
        ),
        Column("billed", gettext_lazy("Billed amount"), ColumnKind.MONEY),
        Column("amount", gettext_lazy("Correction"), ColumnKind.MONEY, sortable=True, totalled=True),
        Column("state", gettext_lazy("State"), ColumnKind.CHIP, value=lambda row: proposal_chip(row.state)),
        Column(
            "decide",
            gettext_lazy("Decide"),
            value=_decision,
            link=lambda row: _decide_link(row) or _bill_link(row.applied_bill_no),
        ),
        Column("decided_by", gettext_lazy("Decided by"), shown=False),
        Column("created_at", gettext_lazy("Proposed at"), ColumnKind.INSTANT, sortable=True, shown=False),
    ),
    row_id=lambda row: str(row.id),
    actions=(
        Action(
            gettext_lazy("Look at past bills again"),
            "/billing/proposals/look-again/",
            permission=LOOK,
            icon="refresh",
            primary=True,
        ),
    ),
    batch_actions=(BatchAction(gettext_lazy("Apply the selected"), "/billing/proposals/apply/", DECIDE, "check"),),
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
    facts = FactList(
        (
            Fact(gettext_lazy("Cause"), str(REASON_WORDS.get(found.reason, found.reason))),
            *(
                Fact(FACT_WORDS[fact], f"{before or _('none')} → {now or _('none')}")
                for fact, before, now in found.changes
            ),
        )
    )
    return form_response(request, form, page, context={"now": facts}, template="billing/decide.html")


@requires(LOOK)
def look_again(request: OfficeRequest) -> HttpResponse:
    """What an account's past bills would come to today, or every usage corrected after it was billed, becomes proposals."""
    form = LookAgainForm(request.POST or None, initial={"account_no": request.GET.get("account", "")})
    url = reverse("billing:proposals")
    if request.method == "POST" and form.is_valid():
        account_no = form.cleaned_data["account_no"]
        with form.refusals_as_messages():
            if not account_no:
                made = billing.propose_for_changes(
                    actor=request.actor, company_id=request.actor.company_id or 0, on=timezone.localdate()
                )
                return done(request, _("%(count)s corrections are proposed.") % {"count": len(made)}, url)
            said = _look_at(request, form, account_no)
            if said:
                return done(request, said, f"{url}?q={quote(account_no)}")
    page = FormPage(
        title=_("Look at past bills again"),
        cancel_url=url,
        submit=gettext_lazy("Look again"),
        intro=_(
            "Each bill is worked out anew on the facts as they stand now: readings, people, relief, class, prices. What differs becomes a proposal; nothing is posted before it is applied."
        ),
    )
    return form_response(request, form, page)


def _look_at(request: OfficeRequest, form: LookAgainForm, account_no: str) -> str:
    """Look at one account's bills; says what it came to, empty when the account is none of the person's."""
    on = timezone.localdate()
    account_id = account_to_look_at(request.actor, account_no, permission=LOOK, on=on)
    if account_id is None:
        form.add_error("account_no", _("There is no such account where you may bill."))
        return ""
    result = billing.rerate_accounts(
        actor=request.actor, account_ids=[account_id], since=form.cleaned_data["since"], on=on
    )
    for bill_no, refusal in result.refused[:5]:
        messages.warning(request, f"{bill_no}: {exception_sentence(refusal.code, refusal.params)}")
    return _("%(bills)s bills were looked at; %(count)s corrections over %(amount)s yuan are proposed.") % {
        "bills": result.bills,
        "count": len(result.proposal_ids),
        "amount": money_text(result.amount),
    }


@requires(DECIDE)
@require_POST
def apply(request: OfficeRequest) -> HttpResponse:
    """First the selection of the list comes (a POST of `ids`), then what it comes to is confirmed."""
    on = timezone.localdate()
    url = reverse("billing:proposals")
    confirming = "step" in request.POST
    texts = request.POST.getlist("ids")
    asked = [int(text) for text in ",".join(texts).split(",") if text.isdecimal()]
    ids, amount = reached_proposals(request.actor, asked, permission=DECIDE, on=on)
    if not ids:
        return redirect(url)
    form = ApplyForm(request.POST if confirming else None, initial={"ids": ",".join(map(str, ids))})
    if confirming and form.is_valid():
        result = billing.apply_proposals(actor=request.actor, proposal_ids=ids, posting_date=on)
        for bill_no, error in result.refused[:5]:
            messages.warning(request, f"{bill_no}: {code_sentence(error.code, error.params)}")
        said = ngettext(
            "%(count)s correcting bill was issued.", "%(count)s correcting bills were issued.", len(result.bill_ids)
        )
        return done(request, said % {"count": len(result.bill_ids)}, url)
    page = FormPage(
        title=_("Apply correction proposals"),
        cancel_url=url,
        submit=gettext_lazy("Issue the corrections"),
        intro=ngettext(
            "%(count)s proposal over %(amount)s yuan.", "%(count)s proposals over %(amount)s yuan.", len(ids)
        )
        % {"count": len(ids), "amount": money_text(amount)},
    )
    return form_response(request, form, page)
