"""Plans of billing runs (出账计划): made, changed, paused and resumed; never deleted, since starts name them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import F

from qingyuan.domains.billing.models import RunPlan
from qingyuan.domains.billing.queries.statements import rows_of
from qingyuan.domains.billing.rules.run_plans import PlanBusinessDate, PlanRule
from qingyuan.domains.billing.rules.states import RunPurpose
from qingyuan.domains.routes.rules.cycle import Cycle
from qingyuan.kernel.actor import Actor
from qingyuan.kernel.errors import DomainError, NotFound, StaleEdit
from qingyuan.platform.audit import operations as audit
from qingyuan.platform.locking.door import hold_name
from qingyuan.platform.organisation import queries as organisation
from qingyuan.platform.staff import operations as staff
from qingyuan.platform.staff.queries import reach

PERMISSION = "billing.run"
"""A plan does nothing that its maker could not do by hand on the day, so that it asks for the same permission."""

_TIMING = ("timing", "day", "hour", "months_back", "on_workdays", "months_interval", "first_month", "active_from")


class RunPlanExists(DomainError):
    """The company has a plan of this name already (出账计划名称已存在)."""

    code = "billing.run_plan_exists"


class RunPlanRefused(DomainError):
    """A number of the plan's timing is none that a plan may have, or its last day is before its first (计划时间有误)."""

    code = "billing.run_plan_refused"


class RunPlanBookRefused(DomainError):
    """A book of the plan is not one of its unit, or the person does not reach it (计划中的抄表册不可用)."""

    code = "billing.run_plan_book_refused"


@dataclass(frozen=True, slots=True)
class RunPlanValues:
    """What a plan says; see `models.RunPlan`. `rule.months` is not looked at: the cycle gives them."""

    name: str
    unit_id: int
    purpose: RunPurpose
    rule: PlanRule
    business_date_rule: PlanBusinessDate
    active_from: date
    last_date: date | None = None
    area_id: int | None = None
    cycle: Cycle | None = None
    book_ids: Sequence[int] = ()
    with_earlier: bool = True


def create_run_plan(*, actor: Actor, values: RunPlanValues, at: datetime, on: date) -> int:
    """Make a plan and return its id; what would have been due before `at` is no start of it.

    Raises NotPermitted, RunPlanExists, RunPlanRefused, RunPlanBookRefused, NotFound (area).
    """
    fields = _checked(actor, values, on=on)
    with transaction.atomic():
        row = RunPlan(**fields, counts_from=at, created_by_id=actor.staff_id, responsible_id=actor.staff_id)
        try:
            with transaction.atomic():
                row.save()
        except IntegrityError as error:
            raise RunPlanExists(name=values.name) from error
        record_run_plan(actor, "billing.run_plan_created", row, None)
    return row.pk


def change_run_plan(*, actor: Actor, plan_id: int, version: int, values: RunPlanValues, at: datetime, on: date) -> None:
    """Change a plan; from now on it runs in the actor's name. With another timing, what would have been due before `at` is
    no start of it. Raises NotFound, StaleEdit and as `create_run_plan`.
    """
    with transaction.atomic():
        row = held_run_plan(plan_id)
        staff.require(actor, PERMISSION, on=on, unit_id=row.unit_id)
        if row.version != version:
            raise StaleEdit
        before = _told(row)
        fields = _checked(actor, values, on=on)
        if any(getattr(row, name) != fields[name] for name in _TIMING):
            fields["counts_from"] = at
        try:
            with transaction.atomic():
                RunPlan.objects.filter(pk=plan_id).update(
                    **fields, responsible_id=actor.staff_id, version=F("version") + 1
                )
        except IntegrityError as error:
            raise RunPlanExists(name=values.name) from error
        row.refresh_from_db()
        record_run_plan(actor, "billing.run_plan_changed", row, before)


def pause_run_plan(*, actor: Actor, plan_id: int, on: date) -> None:
    """Let the plan start nothing until it is resumed; a plan that is paused stays so. Raises NotFound, NotPermitted."""
    with transaction.atomic():
        row = held_run_plan(plan_id)
        staff.require(actor, PERMISSION, on=on, unit_id=row.unit_id)
        if not row.is_paused:
            _set_paused(actor, row, True)


def resume_run_plan(*, actor: Actor, plan_id: int, at: datetime, on: date) -> None:
    """Let a paused plan start runs again; what would have been due before `at` is left out. Raises NotFound, NotPermitted."""
    with transaction.atomic():
        row = held_run_plan(plan_id)
        staff.require(actor, PERMISSION, on=on, unit_id=row.unit_id)
        if row.is_paused:
            _set_paused(actor, row, False, counts_from=at)


def held_run_plan(plan_id: int) -> RunPlan:
    """The plan; nobody else changes or starts it until the transaction ends. Raises NotFound.

    A run takes its books under a name, and names come before all ranks: so does a plan.
    """
    hold_name(f"run plan {plan_id}")
    row = RunPlan.objects.filter(pk=plan_id).first()
    if row is None:
        raise NotFound(run_plan=plan_id)
    return row


def record_run_plan(actor: Actor, action: str, row: RunPlan, before: dict[str, object] | None, **more: object) -> None:
    """The audit entry about a plan."""
    audit.record(
        actor=actor,
        action=action,
        object_type="run_plan",
        object_key=row.name,
        company_id=row.company_id,
        unit_id=row.unit_id,
        before=before,
        after=more or _told(row),
    )


def _set_paused(actor: Actor, row: RunPlan, paused: bool, **more: object) -> None:
    before: dict[str, object] = {"is_paused": row.is_paused}
    RunPlan.objects.filter(pk=row.pk).update(is_paused=paused, version=F("version") + 1, **more)
    action = "billing.run_plan_paused" if paused else "billing.run_plan_resumed"
    record_run_plan(actor, action, row, before, is_paused=paused)


_BOOKS = """
    SELECT b.id, b.unit_id, b.book_no FROM book b WHERE b.id = ANY(%s)
"""


def _checked(actor: Actor, values: RunPlanValues, *, on: date) -> dict[str, Any]:
    staff.require(actor, PERMISSION, on=on, unit_id=values.unit_id)
    rule = values.rule
    if not rule.is_valid or (values.last_date is not None and values.last_date < values.active_from):
        raise RunPlanRefused
    company_id = organisation.company_of(values.unit_id)
    _require_area(values.area_id, company_id)
    _require_books(actor, values, on=on)
    return {
        "company_id": company_id,
        "name": values.name.strip(),
        "unit_id": values.unit_id,
        "area_id": values.area_id,
        "months_interval": values.cycle.months_interval if values.cycle else None,
        "first_month": values.cycle.first_month if values.cycle else None,
        "book_ids": sorted(set(values.book_ids)),
        "purpose": values.purpose.value,
        "with_earlier": values.with_earlier,
        "timing": rule.timing.value,
        "day": rule.day,
        "hour": rule.hour,
        "months_back": rule.months_back,
        "on_workdays": rule.on_workdays,
        "business_date_rule": values.business_date_rule.value,
        "active_from": values.active_from,
        "last_date": values.last_date,
    }


def _require_area(area_id: int | None, company_id: int) -> None:
    if area_id is None:
        return
    if not rows_of("SELECT 1 FROM reading_area WHERE id = %s AND company_id = %s", [area_id, company_id]):
        raise NotFound(area=area_id)


def _require_books(actor: Actor, values: RunPlanValues, *, on: date) -> None:
    wanted = sorted(set(values.book_ids))
    if not wanted:
        return
    below = organisation.subtree_ids(values.unit_id)
    reached = reach(actor, PERMISSION, on=on)
    found = rows_of(_BOOKS, [wanted])
    refused = [no for book_id, unit_id, no in found if unit_id not in below or not reached.covers(unit_id, book_id)]
    if refused or len(found) != len(wanted):
        raise RunPlanBookRefused(books=refused)


def _told(row: RunPlan) -> dict[str, object]:
    return {
        "name": row.name,
        "unit": row.unit_id,
        "area": row.area_id,
        "months_interval": row.months_interval,
        "first_month": row.first_month,
        "books": list(row.book_ids),
        "purpose": row.purpose,
        "with_earlier": row.with_earlier,
        "timing": row.timing,
        "day": row.day,
        "hour": row.hour,
        "months_back": row.months_back,
        "on_workdays": row.on_workdays,
        "business_date_rule": row.business_date_rule,
        "active_from": row.active_from.isoformat(),
        "last_date": row.last_date.isoformat() if row.last_date else None,
    }
