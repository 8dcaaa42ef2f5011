"""Plans of billing runs for their pages (出账计划): the list, and one plan with its next starts and what became of earlier ones."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db.models import OuterRef, Q, Subquery

from qingyuan.domains.billing.models import RunPlan, ScheduledStart
from qingyuan.domains.billing.queries.run_plans import RunPlanRow, run_plan_row
from qingyuan.domains.billing.queries.statements import rows_of
from qingyuan.domains.billing.rules.run_plans import OPEN_STATES, StartState
from qingyuan.domains.billing.rules.states import RunState
from qingyuan.domains.routes import queries as routes
from qingyuan.domains.routes.rules.area_tree import TreeArea, area_tree
from qingyuan.domains.routes.rules.cycle import Cycle
from qingyuan.kernel.actor import Actor
from qingyuan.kernel.errors import NotFound
from qingyuan.overviews.run_plan_dates import PlannedStart, next_start_of, next_starts
from qingyuan.platform.staff.queries import reach

VIEW = "billing.view_runs"
NEXT = 6
MOST_STARTS = 60


@dataclass(frozen=True, slots=True)
class PlanListRow:
    """A plan as the list shows it. `last_state` what became of its last start, `waiting` how many starts wait for a person."""

    plan: RunPlanRow
    unit_name: str
    responsible: str
    last_month: int | None
    last_state: StartState | None
    waiting: int
    coming: PlannedStart | None


@dataclass(frozen=True, slots=True)
class StartRow:
    """What became of a start. `waiting`: readings not approved then; `taskless`: books due without a reading task."""

    yyyymm: int
    state: StartState
    planned_at: datetime
    settled_at: datetime
    run_id: int | None
    run_no: str
    run_state: RunState | None
    code: str
    params: Mapping[str, Any]
    waiting: int
    taskless: int
    settled_by: str


@dataclass(frozen=True, slots=True)
class PlanPage:
    """One plan. `books`: the numbers of its books, none for all."""

    plan: RunPlanRow
    unit_name: str
    area_name: str
    books: tuple[str, ...]
    created_by: str
    created_at: datetime
    responsible: str
    upcoming: tuple[PlannedStart, ...]
    starts: tuple[StartRow, ...]


def run_plan_list(
    actor: Actor, *, filters: Mapping[str, Any], descending: bool, offset: int, limit: int, now: datetime, on: date
) -> tuple[tuple[PlanListRow, ...], int]:
    """Plans of the units that the person reaches, by name, and how many there are. `filters`: state (active, paused, ended,
    waiting).
    """
    last = ScheduledStart.objects.filter(plan_id=OuterRef("pk")).order_by("-yyyymm", "-id")
    plans = RunPlan.objects.filter(reach(actor, VIEW, on=on).condition("unit_id"))
    plans = plans.filter(_wanted(str(filters.get("state") or ""), on)).distinct()
    order = ("-name", "-id") if descending else ("name", "id")
    page = plans.select_related("unit", "responsible").annotate(
        last_month=Subquery(last.values("yyyymm")[:1]), last_state=Subquery(last.values("state")[:1])
    )
    rows = list(page.order_by(*order)[offset : offset + limit])
    waiting = _waiting([row.pk for row in rows])
    as_plans = {row.pk: run_plan_row(row) for row in rows}
    coming = next_start_of(tuple(as_plans.values()), now)
    found = tuple(
        PlanListRow(
            plan=as_plans[row.pk],
            unit_name=row.unit.name,
            responsible=row.responsible.name if row.responsible else "",
            last_month=row.last_month,
            last_state=StartState(row.last_state) if row.last_state else None,
            waiting=waiting.get(row.pk, 0),
            coming=coming.get(row.pk),
        )
        for row in rows
    )
    return found, plans.count()


def run_plan_page(actor: Actor, plan_id: int, *, now: datetime, on: date, permission: str = VIEW) -> PlanPage:
    """One plan. Raises NotFound for one of units that the permission does not reach."""
    row = (
        RunPlan.objects.filter(reach(actor, permission, on=on).condition("unit_id"), pk=plan_id)
        .select_related("unit", "area", "created_by", "responsible")
        .first()
    )
    if row is None:
        raise NotFound(run_plan=plan_id)
    plan = run_plan_row(row)
    starts = ScheduledStart.objects.filter(plan=row).select_related("run", "settled_by").order_by("-yyyymm", "-id")
    return PlanPage(
        plan=plan,
        unit_name=row.unit.name,
        area_name=row.area.name if row.area else "",
        books=book_numbers(plan.book_ids),
        created_by=row.created_by.name if row.created_by else "",
        created_at=row.created_at,
        responsible=row.responsible.name if row.responsible else "",
        upcoming=next_starts(plan, now, NEXT),
        starts=tuple(_start(one) for one in starts[:MOST_STARTS]),
    )


def plan_choices(company_ids: frozenset[int]) -> tuple[tuple[TreeArea, ...], tuple[Cycle, ...]]:
    """The reading areas of the companies, each under its parent, and the cycles that their books in use have."""
    areas: list[TreeArea] = []
    for company_id in sorted(company_ids):
        areas += area_tree([(one.id, one.code, one.name, one.parent_id) for one in routes.areas(company_id)])
    sql = "SELECT DISTINCT months_interval, phase_month FROM book WHERE is_active AND company_id = ANY(%s)"
    return tuple(areas), tuple(sorted({Cycle.of(*row) for row in rows_of(sql, [sorted(company_ids)])}))


def book_numbers(book_ids: tuple[int, ...]) -> tuple[str, ...]:
    """The numbers of these books, in order."""
    if not book_ids:
        return ()
    rows = rows_of("SELECT book_no FROM book WHERE id = ANY(%s) ORDER BY book_no", [list(book_ids)])
    return tuple(row[0] for row in rows)


def books_by_number(unit_ids: frozenset[int], numbers: list[str]) -> dict[str, int]:
    """The ids of the books with these numbers in these units, by number; what is not there has no entry."""
    sql = "SELECT book_no, id FROM book WHERE book_no = ANY(%s) AND unit_id = ANY(%s)"
    return dict(rows_of(sql, [numbers, sorted(unit_ids)])) if numbers else {}


def _wanted(state: str, on: date) -> Q:
    ended = Q(last_date__lt=on)
    return {
        "active": Q(is_paused=False) & ~ended,
        "paused": Q(is_paused=True) & ~ended,
        "ended": ended,
        "waiting": Q(starts__state__in=[one.value for one in OPEN_STATES]),
    }.get(state, Q())


def _waiting(plan_ids: list[int]) -> dict[int, int]:
    sql = "SELECT plan_id, count(*) FROM scheduled_start WHERE plan_id = ANY(%s) AND state = ANY(%s) GROUP BY plan_id"
    return dict(rows_of(sql, [plan_ids, [one.value for one in OPEN_STATES]])) if plan_ids else {}


def _start(row: ScheduledStart) -> StartRow:
    return StartRow(
        yyyymm=row.yyyymm,
        state=StartState(row.state),
        planned_at=row.planned_at,
        settled_at=row.settled_at,
        run_id=row.run_id,
        run_no=row.run.run_no if row.run else "",
        run_state=RunState(row.run.state) if row.run else None,
        code=row.error_code,
        params=row.error_params,
        waiting=row.waiting_count,
        taskless=row.taskless_count,
        settled_by=row.settled_by.name if row.settled_by else "",
    )
