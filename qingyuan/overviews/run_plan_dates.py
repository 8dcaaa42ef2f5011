"""On which days plans of billing runs start them (出账计划的启动时间): calendar and books put to the plan's rule."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from django.utils import timezone

from qingyuan.domains.billing.queries.run_plans import RunPlanRow, run_plans_in_force, settled_months
from qingyuan.domains.billing.rules.run_plans import PlanTiming, earliest_day, planned_day
from qingyuan.domains.routes import queries as routes
from qingyuan.domains.routes.rules.area_tree import area_tree, within_area
from qingyuan.kernel.period import Month
from qingyuan.overviews.run_choices import BookSearch, PeriodChoice, last_reading_days
from qingyuan.platform.calendar import queries as calendar
from qingyuan.platform.organisation import queries as organisation

LOOK_BACK_MONTHS = 12
"""How many months back a start is looked for that was not settled; an installation that stood still for longer starts anew."""

LOOK_AHEAD_MONTHS = 80
"""How far the next starts are looked for: six of a book that is read once a year."""


@dataclass(frozen=True, slots=True)
class PlannedStart:
    """The instant at which a plan starts its run for a period."""

    plan: RunPlanRow
    month: Month
    at: datetime


def scope_of(plan: RunPlanRow, period: PeriodChoice, unit_ids: frozenset[int] | None = None) -> BookSearch:
    """The plan's books in a period; of these units where given, else of the plan's unit and all below it."""
    area_ids = None
    if plan.area_id is not None:
        areas = area_tree([(one.id, one.code, one.name, one.parent_id) for one in routes.areas(plan.company_id)])
        area_ids = within_area(areas, plan.area_id)
    return BookSearch(
        period,
        organisation.subtree_ids(plan.unit_id) if unit_ids is None else unit_ids,
        area_ids,
        plan.cycle,
        frozenset(plan.book_ids) or None,
    )


def due_starts(now: datetime) -> Iterator[PlannedStart]:
    """Every start whose time has come by `now` and that nobody has settled, by plan and period. Paused plans have theirs
    too: that they were paused then is what becomes of it.
    """
    today = timezone.localtime(now).date()
    plans = run_plans_in_force(today)
    settled = settled_months(plan.id for plan in plans)
    for plan in plans:
        first = max(
            Month.of(timezone.localtime(plan.counts_from).date()).plus(-2), Month.of(today).plus(-LOOK_BACK_MONTHS)
        )
        months = _months(first, Month.of(today).months_since(first) + 1)
        open_months = [one for one in months if one.number not in settled.get(plan.id, frozenset())]
        for start in _starts(plan, [one for one in open_months if _may_be_due(plan, one, today)]):
            if start.at <= now:
                yield start


def next_starts(plan: RunPlanRow, after: datetime, count: int) -> tuple[PlannedStart, ...]:
    """The plan's next starts from `after` on that are not settled yet, at most so many; also those of a paused plan."""
    first = Month.of(max(timezone.localtime(after).date(), plan.active_from)).plus(-2)
    settled = settled_months([plan.id]).get(plan.id, frozenset())
    months = [one for one in _months(first, LOOK_AHEAD_MONTHS) if one.number not in settled]
    found = [start for start in _starts(plan, months[: _enough(plan, count)]) if start.at >= after]
    return tuple(found[:count])


def next_start_of(plans: Sequence[RunPlanRow], after: datetime) -> dict[int, PlannedStart]:
    """By plan: its next start from `after` on, for a list. Plans that follow their books' reading days have none here: each
    would have to ask for its books. One query, and one for each company.
    """
    settled = settled_months(plan.id for plan in plans)
    today = timezone.localtime(after).date()
    found: dict[int, PlannedStart] = {}
    calendars: dict[int, calendar.WorkingDays] = {}
    for plan in plans:
        if plan.rule.timing is PlanTiming.AFTER_READING:
            continue
        if plan.company_id not in calendars:
            last = Month.of(today).plus(LOOK_AHEAD_MONTHS).first_date
            calendars[plan.company_id] = calendar.working_days(
                Month.of(today).plus(-2).first_date, last, plan.company_id
            )
        first = Month.of(max(today, plan.active_from)).plus(-2)
        done = settled.get(plan.id, frozenset())
        months = [one for one in _months(first, _enough(plan, 1)) if one.number not in done]
        starts = _starts_on(plan, months, {}, calendars[plan.company_id])
        coming = next((start for start in starts if start.at >= after), None)
        if coming is not None:
            found[plan.id] = coming
    return found


def planned_start(plan: RunPlanRow, month: Month) -> PlannedStart | None:
    """The plan's start for a period; None where it has none."""
    return next(_starts(plan, [month]), None)


def _enough(plan: RunPlanRow, count: int) -> int:
    """Of how many months the first starts are certain to be among."""
    return min(LOOK_AHEAD_MONTHS, (count + 4) * 12 // max(len(plan.rule.months), 1))


def _starts(plan: RunPlanRow, months: Sequence[Month]) -> Iterator[PlannedStart]:
    """The starts for these periods that lie in the plan's own time, by period. Three queries at most, one for most plans."""
    months = [one for one in months if earliest_day(plan.rule, one) is not None]
    if not months:
        return
    readings: dict[Month, date] = {}
    if plan.rule.timing is PlanTiming.AFTER_READING:
        nothing = PeriodChoice(0, months[0].number, 1)
        readings = last_reading_days(scope_of(plan, nothing), plan.company_id, months)
    last = months[-1].plus(3).first_date
    days = calendar.working_days(months[0].first_date, last, plan.company_id)
    yield from _starts_on(plan, months, readings, days)


def _starts_on(
    plan: RunPlanRow, months: Iterable[Month], readings: Mapping[Month, date], days: calendar.WorkingDays
) -> Iterator[PlannedStart]:
    for month in months:
        day = planned_day(plan.rule, month, last_reading=readings.get(month), workdays=days.nth)
        if day is None or day < plan.active_from or (plan.last_date is not None and day > plan.last_date):
            continue
        at = timezone.make_aware(datetime.combine(day, time(plan.rule.hour)))
        if at >= plan.counts_from:
            yield PlannedStart(plan, month, at)


def _may_be_due(plan: RunPlanRow, month: Month, today: date) -> bool:
    first = earliest_day(plan.rule, month)
    return first is not None and first <= today


def _months(first: Month, count: int) -> Iterable[Month]:
    return (first.plus(offset) for offset in range(count))


def is_too_late(start: PlannedStart, now: datetime, hours: int) -> bool:
    """Whether a start that was not made in time is no longer caught up (超过补启动时限)."""
    return now - start.at > timedelta(hours=hours)
