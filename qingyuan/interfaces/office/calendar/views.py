"""Pages of the calendar (工作日历)."""

from datetime import date

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from qingyuan.interfaces.office.access import OfficeRequest, requires
from qingyuan.interfaces.office.calendar.forms import KINDS, PATTERN, DayForm
from qingyuan.interfaces.office.calendar.sheet import year_sheet
from qingyuan.interfaces.office.shell.chips import Chip, Tone
from qingyuan.interfaces.office.shell.details import sub_table
from qingyuan.interfaces.office.shell.form_pages import done, form_response
from qingyuan.interfaces.office.shell.forms import FormPage
from qingyuan.interfaces.office.shell.lists import Action, Column, ColumnKind
from qingyuan.interfaces.office.shell.uploads import (
    Preview,
    PreviewRow,
    UploadRefused,
    UploadSpec,
    Verdict,
    upload_response,
)
from qingyuan.kernel.actor import Actor
from qingyuan.kernel.batch import BatchResult
from qingyuan.platform.calendar import operations, queries
from qingyuan.platform.calendar.models import DayKind
from qingyuan.platform.calendar.queries import ChangedDay
from qingyuan.platform.calendar.rules.year_file import days_of

EDIT = "calendar.edit"
FIRST_YEAR, LAST_YEAR = 2000, 2099
WEEKDAYS = (
    gettext_lazy("Mon"),
    gettext_lazy("Tue"),
    gettext_lazy("Wed"),
    gettext_lazy("Thu"),
    gettext_lazy("Fri"),
    gettext_lazy("Sat"),
    gettext_lazy("Sun"),
)
TONES = {DayKind.HOLIDAY: Tone.RED, DayKind.WORKDAY: Tone.BLUE}
SAMPLE = "date,kind,name\n2026-02-17,HOLIDAY,春节\n2026-02-14,WORKDAY,春节调休上班\n"

CHANGED: tuple[Column[ChangedDay], ...] = (
    Column("date", gettext_lazy("Date"), ColumnKind.DATE, link=lambda row: address(row.date)),
    Column("name", gettext_lazy("Name")),
    Column("kind", gettext_lazy("Kind"), ColumnKind.CHIP, value=lambda row: Chip(KINDS[row.kind], TONES[row.kind])),
    Column(
        "scope",
        gettext_lazy("Holds for"),
        value=lambda row: _("all companies") if row.company_id is None else _("this company"),
    ),
)


@requires("organisation.view")
def year(request: OfficeRequest) -> HttpResponse:
    today = timezone.localdate()
    shown = _year_of(request.GET.get("year", ""), today.year)
    may_edit = EDIT in request.permissions
    sheet = year_sheet(request.actor, shown, today=today, may_edit=may_edit)
    columns = CHANGED if may_edit else tuple(_unlinked(column) for column in CHANGED)
    context = {
        "title": _("Calendar %(year)s") % {"year": shown},
        "sheet": sheet,
        "weekdays": WEEKDAYS,
        "changed": sub_table(
            _("Days that differ from the week"),
            columns,
            sheet.changed,
            empty=_("No holidays are entered for this year: every Monday to Friday is a working day."),
        ),
        "previous_url": _year_url(shown - 1) if shown > FIRST_YEAR else "",
        "next_url": _year_url(shown + 1) if shown < LAST_YEAR else "",
        "actions": _actions() if may_edit else (),
    }
    return render(request, "calendar/year.html", context)


def _actions() -> tuple[Action, ...]:
    return (
        Action(_("Set a day"), reverse("calendar:day"), icon="plus", key="new", primary=True),
        Action(_("Import a year"), reverse("calendar:import"), icon="file-upload"),
    )


def _unlinked(column: Column[ChangedDay]) -> Column[ChangedDay]:
    return Column(column.key, column.label, column.kind, value=column.value)


def _year_of(text: str, default: int) -> int:
    asked = int(text) if text.isascii() and text.isdigit() and len(text) == 4 else default
    return asked if FIRST_YEAR <= asked <= LAST_YEAR else default


def _year_url(shown: int) -> str:
    return f"{reverse('calendar:year')}?{urlencode({'year': shown})}"


def address(day_date: date) -> str:
    """The form of one day."""
    return f"{reverse('calendar:day')}?{urlencode({'date': day_date.isoformat()})}"


@requires(EDIT)
def day(request: OfficeRequest) -> HttpResponse:
    """Make a day a holiday or a working day, or let it follow the week again."""
    on = timezone.localdate()
    form = DayForm(request.POST or None, initial=_stored(request.actor, request.GET.get("date", "")))
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        company_id = None if data["for_all"] else request.actor.company_id
        there = _year_url(data["date"].year)
        with form.refusals_as_messages(otherwise="date"):
            if data["kind"] == PATTERN:
                operations.clear_day(actor=request.actor, company_id=company_id, day=data["date"], on=on)
                return done(request, _("The day follows the week again."), there)
            operations.set_day(
                actor=request.actor,
                company_id=company_id,
                day=data["date"],
                kind=DayKind(data["kind"]),
                name=data["name"] or str(KINDS[DayKind(data["kind"])]),
                on=on,
            )
            return done(request, _("The day was set."), there)
    return form_response(request, form, FormPage(title=_("Set a day"), cancel_url=reverse("calendar:year")))


def _stored(actor: Actor, text: str) -> dict[str, object]:
    """What the form of a day begins with: what the calendar says of it."""
    try:
        asked = date.fromisoformat(text)
    except ValueError:
        return {"kind": DayKind.HOLIDAY.value, "for_all": actor.company_id is None}
    known = [one for one in queries.changed_days(asked.year, actor.company_id) if one.date == asked]
    if not known:
        return {"date": asked, "kind": DayKind.HOLIDAY.value, "for_all": actor.company_id is None}
    one = max(known, key=lambda found: found.company_id is not None)
    return {"date": asked, "kind": one.kind.value, "name": one.name, "for_all": one.company_id is None}


@requires(EDIT)
def upload(request: OfficeRequest) -> HttpResponse:
    """Import a year's days from a file: all of them or none."""
    spec = UploadSpec(
        title=_("Import a year"),
        intro=_(
            "One line per day that differs: date, HOLIDAY or WORKDAY, name. The file replaces the company's days of "
            "that year."
        ),
        preview=_preview,
        carry_out=_carry_out,
        back_url=reverse("calendar:year"),
        sample_url=reverse("calendar:sample"),
        suffixes=(".csv",),
    )
    return upload_response(request, spec)


def _preview(_actor: Actor, _name: str, content: bytes) -> Preview:
    text, in_year = _read(content)
    rows = [
        PreviewRow(
            place=str(number),
            cells=(one.date.isoformat(), str(KINDS[DayKind(one.kind)]), one.name),
            verdict=Verdict.TAKEN,
        )
        for number, one in enumerate(days_of(text, in_year), start=1)
    ]
    return Preview(headings=(_("Date"), _("Kind"), _("Name")), rows=rows, all_or_nothing=True)


def _carry_out(actor: Actor, _name: str, content: bytes) -> BatchResult:
    text, in_year = _read(content)
    taken = operations.import_year(
        actor=actor, company_id=actor.company_id, year=in_year, text=text, on=timezone.localdate()
    )
    return BatchResult(ids=tuple(range(1, taken + 1)))


def _read(content: bytes) -> tuple[str, int]:
    """The file's text and the year of its first day. Raises UploadRefused for another encoding or no date."""
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise UploadRefused(reason=_("The file is not in UTF-8.")) from error
    for line in text.splitlines():
        if line[:4].isdigit():
            return text, int(line[:4])
    raise UploadRefused(reason=_("No line begins with a date such as 2026-02-17."))


@requires(EDIT)
def sample(request: OfficeRequest) -> HttpResponse:
    response = HttpResponse("\ufeff" + SAMPLE, content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = 'attachment; filename="calendar.csv"'
    return response
