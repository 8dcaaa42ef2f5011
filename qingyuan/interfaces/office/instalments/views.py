"""Instalment agreements: the list, one with its instalments and bills, and what may be done with it."""

from collections.abc import Callable
from datetime import date

from django import forms
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from qingyuan.domains.ledger import operations as ledger
from qingyuan.domains.ledger.queries.instalments import HeldReceivable
from qingyuan.domains.ledger.rules.instalments import LIVE_PLANS, OpenInstalment, PlanState
from qingyuan.interfaces.office.access import OfficeRequest, requires
from qingyuan.interfaces.office.payments.instalments import instalment_text
from qingyuan.interfaces.office.shell.addresses import address_if_routed
from qingyuan.interfaces.office.shell.chips import Chip, Tone
from qingyuan.interfaces.office.shell.confirmations import check_typed, given_reason
from qingyuan.interfaces.office.shell.details import Confirm, DetailPage, Fact, Figure, detail_response, sub_table
from qingyuan.interfaces.office.shell.form_pages import told
from qingyuan.interfaces.office.shell.formats import date_text, money_text
from qingyuan.interfaces.office.shell.forms import FilterForm
from qingyuan.interfaces.office.shell.list_pages import list_response, page_loader
from qingyuan.interfaces.office.shell.lists import Column, ColumnKind, EmptyState, ListSpec
from qingyuan.overviews.instalments import VIEW, PlanPage, PlanRow, plan_list, plan_page

AGREE, APPROVE = "ledger.agree_instalments", "ledger.approve_instalments"
CHIPS = {
    PlanState.REQUESTED: Chip(gettext_lazy("waits for approval"), Tone.AMBER),
    PlanState.AGREED: Chip(gettext_lazy("is kept"), Tone.GREEN),
    PlanState.REFUSED: Chip(gettext_lazy("not approved"), Tone.GREY),
    PlanState.FULFILLED: Chip(gettext_lazy("paid in full"), Tone.BLUE),
    PlanState.BROKEN: Chip(gettext_lazy("broken"), Tone.RED),
    PlanState.ENDED: Chip(gettext_lazy("ended by a person"), Tone.GREY),
}


def _chip(row: PlanRow) -> Chip:
    return CHIPS[PlanState.BROKEN] if row.is_broken else CHIPS[row.state]


PLANS: ListSpec[PlanRow] = ListSpec(
    key="instalment-plans",
    title=gettext_lazy("Instalments"),
    unit=gettext_lazy("agreements"),
    sort="plan_no",
    descending=True,
    columns=(
        Column(
            "plan_no",
            gettext_lazy("Agreement no."),
            ColumnKind.IDENTIFIER,
            sortable=True,
            fixed=True,
            link=lambda row: reverse("instalments:detail", args=[row.plan_no]),
        ),
        Column("account_no", gettext_lazy("Account no."), ColumnKind.IDENTIFIER, sortable=True),
        Column("account_name", gettext_lazy("Account name")),
        Column("amount", gettext_lazy("Agreed"), ColumnKind.MONEY, sortable=True),
        Column("paid", gettext_lazy("Paid so far"), ColumnKind.MONEY),
        Column("overdue", gettext_lazy("Of which overdue"), ColumnKind.MONEY),
        Column(
            "current",
            gettext_lazy("To be paid now"),
            value=lambda row: "" if row.current is None else instalment_text(row.current, row.count),
        ),
        Column("state", gettext_lazy("State"), ColumnKind.CHIP, value=_chip),
        Column("unit_name", gettext_lazy("Unit"), shown=False),
    ),
    empty=EmptyState(gettext_lazy("There is no instalment agreement. One is asked for from an account's page.")),
)
INSTALMENTS: tuple[Column[OpenInstalment], ...] = (
    Column("number", gettext_lazy("Instalment"), ColumnKind.INTEGER),
    Column("due_date", gettext_lazy("Due on"), ColumnKind.DATE),
    Column("amount", gettext_lazy("Amount"), ColumnKind.MONEY),
    Column("paid", gettext_lazy("Paid so far"), ColumnKind.MONEY, value=lambda row: row.amount - row.rest),
    Column("rest", gettext_lazy("Outstanding"), ColumnKind.DEBT),
)
RECEIVABLES: tuple[Column[HeldReceivable], ...] = (
    Column("yyyymm", gettext_lazy("Period"), ColumnKind.MONTH),
    Column(
        "label",
        gettext_lazy("Bill no."),
        ColumnKind.IDENTIFIER,
        link=lambda row: address_if_routed("bills:detail", row.label) or None,
    ),
    Column("due_date", gettext_lazy("Due by itself"), ColumnKind.DATE),
    Column("agreed", gettext_lazy("Agreed"), ColumnKind.MONEY),
    Column("outstanding", gettext_lazy("Outstanding"), ColumnKind.DEBT),
)


class PlanFilter(FilterForm):
    q = forms.CharField(
        label=gettext_lazy("Quick find"),
        max_length=40,
        widget=forms.TextInput(
            attrs={"type": "search", "placeholder": gettext_lazy("Account or agreement no."), "data-key": "filter"}
        ),
    )
    state = forms.ChoiceField(
        label=gettext_lazy("State"), choices=[(str(state), chip.text) for state, chip in CHIPS.items()]
    )


@requires(VIEW)
def agreements(request: OfficeRequest) -> HttpResponseBase:
    """Agreements within reach, the latest first."""
    return list_response(request, PLANS, PlanFilter, page_loader(plan_list))


@requires(VIEW)
def agreement(request: OfficeRequest, plan_no: str) -> HttpResponse:
    """One agreement: how far it is kept, its bills, its course."""
    found = plan_page(request.actor, plan_no, on=timezone.localdate())
    tables = [
        sub_table(_("Instalments"), INSTALMENTS, found.plan.standing.instalments, caption_shown=True),
        sub_table(_("Bills"), RECEIVABLES, found.plan.held, caption_shown=True),
    ]
    context = {"tables": tables, "dialogs": _dialogs(request, found)}
    return detail_response(request, _page(found), "instalments/agreement.html", context=context)


@requires(APPROVE)
@require_POST
def approve(request: OfficeRequest, plan_no: str) -> HttpResponse:
    """Let it hold, with the total typed."""

    def work(found: PlanPage, on: date) -> None:
        check_typed(request, str(found.row.amount))
        ledger.approve_plan(actor=request.actor, plan_id=found.plan.id, version=_version(request), on=on)

    return _done(request, plan_no, APPROVE, _("The agreement holds from now on."), work)


@requires(APPROVE)
@require_POST
def refuse(request: OfficeRequest, plan_no: str) -> HttpResponse:
    """Refuse the request."""

    def work(found: PlanPage, on: date) -> None:
        note = given_reason(request)
        ledger.refuse_plan(actor=request.actor, plan_id=found.plan.id, version=_version(request), on=on, note=note)

    return _done(request, plan_no, APPROVE, _("The agreement was refused."), work)


@requires(AGREE)
@require_POST
def end(request: OfficeRequest, plan_no: str) -> HttpResponse:
    """End it, or withdraw the request."""

    def work(found: PlanPage, on: date) -> None:
        reason = given_reason(request)
        ledger.end_plan(actor=request.actor, plan_id=found.plan.id, version=_version(request), on=on, reason=reason)

    return _done(request, plan_no, AGREE, _("The agreement was ended."), work)


def _done(
    request: OfficeRequest, plan_no: str, permission: str, success: str, work: Callable[[PlanPage, date], None]
) -> HttpResponse:
    on = timezone.localdate()
    found = plan_page(request.actor, plan_no, on=on, permission=permission)
    with told(request, success):
        work(found, on)
    return redirect("instalments:detail", plan_no)


def _version(request: OfficeRequest) -> int:
    text = request.POST.get("version", "")
    return int(text) if text.isdigit() else 0


def _page(found: PlanPage) -> DetailPage:
    row, stands = found.row, found.plan.standing
    chips = [_chip(row)]
    if row.current is not None:
        chips.append(Chip(instalment_text(row.current, row.count), Tone.BLUE))
    return DetailPage(
        title=_("Instalment agreement"),
        number=row.plan_no,
        chips=tuple(chips),
        facts=(
            Fact(gettext_lazy("Account"), row.account_no, url=reverse("accounts:detail", args=[row.account_no])),
            Fact(gettext_lazy("Account name"), row.account_name),
            Fact(gettext_lazy("Reason"), found.reason),
            Fact(gettext_lazy("Evidence document"), found.document_no),
            Fact(gettext_lazy("Asked for by"), _who(found.requested_by, found.requested_on)),
            Fact(gettext_lazy("Decided by"), _who(found.decided_by, found.decided_on, found.decision_note)),
            *(
                (Fact(gettext_lazy("End of the agreement"), _who(found.ended_by, found.ended_on, found.end_reason)),)
                if found.ended_on
                else ()
            ),
        ),
        figures=(
            Figure(gettext_lazy("Agreed (yuan)"), money_text(row.amount)),
            Figure(gettext_lazy("Paid (yuan)"), money_text(stands.paid)),
            Figure(gettext_lazy("Overdue (yuan)"), money_text(row.overdue), owed=row.overdue > 0),
        ),
        notice=_("An instalment was not paid in time: the bills' own due dates count again.") if row.is_broken else "",
        back_url=reverse("instalments:list"),
    )


def _who(name: str, day: date | None, note: str = "") -> str:
    return " ".join(part for part in (name, date_text(day) if day else "", note) if part)


def _dialogs(request: OfficeRequest, found: PlanPage) -> list[Confirm]:
    """What this person may do with it as it stands; the operations decide again."""
    number, state = found.row.plan_no, found.row.state
    hidden = {"version": str(found.version)}
    is_own = found.requested_by_id is not None and found.requested_by_id == request.actor.staff_id
    made: list[Confirm] = []
    if APPROVE in request.permissions and state is PlanState.REQUESTED and not is_own:
        made.append(
            Confirm(
                key="approve",
                title=_("Approve"),
                consequence=_("From now on the instalments' dates count as due dates, as long as they are kept."),
                url=reverse("instalments:approve", args=[number]),
                submit=gettext_lazy("Approve"),
                expected=str(found.row.amount),
                danger=False,
                hidden=hidden,
            )
        )
        made.append(
            Confirm(
                key="refuse",
                title=_("Refuse"),
                consequence=_("The bills stay due as they are."),
                url=reverse("instalments:refuse", args=[number]),
                submit=gettext_lazy("Refuse"),
                with_reason=True,
                hidden=hidden,
            )
        )
    if AGREE in request.permissions and state in LIVE_PLANS:
        made.append(
            Confirm(
                key="end",
                title=_("End the agreement"),
                consequence=_("The bills' own due dates count again; what was paid stays paid."),
                url=reverse("instalments:end", args=[number]),
                submit=gettext_lazy("End the agreement"),
                with_reason=True,
                hidden=hidden,
            )
        )
    return made
