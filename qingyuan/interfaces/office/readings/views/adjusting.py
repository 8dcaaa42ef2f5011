"""增减水量: asking for a change of a month's volume, the list, one adjustment with its evidence, and the decisions."""

from collections.abc import Callable

from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from qingyuan.domains.readings import operations, queries
from qingyuan.domains.readings.queries import AdjustmentRow
from qingyuan.domains.readings.rules.states import AdjustmentState
from qingyuan.interfaces.office.access import OfficeRequest, requires
from qingyuan.interfaces.office.readings.forms import AdjustForm, AdjustmentFilter, reason_choices
from qingyuan.interfaces.office.readings.scope import today
from qingyuan.interfaces.office.readings.words import ADJUSTMENT_STATES
from qingyuan.interfaces.office.shell.addresses import address_if_routed
from qingyuan.interfaces.office.shell.details import Confirm, DetailPage, Fact, Figure, detail_response, sub_table
from qingyuan.interfaces.office.shell.form_pages import done, form_response
from qingyuan.interfaces.office.shell.formats import date_text, month_text, volume_text
from qingyuan.interfaces.office.shell.forms import FormPage
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
    """The change with its sign: +5, −20."""
    return f"{'+' if row.change > 0 else '−'}{volume_text(abs(row.change))}"


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
    Column("usage_before", gettext_lazy("Usage when asked"), ColumnKind.VOLUME, shown=False),
    Column("change", gettext_lazy("Change"), ColumnKind.VOLUME, sortable=True, totalled=True),
    Column("reason", gettext_lazy("Reason"), ColumnKind.LONG_TEXT, value=_reason),
    Column("state", gettext_lazy("State"), ColumnKind.CHIP, value=lambda row: ADJUSTMENT_STATES[row.state]),
    Column("requested_by", gettext_lazy("Asked by")),
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
    rows, count, volume = queries.adjustment_rows(
        actor=actor,
        on=today(),
        state=str(query.filters.get("state") or ""),
        text=str(query.filters.get("q") or ""),
        sort=query.sort,
        descending=query.descending,
        offset=query.offset,
        limit=query.limit,
    )
    return ListResult(rows, count, {"change": volume})


@requires("readings.view")
def adjustment_list(request: OfficeRequest) -> HttpResponseBase:
    """All adjustments within reach, newest first."""
    return list_response(request, ADJUSTMENTS, AdjustmentFilter, _load)


@requires(ADJUST)
def adjust(request: OfficeRequest, reading_item_id: int) -> HttpResponseBase:
    """Ask for a change of the volume of an approved or billed month; small ones hold at once."""
    detail = queries.reading_item_detail(actor=request.actor, reading_item_id=reading_item_id, on=today())
    if detail.entry.state not in {"APPROVED", "BILLED"}:
        raise NotFound(reading_item=reading_item_id)
    form = AdjustForm(request.POST or None, request.FILES or None)
    back = reverse("readings:detail", args=[reading_item_id])
    page = FormPage(
        title=_("Adjust the volume"),
        cancel_url=back,
        submit=gettext_lazy("Adjust the volume"),
        intro=_(
            "%(account)s %(name)s, %(month)s: usage %(usage)s m³. The register stays. Over the limit a second person decides; a billed month is answered by a correcting bill."
        )
        % {
            "account": detail.entry.account_no or detail.entry.point_no,
            "name": detail.entry.holder_name,
            "month": month_text(detail.yyyymm),
            "usage": volume_text(detail.entry.usage_volume),
        },
        multipart=True,
    )
    if request.method == "POST" and form.is_valid():
        with form.refusals_as_messages({"readings.reason_missing": "reason", "readings.usage_negative": "amount"}):
            result = operations.adjust_volume(
                actor=request.actor,
                reading_item_id=reading_item_id,
                reason=form.cleaned_data["reason"],
                reason_code=form.cleaned_data["reason_code"],
                on=today(),
                change=form.change(),
                volume=form.volume(),
                evidence=form.evidence(),
            )
            return done(request, _said(result), reverse("readings:adjustment", args=[result.adjustment_no]))
    return form_response(request, form, page)


def _said(result: operations.AdjustmentResult) -> str:
    if result.state is AdjustmentState.REQUESTED:
        return _("The adjustment waits for a second person; the usage stays %(volume)s m³ until then.") % {
            "volume": volume_text(result.volume)
        }
    said = _("The usage is now %(volume)s m³.") % {"volume": volume_text(result.volume)}
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
    after = volume_text((row.usage_now or row.usage_before) + row.change)

    def confirm(name: str, title: str, consequence: str, *, with_reason: bool, danger: bool) -> Confirm:
        url = reverse(f"readings:adjustment-{name}", args=[row.adjustment_no])
        return Confirm(name, title, consequence, url, title, with_reason=with_reason, danger=danger, hidden=hidden)

    found: list[Confirm] = []
    if row.state is AdjustmentState.REQUESTED:
        if DECIDE in request.permissions and not own:
            found.append(
                confirm(
                    "approve",
                    _("Approve"),
                    _("The usage of the month becomes %(volume)s m³.") % {"volume": after},
                    with_reason=False,
                    danger=False,
                )
            )
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
        return _said(
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
        return _said(
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
