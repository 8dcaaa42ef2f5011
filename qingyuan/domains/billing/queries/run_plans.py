"""Plans of billing runs as the worker needs them (出账计划). Pages read through `overviews.run_plans`."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Q

from qingyuan.domains.billing.models import RunPlan, ScheduledStart
from qingyuan.domains.billing.rules.run_plans import PlanBusinessDate, PlanRule, PlanTiming
from qingyuan.domains.billing.rules.states import RunPurpose
from qingyuan.domains.routes.rules.cycle import Cycle
from qingyuan.kernel.errors import NotFound
from qingyuan.kernel.period import Month


@dataclass(frozen=True, slots=True)
class RunPlanRow:
    """A plan. `cycle` and `area_id` None: all; no `book_ids`: all books."""

    id: int
    name: str
    company_id: int
    unit_id: int
    area_id: int | None
    cycle: Cycle | None
    book_ids: tuple[int, ...]
    purpose: RunPurpose
    with_earlier: bool
    rule: PlanRule
    business_date_rule: PlanBusinessDate
    active_from: date
    last_date: date | None
    counts_from: datetime
    is_paused: bool
    created_by_id: int | None
    responsible_id: int | None
    version: int


def run_plan(plan_id: int) -> RunPlanRow:
    """One plan. Raises NotFound."""
    row = RunPlan.objects.filter(pk=plan_id).first()
    if row is None:
        raise NotFound(run_plan=plan_id)
    return run_plan_row(row)


def run_plans_in_force(on: date) -> tuple[RunPlanRow, ...]:
    """The plans that may have a start due on the day, by id; paused ones too, and those whose last day was a short while
    ago, since a start may be caught up.
    """
    rows = RunPlan.objects.filter(Q(last_date__isnull=True) | Q(last_date__gte=on.replace(day=1, year=on.year - 1)))
    return tuple(run_plan_row(row) for row in rows.filter(active_from__lte=on).order_by("id"))


def settled_months(plan_ids: Iterable[int]) -> dict[int, frozenset[int]]:
    """By plan: the periods (yyyymm) whose start is settled, one way or another."""
    found: dict[int, set[int]] = {}
    for plan_id, yyyymm in ScheduledStart.objects.filter(plan_id__in=list(plan_ids)).values_list("plan_id", "yyyymm"):
        found.setdefault(plan_id, set()).add(yyyymm)
    return {plan_id: frozenset(months) for plan_id, months in found.items()}


def planned_instant(plan_id: int, month: Month) -> datetime | None:
    """When the settled start of a period should have been made; None for one that is not settled."""
    found = ScheduledStart.objects.filter(plan_id=plan_id, yyyymm=month.number).values_list("planned_at", flat=True)
    return found.first()


def plan_of_run(run_id: int) -> tuple[int, str] | None:
    """The plan that started a run, as (id, name); None for one that no plan started."""
    return ScheduledStart.objects.filter(run_id=run_id).values_list("plan_id", "plan__name").first()


def run_plan_row(row: RunPlan) -> RunPlanRow:
    """The plan's row as a value."""
    cycle = None
    if row.months_interval is not None and row.first_month is not None:
        cycle = Cycle.of(row.months_interval, row.first_month)
    return RunPlanRow(
        id=row.pk,
        name=row.name,
        company_id=row.company_id,
        unit_id=row.unit_id,
        area_id=row.area_id,
        cycle=cycle,
        book_ids=tuple(row.book_ids),
        purpose=RunPurpose(row.purpose),
        with_earlier=row.with_earlier,
        rule=plan_rule(row, cycle),
        business_date_rule=PlanBusinessDate(row.business_date_rule),
        active_from=row.active_from,
        last_date=row.last_date,
        counts_from=row.counts_from,
        is_paused=row.is_paused,
        created_by_id=row.created_by_id,
        responsible_id=row.responsible_id,
        version=row.version,
    )


def plan_rule(row: RunPlan, cycle: Cycle | None) -> PlanRule:
    """When the plan starts its runs; with a cycle only for the months in which its books are read."""
    months = cycle.months if cycle is not None else tuple(range(1, 13))
    return PlanRule(PlanTiming(row.timing), row.day, row.hour, row.months_back, row.on_workdays, months)
