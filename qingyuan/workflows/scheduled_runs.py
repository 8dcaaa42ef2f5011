"""Billing runs that plans start by themselves (按出账计划启动批次): once for each plan and period, never issued.

The start and the run are one transaction: of two workers that come to the same start the second finds it taken, and a
worker that dies on the way leaves neither. A start that is refused is kept with the refusal and waits for a person; one
whose time passed while no worker ran is caught up within the time that the parameter gives, then shown as missed.
"""

from dataclasses import dataclass
from datetime import date, datetime

from django.db import DatabaseError, transaction
from django.utils import timezone

from qingyuan.domains.billing import operations as billing
from qingyuan.domains.billing.declarations import CATCH_UP_HOURS
from qingyuan.domains.billing.queries.run_plans import RunPlanRow, planned_instant, run_plan
from qingyuan.domains.billing.rules.run_plans import StartState, business_date
from qingyuan.kernel.actor import Actor, system_actor
from qingyuan.kernel.errors import DomainError, NotFound, NotPermitted
from qingyuan.kernel.period import Month
from qingyuan.overviews.run_choices import book_choices, books_without_task, first_period
from qingyuan.overviews.run_plan_dates import PlannedStart, due_starts, is_too_late, planned_start, scope_of
from qingyuan.platform.organisation import queries as organisation
from qingyuan.platform.parameters import queries as parameters
from qingyuan.platform.staff import queries as staff
from qingyuan.workflows import run_billing


class NoReadingPeriod(DomainError):
    """There is no reading period of the month that the plan bills (没有该账期)."""

    code = "billing.run_plan_no_period"


class NothingReadYet(DomainError):
    """No book of the plan has an approved reading in the period that is not billed (计划范围内没有可开账的已审核抄表)."""

    code = "billing.run_plan_nothing_read"


class ResponsibleMayNot(DomainError):
    """The person in whose name the plan runs may not start runs over its unit or books (计划责任人已无开账权限)."""

    code = "billing.run_plan_not_permitted"


@dataclass(frozen=True, slots=True)
class _Outcome:
    run_id: int
    waiting: int
    taskless: int


def start_due(*, now: datetime) -> int:
    """Make every start whose time has come, or settle it as failed, missed or paused. Returns how many were settled.

    What fails with the database is left for the next time, after the others had theirs; it is raised at the end.
    """
    settled = 0
    broken: list[Exception] = []
    for start in due_starts(now):
        try:
            settled += _settle(start, now)
        except DatabaseError as error:
            broken.append(error)
    if broken:
        raise ExceptionGroup("starts of billing plans", broken)
    return settled


def start_now(*, actor: Actor, plan_id: int, month: Month, now: datetime) -> int:
    """Make a plan's start for a period by hand, in the actor's name: one that failed, was missed, left or fell into a pause,
    or one whose time has not come. Returns the run's id.

    Raises NotFound for a period that the plan has no start for, `billing.AlreadyStarted`, and what starting a run raises;
    then nothing is changed.
    """
    on = timezone.localtime(now).date()
    with transaction.atomic():
        plan = run_plan(plan_id)
        planned = planned_start(plan, month)
        at = planned_instant(plan_id, month) or (planned.at if planned is not None else None)
        if at is None:
            raise NotFound(run_plan=plan_id, period=month.number)
        start_id = billing.take_start_again(actor=actor, plan_id=plan_id, month=month, planned_at=at, at=now, on=on)
        outcome = _start(actor, plan, month, min(timezone.localtime(at).date(), on), on)
        _made(actor, start_id, outcome, now, by_hand=True)
    return outcome.run_id


def _settle(start: PlannedStart, now: datetime) -> bool:
    """One start, whole or not at all. False where somebody else settled it meanwhile."""
    plan_id, on = start.plan.id, timezone.localtime(now).date()
    with transaction.atomic():
        row = billing.held_run_plan(plan_id)
        start_id = billing.take_start(plan_id=plan_id, month=start.month, planned_at=start.at, at=now)
        if start_id is None:
            return False
        plan = run_plan(plan_id)
        actor = _responsible(plan)
        hours = parameters.integer(CATCH_UP_HOURS, unit_id=plan.unit_id, on=on)
        if row.is_paused:
            billing.settle_unstarted(actor=_worker(plan), start_id=start_id, state=StartState.PAUSED)
        elif is_too_late(start, now, hours):
            given = {"hours": hours}
            code = "billing.run_plan_missed"
            billing.settle_unstarted(
                actor=_worker(plan), start_id=start_id, state=StartState.MISSED, code=code, params=given
            )
        else:
            _start_or_say_why(actor, plan, start, start_id, now)
    return True


def _start_or_say_why(actor: Actor, plan: RunPlanRow, start: PlannedStart, start_id: int, now: datetime) -> None:
    planned = timezone.localtime(start.at).date()

    def refused(error: DomainError) -> None:
        billing.settle_unstarted(
            actor=_worker(plan), start_id=start_id, state=StartState.FAILED, code=error.code, params=error.params
        )

    try:
        with transaction.atomic():
            outcome = _start(actor, plan, start.month, planned, timezone.localtime(now).date())
    except NotPermitted:
        refused(ResponsibleMayNot(person=actor.name, unit=organisation.unit(plan.unit_id).name))
    except DomainError as error:
        refused(error)
    else:
        _made(actor, start_id, outcome, now, by_hand=False)


def _start(actor: Actor, plan: RunPlanRow, month: Month, planned: date, on: date) -> _Outcome:
    """Plan the run over the books of the plan's scope that have something to bill, as a person would who ticks all of them."""
    within = {one.id for one in organisation.units_within_reach(actor, "billing.run", on=on)}
    units = organisation.subtree_ids(plan.unit_id) & within
    if plan.unit_id not in units:
        raise NotPermitted(permission="billing.run")
    period = first_period(plan.company_id, month)
    if period is None:
        raise NoReadingPeriod(period=str(month))
    search = scope_of(plan, period, frozenset(units))
    books = book_choices(search, most=None)
    billable = [book.id for book in books if book.approved]
    if not billable:
        raise NothingReadYet(period=str(month), waiting=sum(book.waiting for book in books))
    run_id = run_billing.calculate(
        actor=actor,
        unit_id=plan.unit_id,
        period_id=period.id,
        purpose=plan.purpose,
        business_date=business_date(plan.business_date_rule, planned=planned, month=month),
        book_ids=billable,
        with_earlier=plan.with_earlier,
    )
    return _Outcome(run_id, sum(book.waiting for book in books), len(books_without_task(search, most=None)))


def _made(actor: Actor, start_id: int, outcome: _Outcome, now: datetime, *, by_hand: bool) -> None:
    billing.settle_started(
        actor=actor,
        start_id=start_id,
        run_id=outcome.run_id,
        at=now,
        waiting=outcome.waiting,
        taskless=outcome.taskless,
        by_hand=by_hand,
    )


def _responsible(plan: RunPlanRow) -> Actor:
    """Who saved the plan last; the system where no person did."""
    if plan.responsible_id is None:
        return _worker(plan)
    name = staff.names({plan.responsible_id}).get(plan.responsible_id, "")
    return Actor(plan.responsible_id, name, plan.company_id, None, origin="worker", request_id=f"run plan {plan.id}")


def _worker(plan: RunPlanRow) -> Actor:
    """Who says that nothing was started: no person did that."""
    return system_actor(f"run plan {plan.name}", company_id=plan.company_id, origin="worker")
