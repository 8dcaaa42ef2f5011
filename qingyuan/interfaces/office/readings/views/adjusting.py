"""增减水量: the list of adjustments, one with its evidence, and the decisions; adjusting_ask.py asks for them."""

from collections.abc import Callable
from decimal import Decimal

from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.http import content_disposition_header
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from qingyuan.domains.readings import operations, queries
from qingyuan.domains.readings.queries import AdjustmentRow
from qingyuan.domains.readings.rules.states import AdjustmentState
from qingyuan.interfaces.office.access import OfficeRequest, requires
from qingyuan.interfaces.office.readings.adjust_forms import adjustment_filter
from qingyuan.interfaces.office.readings.forms import reason_choices
from qingyuan.interfaces.office.readings.scope import today
from qingyuan.interfaces.office.readings.words import ADJUSTMENT_STATES
from qingyuan.interfaces.office.shell.addresses import address_if_routed
from qingyuan.interfaces.office.shell.details import Confirm, DetailPage, Fact, Figure, detail_response, sub_table
from qingyuan.interfaces.office.shell.formats import date_text, money_text, month_text, volume_text
from qingyuan.interfaces.office.shell.list_pages import list_response
from qingyuan.interfaces.office.shell.lists import (
    Action,
    Column,
    ColumnKind,
    EmptyState,
    ListQuery,
    ListResult,
    ListSpec,
)
from qingyuan.interfaces.office.shell.sentences import code_sentence
from qingyuan.kernel.actor import Actor
from qingyuan.kernel.errors import DomainError, NotFound
from qingyuan.platform.files import queries as files
from qingyuan.platform.files.queries import AttachmentInfo

ADJUST, DECIDE = "readings.adjust", "readings.decide_adjustments"
OBJECT_TYPE = "volume_adjustment"


def signed(row: AdjustmentRow) -> str:
    """The change with its sign, +5, −20; or that the charge is let off."""
    return _("let off wholly") if row.is_waived else f"{'+' if row.change > 0 else '−'}{volume_text(abs(row.change))}"


def charge_of(row: AdjustmentRow) -> str:
    """The charge that alone is adjusted, and whether it is let off, or that it is the whole month's volume."""
    if not row.item_code:
        return _("whole month")
    name = row.item_name_en if get_language() == "en" else row.item_name
    return _("%(charge)s, let off") % {"charge": name} if row.is_waived else name


def signed_money(amount: Decimal) -> str:
    """An amount with its sign: +12.00, −34.00."""
    return f"{'+' if amount > 0 else '−' if amount < 0 else ''}{money_text(abs(amount))}"


def _reason(row: AdjustmentRow) -> str:
    word = dict(reason_choices("adjustment_kind")).get(row.reason_code, "")
    return "：".join(part for part in (word, row.reason) if part)


def adjustment_url(row: AdjustmentRow) -> str:
    """The adjustment's page."""
    return reverse("readings:adjustment", args=[row.adjustment_no])


COLUMNS: tuple[Column[AdjustmentRow], ...] = (
    Column(
        "adjustment_no",
        gettext_lazy("Adjustment no."),
        ColumnKind.IDENTIFIER,
        sortable=True,
        fixed=True,
        link=adjustment_url,
    ),
    Column("yyyymm", gettext_lazy("Period"), ColumnKind.MONTH),
    Column(
        "account_no",
        gettext_lazy("Account no."),
        ColumnKind.IDENTIFIER,
        link=lambda row: (address_if_routed("accounts:detail", row.account_no) or None) if row.account_no else None,
    ),
    Column("holder_name", gettext_lazy("Holder")),
    Column("charge", gettext_lazy("Charge"), value=charge_of),
    Column("usage_before", gettext_lazy("Usage when asked"), ColumnKind.VOLUME, shown=False),
    Column(
        "change",
        gettext_lazy("Change"),
        ColumnKind.VOLUME,
        value=lambda row: None if row.is_waived else row.change,
        sortable=True,
        totalled=True,
    ),
    Column("effect", gettext_lazy("Effect"), ColumnKind.MONEY, sortable=True, totalled=True),
    Column("reason", gettext_lazy("Reason"), ColumnKind.LONG_TEXT, value=_reason),
    Column("state", gettext_lazy("State"), ColumnKind.CHIP, value=lambda row: ADJUSTMENT_STATES[row.state]),
    Column("requested_by", gettext_lazy("Asked by"), shown=False),
    Column("requested_on", gettext_lazy("Asked on"), ColumnKind.DATE, sortable=True),
    Column("decided_by", gettext_lazy("Decided by"), shown=False),
    Column("decided_on", gettext_lazy("Decided on"), ColumnKind.DATE, shown=False),
)
ADJUSTMENTS: ListSpec[AdjustmentRow] = ListSpec(
    key="volume_adjustments",
    title=gettext_lazy("Volume adjustments"),
    unit=gettext_lazy("adjustments"),
    sort="requested_on",
    descending=True,
    columns=COLUMNS,
    row_id=lambda row: str(row.id),
    empty=EmptyState(
        gettext_lazy("No volume was adjusted. An adjustment is asked for on the page of an approved or billed reading.")
    ),
)


def _load(actor: Actor, query: ListQuery) -> ListResult[AdjustmentRow]:
    rows, count, volume, amount = queries.adjustment_rows(
        actor=actor,
        on=today(),
        state=str(query.filters.get("state") or ""),
        text=str(query.filters.get("q") or ""),
        charge_item=str(query.filters.get("charge") or ""),
        sort=query.sort,
        descending=query.descending,
        offset=query.offset,
        limit=query.limit,
    )
    return ListResult(rows, count, {"change": volume, "effect": amount})


@requires("readings.view")
def adjustment_list(request: OfficeRequest) -> HttpResponseBase:
    """All adjustments within reach, newest first."""
    return list_response(request, ADJUSTMENTS, adjustment_filter(request.actor.company_id), _load)


def said_of(result: operations.AdjustmentResult) -> str:
    """What became of it, for the message on the page that follows."""
    if result.state is AdjustmentState.REQUESTED:
        return _("The adjustment waits for a second person; the usage stays %(volume)s m³ until then.") % {
            "volume": volume_text(result.volume)
        }
    said = _("The charge is adjusted alone; the usage stays %(volume)s m³.")
    if not result.charge_item:
        said = _("The usage is now %(volume)s m³.")
    said %= {"volume": volume_text(result.volume)}
    if result.change_ids:
        said += " " + _("The billed period waits for a correcting bill.")
    return said


@requires("readings.view")
def adjustment(request: OfficeRequest, adjustment_no: str) -> HttpResponseBase:
    """One adjustment with its evidence and what can be done to it."""
    row = queries.adjustment_row(actor=request.actor, adjustment_no=adjustment_no, on=today())
    found = files.attachments_of(OBJECT_TYPE, row.adjustment_no)
    columns: tuple[Column[tuple[str, AttachmentInfo]], ...] = (
        Column(
            "name",
            gettext_lazy("File"),
            value=lambda each: each[1].name,
            link=lambda each: reverse("readings:adjustment-file", args=[row.adjustment_no, each[1].sha256]),
        ),
        Column("added_at", gettext_lazy("Added at"), ColumnKind.INSTANT, value=lambda each: each[1].added_at),
    )
    page = DetailPage(
        title=_("Volume adjustment"),
        number=row.adjustment_no,
        chips=(ADJUSTMENT_STATES[row.state],),
        facts=_facts(row),
        figures=(
            Figure(gettext_lazy("Change, m³"), signed(row)),
            Figure(gettext_lazy("Effect on the bill, yuan"), "—" if row.effect is None else signed_money(row.effect)),
            Figure(gettext_lazy("Usage now, m³"), volume_text(row.usage_now)),
        ),
        actions=(
            Action(
                gettext_lazy("Reading of the month"),
                reverse("readings:detail", args=[row.reading_item_id]),
                icon="clipboard-list",
            ),
        ),
        back_url=reverse("readings:adjustments"),
    )
    context = {
        "evidence": sub_table(gettext_lazy("Proving files"), columns, found, empty=gettext_lazy("No file proves it.")),
        "confirms": _confirms(request, row),
    }
    return detail_response(request, page, "readings/adjustment.html", context=context)


def _facts(row: AdjustmentRow) -> tuple[Fact, ...]:
    def who(name: str, day: str) -> str:
        return f"{name or _('the system')} · {day}"

    found = [
        Fact(gettext_lazy("Holder"), f"{row.account_no or row.point_no} {row.holder_name}"),
        Fact(gettext_lazy("Period"), f"{month_text(row.yyyymm)} · {_('billed') if row.is_billed else _('not billed')}"),
        Fact(gettext_lazy("For which charge"), charge_of(row)),
        Fact(gettext_lazy("Usage when asked"), f"{volume_text(row.usage_before)} m³"),
        Fact(gettext_lazy("Reason"), _reason(row)),
        Fact(gettext_lazy("Asked by"), who(row.requested_by, date_text(row.requested_on))),
    ]
    if row.decided_on is not None:
        found.append(Fact(gettext_lazy("Decided by"), who(row.decided_by, date_text(row.decided_on))))
    if row.decision_note:
        found.append(Fact(gettext_lazy("Opinion"), row.decision_note))
    if row.closed_on is not None:
        found.append(Fact(gettext_lazy("Closed by"), who(row.closed_by, date_text(row.closed_on))))
        found.append(Fact(gettext_lazy("Why"), row.closing_note or "—"))
    return tuple(found)


def _confirms(request: OfficeRequest, row: AdjustmentRow) -> tuple[Confirm, ...]:
    """What this person may do now; nobody decides their own."""
    hidden = {"version": str(row.version)}
    own = row.requested_by_id == request.actor.staff_id
    holds = _("The usage of the month becomes %(volume)s m³.") % {
        "volume": volume_text((row.usage_now or row.usage_before) + row.change)
    }
    if row.item_code:
        what = charge_of(row) if row.is_waived else f"{charge_of(row)} {signed(row)} m³"
        holds = _("Only this charge changes: %(charge)s. The usage of the month stays.") % {"charge": what}

    def confirm(name: str, title: str, consequence: str, *, with_reason: bool, danger: bool) -> Confirm:
        url = reverse(f"readings:adjustment-{name}", args=[row.adjustment_no])
        return Confirm(name, title, consequence, url, title, with_reason=with_reason, danger=danger, hidden=hidden)

    found: list[Confirm] = []
    if row.state is AdjustmentState.REQUESTED:
        if DECIDE in request.permissions and not own:
            found.append(confirm("approve", _("Approve"), holds, with_reason=False, danger=False))
            found.append(confirm("refuse", _("Refuse"), _("The usage stays as it is."), with_reason=True, danger=True))
        if ADJUST in request.permissions and own:
            found.append(
                confirm("withdraw", _("Withdraw"), _("The usage stays as it is."), with_reason=False, danger=True)
            )
    elif row.state is AdjustmentState.APPROVED and DECIDE in request.permissions:
        found.append(
            confirm(
                "reverse",
                _("Reverse"),
                _(
                    "The usage of the month is again without this change; a billed month is answered by a correcting bill."
                ),
                with_reason=True,
                danger=True,
            )
        )
    return tuple(found)


def _act(request: OfficeRequest, adjustment_no: str, act: Callable[[AdjustmentRow, int, str], str]) -> HttpResponseBase:
    """Do it to the adjustment as it was looked at; a refusal is told on its page."""
    row = queries.adjustment_row(actor=request.actor, adjustment_no=adjustment_no, on=today())
    text = request.POST.get("version", "")
    version = int(text) if text.isdecimal() and len(text) < 10 else 0
    try:
        messages.success(request, act(row, version, request.POST.get("reason", "")))
    except DomainError as error:
        if error.code == "kernel.not_permitted":
            raise
        messages.error(request, code_sentence(error.code, error.params))
    return redirect(adjustment_url(row))


@requires(DECIDE)
@require_POST
def approve(request: OfficeRequest, adjustment_no: str) -> HttpResponseBase:
    """批准: the requested change holds."""

    def act(row: AdjustmentRow, version: int, reason: str) -> str:
        return said_of(
            operations.approve_adjustment(
                actor=request.actor, adjustment_id=row.id, version=version, on=today(), note=reason
            )
        )

    return _act(request, adjustment_no, act)


@requires(DECIDE)
@require_POST
def refuse(request: OfficeRequest, adjustment_no: str) -> HttpResponseBase:
    """不予批准: nothing changes."""

    def act(row: AdjustmentRow, version: int, reason: str) -> str:
        operations.refuse_adjustment(
            actor=request.actor, adjustment_id=row.id, version=version, on=today(), note=reason
        )
        return _("The adjustment was refused.")

    return _act(request, adjustment_no, act)


@requires(ADJUST)
@require_POST
def withdraw(request: OfficeRequest, adjustment_no: str) -> HttpResponseBase:
    """撤回: the request is taken back."""

    def act(row: AdjustmentRow, version: int, reason: str) -> str:
        operations.withdraw_adjustment(
            actor=request.actor, adjustment_id=row.id, version=version, on=today(), note=reason
        )
        return _("The adjustment was withdrawn.")

    return _act(request, adjustment_no, act)


@requires(DECIDE)
@require_POST
def reverse_it(request: OfficeRequest, adjustment_no: str) -> HttpResponseBase:
    """冲销: the month's usage is again without the change."""

    def act(row: AdjustmentRow, version: int, reason: str) -> str:
        return said_of(
            operations.reverse_adjustment(
                actor=request.actor, adjustment_id=row.id, version=version, on=today(), reason=reason
            )
        )

    return _act(request, adjustment_no, act)


@requires("readings.view")
def evidence_file(request: OfficeRequest, adjustment_no: str, sha256: str) -> HttpResponseBase:
    """A file that proves this adjustment, as a download."""
    row = queries.adjustment_row(actor=request.actor, adjustment_no=adjustment_no, on=today())
    found = [info for _purpose, info in files.attachments_of(OBJECT_TYPE, row.adjustment_no) if info.sha256 == sha256]
    if not found:
        raise NotFound(attachment=sha256[:12])
    response = HttpResponse(files.content_of(sha256), content_type=found[0].media_type)
    response["Content-Disposition"] = content_disposition_header(True, found[0].name) or "attachment"
    response["X-Content-Type-Options"] = "nosniff"
    return response
