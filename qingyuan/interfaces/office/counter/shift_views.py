"""Shifts: the cashier's own with its close, the records, closing another's."""

from typing import Any

from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from qingyuan.domains.payments import operations
from qingyuan.interfaces.office.access import OfficeRequest, requires
from qingyuan.interfaces.office.counter.forms import CountForm, ShiftFilterForm
from qingyuan.interfaces.office.counter.shift_pages import (
    COLUMNS,
    count_rows,
    difference_of,
    record_header,
    record_tables,
    shift_facts,
)
from qingyuan.interfaces.office.shell.details import detail_response
from qingyuan.interfaces.office.shell.form_pages import done
from qingyuan.interfaces.office.shell.formats import money_text
from qingyuan.interfaces.office.shell.list_pages import list_response
from qingyuan.interfaces.office.shell.lists import EmptyState, ListQuery, ListResult, ListSpec
from qingyuan.kernel.actor import Actor
from qingyuan.kernel.money import fen
from qingyuan.overviews import shifts as overview
from qingyuan.overviews.shifts import ShiftFilter, ShiftLine, ShiftPage, shift_list

SHIFTS: ListSpec[ShiftLine] = ListSpec(
    key="shifts",
    title=_("Shift records"),
    unit=_("shifts"),
    columns=COLUMNS,
    sort="opened_at",
    descending=True,
    row_tone=lambda row: "warn" if row.over_short else "",
    empty=EmptyState(_("No shift has been opened yet.")),
)


@requires("payments.close_shift")
def own_shift(request: OfficeRequest) -> HttpResponseBase:
    """The cashier's own shift: totals, payments, and the count that closes it."""
    shift = overview.own_shift(request.actor, on=timezone.localdate())
    if shift is None:
        return render(request, "counter/no_shift.html", {"title": _("Close the shift")})
    return _closing(request, shift, title=gettext("Close the shift"))


@requires("payments.close_others_shift")
def close_for_another(request: OfficeRequest, session_no: str) -> HttpResponseBase:
    """Close another cashier's shift."""
    shift = overview.shift_page(request.actor, session_no, on=timezone.localdate())
    if shift.page.row.over_short is not None:
        return redirect("counter:shift-record", session_no)
    title = gettext("Close the shift of %(cashier)s") % {"cashier": shift.page.row.cashier_name}
    return _closing(request, shift, title=title)


@requires("payments.view")
def shifts(request: OfficeRequest) -> HttpResponseBase:
    """All shifts with what was over or short."""
    return list_response(request, SHIFTS, ShiftFilterForm, _load)


@requires("payments.view")
def shift_record(request: OfficeRequest, session_no: str) -> HttpResponseBase:
    """One shift, to look at and to print."""
    shift = overview.shift_page(request.actor, session_no, on=timezone.localdate())
    header = record_header(shift, request.permissions)
    return detail_response(request, header, "counter/shift_record.html", context={"tables": record_tables(shift)})


def _closing(request: OfficeRequest, shift: ShiftPage, *, title: str) -> HttpResponse:
    """Count → see what is over or short → close. The last step is refused when money came in between."""
    form = CountForm(request.POST or None)
    step = request.POST.get("step", "")
    if request.method == "POST" and form.is_valid() and step in {"check", "close"}:
        rehearsal = overview.rehearse_close(
            request.actor, shift.page.row.session_no, form.pieces(), on=timezone.localdate()
        )
        seen = request.POST.get("expected", "")
        if step == "close" and seen == str(rehearsal.tally.expected):
            closed = HttpResponse()
            with form.refusals_as_messages():
                closed = _close(request, shift, form)
            return _count(request, shift, form, title, status=422) if form.problems else closed
        context = {
            "title": title,
            "form": form,
            "facts": shift_facts(shift.page),
            "tally": rehearsal.tally,
            "difference": difference_of(rehearsal.tally.over_short),
            "rows": [row for row in count_rows(form) if row.pieces],
            "moved": step == "close",
        }
        return render(request, "counter/shift_check.html", context)
    return _count(request, shift, form, title, status=422 if step == "check" else 200)


def _close(request: OfficeRequest, shift: ShiftPage, form: CountForm) -> HttpResponse:
    session = shift.page.row
    tally = operations.close_session(
        actor=request.actor,
        session_id=session.id,
        pieces=form.pieces(),
        at=timezone.now(),
        on=timezone.localdate(),
        note=form.cleaned_data["note"],
    )
    word, _tone = difference_of(tally.over_short)
    words = gettext("Shift %(number)s is closed: %(difference)s %(amount)s.") % {
        "number": session.session_no,
        "difference": word,
        "amount": money_text(abs(tally.over_short)),
    }
    return done(request, words, _after_close(request, session.session_no))


def _after_close(request: OfficeRequest, session_no: str) -> str:
    if "payments.view" in request.permissions:
        return reverse("counter:shift-record", args=[session_no])
    return reverse("counter:shift")


def _count(request: OfficeRequest, shift: ShiftPage, form: CountForm, title: str, *, status: int) -> HttpResponse:
    context: dict[str, Any] = {
        "title": title,
        "form": form,
        "facts": shift_facts(shift.page),
        "tables": record_tables(shift, narrow=True),
        "rows": count_rows(form),
        "expected": shift.page.expected_cash,
        "expected_fen": fen(shift.page.expected_cash),
        "has_more": shift.has_more,
    }
    return render(request, "counter/shift.html", context, status=status)


def _load(actor: Actor, query: ListQuery) -> ListResult[ShiftLine]:
    asked = query.filters
    found = shift_list(
        actor,
        ShiftFilter(
            text=asked.get("q", "").strip(),
            state=asked.get("state", ""),
            difference=asked.get("difference", ""),
            from_date=asked.get("from_date"),
            to_date=asked.get("to_date"),
        ),
        on=timezone.localdate(),
        sort=query.sort,
        descending=query.descending,
        limit=query.limit,
        offset=query.offset,
    )
    totals = {
        "expected_cash": found.expected_cash, "counted_cash": found.counted_cash, "over_short": found.over_short
    }  # fmt: skip
    return ListResult(found.rows, found.count, totals)
