"""What becomes of a plan's starts (计划启动): taken up once for each period, then settled."""

from collections.abc import Mapping
from datetime import date, datetime

from django.core.serializers.json import DjangoJSONEncoder
from django.db import IntegrityError, transaction

from qingyuan.domains.billing.models import ScheduledStart
from qingyuan.domains.billing.operations.run_plans import PERMISSION, held_run_plan, record_run_plan
from qingyuan.domains.billing.rules.run_plans import OPEN_STATES, StartState
from qingyuan.kernel.actor import Actor
from qingyuan.kernel.errors import DomainError, NotFound
from qingyuan.kernel.period import Month
from qingyuan.platform.staff import operations as staff


class AlreadyStarted(DomainError):
    """The plan has started its run for this period (本账期已由计划启动)."""

    code = "billing.scheduled_start_done"


class NothingToLeave(DomainError):
    """The start does not wait for anybody (该次启动无需处理)."""

    code = "billing.scheduled_start_settled"


def take_start(*, plan_id: int, month: Month, planned_at: datetime, at: datetime) -> int | None:
    """Take up a plan's start for a period, in the transaction that then starts the run; None when it was taken up before.

    The database lets one row in for each plan and period: this is what makes a start happen once. Until
    `settle_started` gives it its run, the row says that the start failed.
    """
    try:
        with transaction.atomic():
            row = ScheduledStart.objects.create(
                plan_id=plan_id,
                yyyymm=month.number,
                state=StartState.FAILED,
                planned_at=planned_at,
                settled_at=at,
            )
    except IntegrityError:
        if ScheduledStart.objects.filter(plan_id=plan_id, yyyymm=month.number).exists():
            return None
        raise
    return row.pk


def take_start_again(*, actor: Actor, plan_id: int, month: Month, planned_at: datetime, at: datetime, on: date) -> int:
    """Take up a start by hand: one that was not made, or one whose time has not come. In the transaction that starts the run.

    Raises NotPermitted, NotFound, AlreadyStarted.
    """
    plan = held_run_plan(plan_id)
    staff.require(actor, PERMISSION, on=on, unit_id=plan.unit_id)
    taken = take_start(plan_id=plan_id, month=month, planned_at=planned_at, at=at)
    if taken is not None:
        return taken
    row = ScheduledStart.objects.select_related("run").get(plan_id=plan_id, yyyymm=month.number)
    if row.state == StartState.STARTED:
        raise AlreadyStarted(run=row.run.run_no if row.run else "")
    return row.pk


def settle_started(
    *, actor: Actor, start_id: int, run_id: int, at: datetime, waiting: int, taskless: int, by_hand: bool
) -> None:
    """The start has its run. `waiting` readings were not approved, `taskless` books had no reading task; `by_hand`: a person
    started it and not the plan's time. Audited, besides the run's own entry.
    """
    row = ScheduledStart.objects.select_related("plan").get(pk=start_id)
    row.state, row.run_id, row.settled_at = StartState.STARTED, run_id, at
    row.waiting_count, row.taskless_count = waiting, taskless
    row.settled_by_id = actor.staff_id if by_hand else None
    row.error_code, row.error_params = "", {}
    row.save()
    record_run_plan(
        actor, "billing.scheduled_start_made", row.plan, None, period=row.yyyymm, run=run_id, by_hand=by_hand
    )


def settle_unstarted(
    *, actor: Actor, start_id: int, state: StartState, code: str = "", params: Mapping[str, object] | None = None
) -> None:
    """The start has no run: FAILED with the refusal's code, MISSED or PAUSED. Audited."""
    row = ScheduledStart.objects.select_related("plan").get(pk=start_id)
    row.state, row.error_code, row.error_params = state, code, _storable(params or {})
    row.save(update_fields=["state", "error_code", "error_params"])
    record_run_plan(
        actor,
        "billing.scheduled_start_unmade",
        row.plan,
        None,
        period=row.yyyymm,
        state=state.value,
        reason=code,
    )


def leave_start(*, actor: Actor, plan_id: int, month: Month, at: datetime, on: date) -> None:
    """Leave it at that: a start that failed or was missed no longer waits for anybody.

    Raises NotPermitted, NotFound, NothingToLeave.
    """
    with transaction.atomic():
        plan = held_run_plan(plan_id)
        staff.require(actor, PERMISSION, on=on, unit_id=plan.unit_id)
        row = ScheduledStart.objects.filter(plan_id=plan_id, yyyymm=month.number).first()
        if row is None:
            raise NotFound(run_plan=plan_id, period=month.number)
        if row.state not in OPEN_STATES:
            raise NothingToLeave(period=str(month))
        before: dict[str, object] = {"state": row.state}
        ScheduledStart.objects.filter(pk=row.pk).update(
            state=StartState.LEFT, settled_at=at, settled_by_id=actor.staff_id
        )
        record_run_plan(
            actor,
            "billing.scheduled_start_left",
            plan,
            before,
            period=month.number,
            state=StartState.LEFT.value,
        )


def _storable(params: Mapping[str, object]) -> dict[str, object]:
    """The places of a refusal's sentence as JSON holds them."""
    encoder = DjangoJSONEncoder()
    return {
        name: value if isinstance(value, str | int | list) else encoder.encode(value).strip('"')
        for name, value in params.items()
    }
