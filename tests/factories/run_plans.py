"""Plans of billing runs for tests, made through the operation."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, time
from typing import Any

from qingyuan.domains.billing import operations as billing
from qingyuan.domains.billing.operations import RunPlanValues
from qingyuan.domains.billing.rules.run_plans import PlanBusinessDate, PlanRule, PlanTiming
from qingyuan.domains.billing.rules.states import RunPurpose
from qingyuan.domains.routes.rules.cycle import Cycle
from qingyuan.kernel.actor import Actor
from tests.factories.platform import SYSTEM
from tests.factories.readings import ZONE

MADE = date(2025, 1, 10)


def local(day: date, hour: int, minute: int = 0) -> datetime:
    """An instant of the office's day."""
    return datetime.combine(day, time(hour, minute), ZONE).astimezone(UTC)


def plan_values(
    unit_id: int,
    *,
    name: str = "月度试算",
    purpose: RunPurpose = RunPurpose.REHEARSAL,
    timing: PlanTiming = PlanTiming.DAY_OF_MONTH,
    day: int = 3,
    hour: int = 6,
    months_back: int = 1,
    on_workdays: bool = False,
    business_date_rule: PlanBusinessDate = PlanBusinessDate.START_DAY,
    active_from: date = MADE,
    cycle: Cycle | None = None,
    book_ids: Sequence[int] = (),
    **more: Any,
) -> RunPlanValues:
    """By default: a rehearsal of last month's period on the 3rd at six."""
    rule = PlanRule(timing, day, hour, months_back, on_workdays)
    return RunPlanValues(
        name, unit_id, purpose, rule, business_date_rule, active_from, cycle=cycle, book_ids=book_ids, **more
    )


def make_run_plan(unit_id: int, *, actor: Actor = SYSTEM, made: date = MADE, **given: Any) -> int:
    """A plan that exists since the morning of `made`; its id."""
    return billing.create_run_plan(actor=actor, values=plan_values(unit_id, **given), at=local(made, 0), on=made)
