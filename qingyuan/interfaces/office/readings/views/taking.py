"""Forms on one item: enter its read, change it in review, correct it after billing."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from django.http import HttpResponseBase
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from qingyuan.domains.readings import operations, queries
from qingyuan.domains.readings.operations import ReadRow
from qingyuan.domains.readings.queries import ItemDetail, SegmentDetail
from qingyuan.domains.readings.rules.states import ReadingSource
from qingyuan.interfaces.office.access import OfficeRequest, requires
from qingyuan.interfaces.office.readings.forms import ReadForm, correct_form, read_form
from qingyuan.interfaces.office.readings.scope import company_of, today
from qingyuan.interfaces.office.shell.addresses import wanted_address
from qingyuan.interfaces.office.shell.form_pages import done, form_response
from qingyuan.interfaces.office.shell.formats import date_text, volume_text
from qingyuan.interfaces.office.shell.forms import FormPage
from qingyuan.kernel.errors import NotFound, NotPermitted, StaleEdit

_AT_FIELDS = {
    "readings.date_in_future": "read_date",
    "readings.unknown_condition": "condition",
    "readings.photo_missing": "condition",
    "readings.reason_missing": "reason",
}


@requires("readings.record")
def enter(request: OfficeRequest, reading_item_id: int) -> HttpResponseBase:
    """Enter an item's read: for compound meters and whatever does not fit the grid."""
    return _read_page(request, reading_item_id, is_change=False)


@requires("readings.review")
def change(request: OfficeRequest, reading_item_id: int) -> HttpResponseBase:
    """更正读数: put another read in place of the one under review."""
    return _read_page(request, reading_item_id, is_change=True)


def _read_page(request: OfficeRequest, reading_item_id: int, *, is_change: bool) -> HttpResponseBase:
    detail = queries.reading_item_detail(actor=request.actor, reading_item_id=reading_item_id, on=today())
    form = _form(request, detail, with_reason=is_change)
    back = _address_after(request, reading_item_id)
    page = FormPage(
        title=str(_("Change the reading") if is_change else _("Enter the reading")),
        cancel_url=back,
        intro=_intro(detail),
    )
    if request.method == "POST" and form.is_valid():
        try:
            with form.refusals_as_messages(_AT_FIELDS):
                _take(request, detail, form, is_change=is_change)
                return done(request, _after(request, reading_item_id), back)
        except StaleEdit:
            form.show_conflict(_initial(detail), version=detail.entry.version)
    return form_response(request, form, page)


def _take(request: OfficeRequest, detail: ItemDetail, form: ReadForm, *, is_change: bool) -> None:
    """Raises what the operations raise; a refusal of a stale version or of reach as itself."""
    row = ReadRow(
        reading_item_id=detail.entry.reading_item_id,
        read_date=form.cleaned_data["read_date"],
        values=form.values(),
        condition_code=form.cleaned_data["condition"],
        volume=form.cleaned_data["volume"],
        note=form.cleaned_data["note"],
        version=form.version,
    )
    try:
        if is_change:
            reason = form.cleaned_data["reason"]
            operations.change_reading(actor=request.actor, row=row, reason=reason, at=timezone.now(), on=today())
        else:
            operations.record_reading(actor=request.actor, row=row, source=ReadingSource.KEYED, on=today())
    except operations.ReadingRefused as refused:
        if refused.code == StaleEdit.code:
            raise StaleEdit(**dict(refused.params)) from refused
        if refused.code == NotPermitted.code:
            raise NotPermitted(**dict(refused.params)) from refused
        raise


def _form(request: OfficeRequest, detail: ItemDetail, *, with_reason: bool) -> ReadForm:
    return read_form(
        request.POST if request.method == "POST" else None,
        registers=_open_registers(detail),
        conditions=queries.conditions(company_of(request.actor)),
        with_reason=with_reason,
        initial=_initial(detail),
    )


def _open_registers(detail: ItemDetail) -> tuple[SegmentDetail, ...]:
    return tuple(one for one in detail.segments if not one.is_final)


def _initial(detail: ItemDetail) -> Mapping[str, Any]:
    values: dict[str, Any] = {
        f"value_{one.register_no}": _plain(one.end_value)
        for one in _open_registers(detail)
        if one.end_value is not None
    }
    return values | {
        "read_date": detail.entry.read_date or today(),
        "condition": detail.entry.condition_code,
        "note": detail.entry.note,
        "version": detail.entry.version,
    }


def _plain(value: Decimal) -> Decimal:
    return value.quantize(Decimal(1)) if value == value.to_integral_value() else value.normalize()


def _intro(detail: ItemDetail) -> str:
    entry = detail.entry
    return _(
        "%(account)s %(name)s, meter %(meter)s: previous %(value)s on %(date)s, average %(average)s m³ a month."
    ) % {
        "account": entry.account_no or entry.point_no,
        "name": entry.holder_name,
        "meter": entry.meter_no or "—",
        "value": volume_text(entry.previous_value),
        "date": date_text(entry.previous_date),
        "average": volume_text(entry.average_volume),
    }


def _address_after(request: OfficeRequest, reading_item_id: int) -> str:
    if request.GET.get("next") or request.POST.get("next"):
        return wanted_address(request)
    return reverse("readings:detail", args=[reading_item_id])


def _after(request: OfficeRequest, reading_item_id: int) -> str:
    row = queries.entry_row(actor=request.actor, reading_item_id=reading_item_id, on=today())
    said = _("Saved: usage %(usage)s m³.") % {"usage": volume_text(row.usage_volume)}
    return said + (" " + _("It waits for a decision.") if row.state == "HELD" else "")


@requires("readings.correct")
def correct(request: OfficeRequest, reading_item_id: int) -> HttpResponseBase:
    """更正: an approved or billed item gets another register value; its volume alone is adjusted on a page of its own."""
    detail = queries.reading_item_detail(actor=request.actor, reading_item_id=reading_item_id, on=today())
    if detail.entry.state not in {"APPROVED", "BILLED"}:
        raise NotFound(reading_item=reading_item_id)
    form = correct_form(
        request.POST if request.method == "POST" else None,
        registers=_open_registers(detail),
        initial={name: value for name, value in _initial(detail).items() if name.startswith("value_")},
    )
    back = reverse("readings:detail", args=[reading_item_id])
    page = FormPage(
        title=_("Correct the reading"),
        cancel_url=back,
        submit=gettext_lazy("Correct the reading"),
        intro=_intro(detail) + " " + _("A billed period is answered by a correcting bill."),
        danger=True,
    )
    if request.method == "POST" and form.is_valid():
        with form.refusals_as_messages({"readings.reason_missing": "reason"}):
            result = operations.correct_after_billing(
                actor=request.actor,
                reading_item_id=reading_item_id,
                reason=form.cleaned_data["reason"],
                on=today(),
                values=form.values(),
            )
            said = _("Corrected to %(volume)s m³.") % {"volume": volume_text(result.volume)}
            if result.change_ids:
                said += " " + _("%(count)s billed periods wait for a correcting bill.") % {
                    "count": len(result.change_ids)
                }
            return done(request, said, back)
    return form_response(request, form, page)
