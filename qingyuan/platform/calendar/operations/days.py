"""Keeping the calendar (日历维护)."""

from datetime import date

from django.db import transaction

from qingyuan.kernel.actor import Actor
from qingyuan.kernel.errors import NotFound
from qingyuan.platform.audit import operations as audit
from qingyuan.platform.calendar.models import CalendarDay, DayKind
from qingyuan.platform.calendar.rules.year_file import days_of
from qingyuan.platform.organisation import queries as organisation
from qingyuan.platform.staff.operations import require


def set_day(*, actor: Actor, company_id: int | None, day: date, kind: DayKind, name: str, on: date) -> int:
    """Make a day a holiday or a working day, for one company or (None) for all; returns the row's id.

    Raises NotPermitted without calendar.edit at the company (for all: at the root), NotFound.
    """
    _require(actor, company_id, on)
    with transaction.atomic():
        before = CalendarDay.objects.filter(company_id=company_id, date=day).first()
        row, _made = CalendarDay.objects.update_or_create(
            company_id=company_id,
            date=day,
            defaults={"kind": kind, "name": name, "version": 1 if before is None else before.version + 1},
        )
        audit.record(
            actor=actor,
            action="calendar.day_set",
            object_type="calendar_day",
            object_key=day.isoformat(),
            company_id=company_id,
            unit_id=company_id,
            before=None if before is None else {"kind": before.kind, "name": before.name},
            after={"kind": kind, "name": name},
        )
    return row.pk


def clear_day(*, actor: Actor, company_id: int | None, day: date, on: date) -> None:
    """Let a day follow the week's pattern again. Raises NotPermitted, NotFound."""
    _require(actor, company_id, on)
    with transaction.atomic():
        row = CalendarDay.objects.filter(company_id=company_id, date=day).first()
        if row is None:
            raise NotFound(calendar_day=day)
        row.delete()
        audit.record(
            actor=actor,
            action="calendar.day_cleared",
            object_type="calendar_day",
            object_key=day.isoformat(),
            company_id=company_id,
            unit_id=company_id,
            before={"kind": row.kind, "name": row.name},
        )


def import_year(*, actor: Actor, company_id: int | None, year: int, text: str, on: date) -> int:
    """Replace a year's changed days by those of the file (calendar.rules.year_file); returns how many it has.

    All or nothing. Raises NotPermitted without calendar.edit, NotFound, LineRefused(line).
    """
    _require(actor, company_id, on)
    days = days_of(text, year)
    with transaction.atomic():
        old = CalendarDay.objects.filter(company_id=company_id, date__year=year)
        before = {row.date.isoformat(): f"{row.kind} {row.name}" for row in old}
        old.delete()
        CalendarDay.objects.bulk_create(
            [CalendarDay(company_id=company_id, date=day.date, kind=day.kind, name=day.name) for day in days]
        )
        audit.record(
            actor=actor,
            action="calendar.year_imported",
            object_type="calendar_year",
            object_key=str(year),
            company_id=company_id,
            unit_id=company_id,
            before=before,
            after={day.date.isoformat(): f"{day.kind} {day.name}" for day in days},
        )
    return len(days)


def _require(actor: Actor, company_id: int | None, on: date) -> None:
    if company_id is not None:
        place: int | None = organisation.company_unit(company_id).id
    else:
        top = organisation.root()
        place = None if top is None else top.id
    require(actor, "calendar.edit", on=on, unit_id=place)
