"""What plans of billing runs start and when: once for each period, in the maker's name, caught up or missed, failed with a reason."""

from datetime import date, datetime, timedelta

import pytest

from qingyuan.domains.billing import operations as billing
from qingyuan.domains.billing.models import Bill, BillingRun, RunPlan, ScheduledStart
from qingyuan.domains.billing.operations.run_plans import RunPlanBookRefused, RunPlanExists, RunPlanRefused
from qingyuan.domains.billing.operations.scheduled_starts import AlreadyStarted, NothingToLeave
from qingyuan.domains.billing.queries.run_plans import run_plan
from qingyuan.domains.billing.rules.run_plans import PlanBusinessDate, PlanTiming
from qingyuan.domains.billing.rules.states import RunPurpose, RunState
from qingyuan.domains.readings.models import ReadingTask
from qingyuan.domains.routes.models import Book
from qingyuan.domains.routes.rules.cycle import Cycle
from qingyuan.kernel.errors import NotFound, NotPermitted, StaleEdit
from qingyuan.kernel.period import Month
from qingyuan.overviews.run_plan_dates import next_start_of, next_starts
from qingyuan.platform.audit.models import AuditEntry
from qingyuan.platform.calendar import operations as calendar
from qingyuan.platform.calendar.models import DayKind
from qingyuan.platform.staff.models import Staff
from qingyuan.workflows import run_billing, scheduled_runs
from qingyuan.workflows.scheduled_runs import NothingReadYet
from tests.factories.billing import (
    PricedTown,
    calculated_run,
    make_billable_points,
    make_priced_town,
    read_month,
)
from tests.factories.platform import SYSTEM, make_person
from tests.factories.readings import make_book, plan
from tests.factories.run_plans import MADE, local, make_run_plan, plan_values

pytestmark = pytest.mark.django_db
JANUARY, FEBRUARY = date(2025, 1, 20), date(2025, 2, 20)
DUE = date(2025, 2, 3)


@pytest.fixture
def priced(db: None) -> PricedTown:
    return make_priced_town()


def read_january(priced: PricedTown) -> int:
    one, other = make_billable_points(priced, 2)
    return read_month(priced, JANUARY, {one: "260", other: "560"})


def at(day: date, hour: int, minute: int = 0) -> datetime:
    return local(day, hour, minute)


def only_start() -> ScheduledStart:
    return ScheduledStart.objects.get()


def test_run_starts_when_its_hour_has_come_and_only_once(priced: PricedTown) -> None:
    period = read_january(priced)
    make_run_plan(priced.unit_id)

    assert scheduled_runs.start_due(now=at(DUE, 5, 59)) == 0
    assert not BillingRun.objects.exists()
    assert scheduled_runs.start_due(now=at(DUE, 6, 0)) == 1
    assert scheduled_runs.start_due(now=at(DUE, 6, 1)) == 0
    assert scheduled_runs.start_due(now=at(DUE + timedelta(days=20), 6)) == 0

    run = BillingRun.objects.get()
    start = only_start()
    assert (start.state, start.run_id, start.yyyymm, start.planned_at) == ("STARTED", run.pk, 202501, at(DUE, 6))
    assert (run.purpose, run.period_id, run.business_date) == ("REHEARSAL", period, DUE)
    assert run.selection["books"] == [priced.town.book_id] and run.selection["with_earlier"] is True
    run_billing.work_here(run_id=run.pk)
    run.refresh_from_db()
    assert (run.state, run.totals["bills"]) == (RunState.CALCULATED, 2)


def test_real_run_waits_for_a_person_after_it_is_calculated(priced: PricedTown) -> None:
    read_january(priced)
    make_run_plan(priced.unit_id, purpose=RunPurpose.REAL, business_date_rule=PlanBusinessDate.PERIOD_END)

    scheduled_runs.start_due(now=at(DUE, 6))
    run = BillingRun.objects.get()
    run_billing.work_here(run_id=run.pk)
    scheduled_runs.start_due(now=at(DUE, 23))

    run.refresh_from_db()
    assert (run.state, run.business_date) == (RunState.CALCULATED, date(2025, 1, 31))
    assert not Bill.objects.exists()


def test_start_is_caught_up_within_the_window_with_the_planned_day_as_business_date(priced: PricedTown) -> None:
    read_january(priced)
    make_run_plan(priced.unit_id)

    scheduled_runs.start_due(now=at(DUE + timedelta(days=1), 6))  # 24 hours late, to the minute

    assert (only_start().state, BillingRun.objects.get().business_date) == ("STARTED", DUE)


def test_start_later_than_the_window_is_missed_and_can_be_made_by_hand(priced: PricedTown) -> None:
    read_january(priced)
    plan_id = make_run_plan(priced.unit_id)
    late = at(DUE + timedelta(days=1), 6, 1)

    scheduled_runs.start_due(now=late)

    start = only_start()
    assert (start.state, start.run_id, start.error_code) == ("MISSED", None, "billing.run_plan_missed")
    assert not BillingRun.objects.exists()
    run_id = scheduled_runs.start_now(actor=SYSTEM, plan_id=plan_id, month=Month(2025, 1), now=late)
    assert (only_start().state, only_start().run_id) == ("STARTED", run_id)
    with pytest.raises(AlreadyStarted):
        scheduled_runs.start_now(actor=SYSTEM, plan_id=plan_id, month=Month(2025, 1), now=late)
    assert BillingRun.objects.count() == 1


def test_machine_off_for_months_starts_the_last_and_says_the_others_were_missed(priced: PricedTown) -> None:
    read_january(priced)
    make_run_plan(priced.unit_id, made=date(2024, 10, 1), active_from=date(2024, 10, 1))

    scheduled_runs.start_due(now=at(DUE, 7))

    states = list(ScheduledStart.objects.order_by("yyyymm").values_list("yyyymm", "state"))
    assert states == [
        (202409, "MISSED"),
        (202410, "MISSED"),
        (202411, "MISSED"),
        (202412, "MISSED"),
        (202501, "STARTED"),
    ]


def test_nothing_read_is_a_failure_with_what_waits_and_succeeds_when_tried_again(priced: PricedTown) -> None:
    one, _other = make_billable_points(priced, 2)
    plan(priced.town, JANUARY)
    plan_id = make_run_plan(priced.unit_id)

    scheduled_runs.start_due(now=at(DUE, 6))

    start = only_start()
    assert (start.state, start.error_code) == ("FAILED", "billing.run_plan_nothing_read")
    assert start.error_params == {"period": "2025-01", "waiting": 2}
    scheduled_runs.start_due(now=at(DUE, 7))
    assert only_start().state == "FAILED"  # it waits for a person, and is not tried every minute
    with pytest.raises(NothingReadYet):
        scheduled_runs.start_now(actor=SYSTEM, plan_id=plan_id, month=Month(2025, 1), now=at(DUE, 8))
    assert only_start().error_code == "billing.run_plan_nothing_read"

    read_month(priced, JANUARY, {one: "260"})
    scheduled_runs.start_now(actor=SYSTEM, plan_id=plan_id, month=Month(2025, 1), now=at(DUE, 9))

    assert (only_start().state, only_start().error_code, only_start().waiting_count) == ("STARTED", "", 1)


def test_no_reading_period_is_a_failure(priced: PricedTown) -> None:
    make_run_plan(priced.unit_id)

    scheduled_runs.start_due(now=at(DUE, 6))

    assert (only_start().state, only_start().error_code) == ("FAILED", "billing.run_plan_no_period")


def test_books_in_another_unissued_run_are_a_failure_that_names_it(priced: PricedTown) -> None:
    period = read_january(priced)
    other = calculated_run(priced, period, JANUARY)
    make_run_plan(priced.unit_id, purpose=RunPurpose.REAL)

    scheduled_runs.start_due(now=at(DUE, 6))

    start = only_start()
    assert (start.state, start.error_code, start.error_params["run"]) == ("FAILED", "billing.book_taken", other.run_no)
    assert list(BillingRun.objects.values_list("pk", flat=True)) == [other.pk]


@pytest.mark.parametrize("lost", ["account", "role"])
def test_plan_whose_person_may_no_longer_start_runs_fails_and_says_who(priced: PricedTown, lost: str) -> None:
    read_january(priced)
    maker = make_person(priced.unit_id, "billing.run")
    make_run_plan(priced.unit_id, actor=maker)
    if lost == "account":
        Staff.objects.filter(name=maker.name).update(is_active=False)
    else:
        Staff.objects.get(name=maker.name).assignments.update(to_date=JANUARY)

    scheduled_runs.start_due(now=at(DUE, 6))

    start = only_start()
    assert (start.state, start.error_code) == ("FAILED", "billing.run_plan_not_permitted")
    assert start.error_params["person"] == maker.name
    assert not BillingRun.objects.exists()


def test_run_stands_in_the_name_of_who_saved_the_plan_last(priced: PricedTown) -> None:
    read_january(priced)
    maker, other = make_person(priced.unit_id, "billing.run"), make_person(priced.unit_id, "billing.run")
    plan_id = make_run_plan(priced.unit_id, actor=maker)
    billing.change_run_plan(
        actor=other, plan_id=plan_id, version=1, values=plan_values(priced.unit_id), at=at(MADE, 9), on=MADE
    )

    scheduled_runs.start_due(now=at(DUE, 6))

    assert BillingRun.objects.get().created_by_id == other.staff_id
    assert RunPlan.objects.get().created_by_id == maker.staff_id


def test_one_plan_that_fails_keeps_no_other_from_starting(priced: PricedTown) -> None:
    make_run_plan(priced.town.utility.west_id, name="西所")
    read_january(priced)
    make_run_plan(priced.unit_id, name="东所")

    assert scheduled_runs.start_due(now=at(DUE, 6)) == 2

    states = dict(ScheduledStart.objects.values_list("plan__name", "state"))
    assert states == {"西所": "FAILED", "东所": "STARTED"}


def test_paused_plan_starts_nothing_and_does_not_catch_up_when_resumed(priced: PricedTown) -> None:
    read_january(priced)
    plan_id = make_run_plan(priced.unit_id)
    billing.pause_run_plan(actor=SYSTEM, plan_id=plan_id, on=MADE)

    scheduled_runs.start_due(now=at(DUE, 6))
    billing.resume_run_plan(actor=SYSTEM, plan_id=plan_id, at=at(DUE, 7), on=DUE)
    scheduled_runs.start_due(now=at(DUE, 8))

    assert only_start().state == "PAUSED"
    assert not BillingRun.objects.exists()
    assert next_starts(run_plan(plan_id), at(DUE, 8), 1)[0].at == at(date(2025, 3, 3), 6)


def test_resumed_before_the_worker_came_by_nothing_of_the_pause_is_caught_up(priced: PricedTown) -> None:
    read_january(priced)
    plan_id = make_run_plan(priced.unit_id)
    billing.pause_run_plan(actor=SYSTEM, plan_id=plan_id, on=MADE)
    billing.resume_run_plan(actor=SYSTEM, plan_id=plan_id, at=at(DUE, 7), on=DUE)

    assert scheduled_runs.start_due(now=at(DUE, 8)) == 0


def test_day_moved_into_the_past_starts_nothing_at_once(priced: PricedTown) -> None:
    read_january(priced)
    plan_id = make_run_plan(priced.unit_id, day=10)
    moved = date(2025, 2, 5)
    billing.change_run_plan(
        actor=SYSTEM, plan_id=plan_id, version=1, values=plan_values(priced.unit_id, day=5), at=at(moved, 8), on=moved
    )

    assert scheduled_runs.start_due(now=at(moved, 8, 1)) == 0


@pytest.mark.parametrize("day", [date(2025, 2, 4), date(2025, 12, 31)])
def test_plan_starts_nothing_outside_its_days(priced: PricedTown, day: date) -> None:
    read_january(priced)
    make_run_plan(priced.unit_id, active_from=date(2025, 2, 4), last_date=date(2025, 3, 2))

    assert scheduled_runs.start_due(now=at(day, 12)) == 0
    assert not ScheduledStart.objects.exists()


def test_scope_of_the_plan_is_that_of_the_run(priced: PricedTown) -> None:
    company, unit = priced.company_id, priced.unit_id
    other = make_book(company, unit, "01-B", months_interval=2, phase_month=1)
    points = [*make_billable_points(priced, 1), *make_billable_points(priced, 1, prefix="Q", book_id=other)]
    read_month(priced, JANUARY, dict.fromkeys(points, "150"))
    make_run_plan(unit, name="双月", cycle=Cycle(2, 1))
    make_run_plan(company, name="全部")
    make_run_plan(unit, name="一册", book_ids=[priced.town.book_id])

    scheduled_runs.start_due(now=at(DUE, 6))

    books = {
        start.plan.name: start.run.selection["books"]
        for start in ScheduledStart.objects.select_related("run")
        if start.run
    }
    assert books == {"双月": [other], "全部": [priced.town.book_id, other], "一册": [priced.town.book_id]}


def test_next_starts_pass_over_holidays_and_months_without_reading(priced: PricedTown) -> None:
    for day in (date(2025, 3, 3), date(2025, 3, 4)):
        calendar.set_day(
            actor=SYSTEM, day=day, kind=DayKind.HOLIDAY, name="停电", company_id=priced.company_id, on=MADE
        )
    plan_id = make_run_plan(priced.unit_id, on_workdays=True, cycle=Cycle(2, 2))

    found = next_starts(run_plan(plan_id), at(MADE, 9), 3)

    assert [(one.month.number, one.at) for one in found] == [
        (202502, at(date(2025, 3, 5), 6)),
        (202504, at(date(2025, 5, 5), 6)),  # the 3rd is a Saturday
        (202506, at(date(2025, 7, 3), 6)),
    ]
    assert next_start_of([run_plan(plan_id)], at(MADE, 9)) == {plan_id: found[0]}


def test_after_reading_follows_the_tasks_and_before_there_are_any_the_books_own_day(priced: PricedTown) -> None:
    Book.objects.filter(pk=priced.town.book_id).update(reading_day=12)
    make_billable_points(priced, 1)
    plan_id = make_run_plan(priced.unit_id, timing=PlanTiming.AFTER_READING, day=1, months_back=0)

    before = next_starts(run_plan(plan_id), at(MADE, 9), 1)[0]
    plan(priced.town, JANUARY)
    after = next_starts(run_plan(plan_id), at(MADE, 9), 1)[0]

    assert (before.at, after.at) == (at(date(2025, 1, 13), 6), at(date(2025, 1, 21), 6))
    ReadingTask.objects.update(planned_date=date(2025, 1, 24))  # a Friday
    assert next_starts(run_plan(plan_id), at(MADE, 9), 1)[0].at == at(date(2025, 1, 27), 6)


def test_start_made_by_hand_before_its_time_is_not_made_again(priced: PricedTown) -> None:
    read_january(priced)
    plan_id = make_run_plan(priced.unit_id)
    early = at(date(2025, 1, 25), 9)

    scheduled_runs.start_now(actor=SYSTEM, plan_id=plan_id, month=Month(2025, 1), now=early)

    assert BillingRun.objects.get().business_date == date(2025, 1, 25)  # not a day that lies ahead
    assert scheduled_runs.start_due(now=at(DUE, 6)) == 0
    with pytest.raises(NotFound):
        scheduled_runs.start_now(actor=SYSTEM, plan_id=plan_id, month=Month(2024, 1), now=early)


def test_failed_start_can_be_left_and_waits_for_nobody_then(priced: PricedTown) -> None:
    plan_id = make_run_plan(priced.unit_id)
    scheduled_runs.start_due(now=at(DUE, 6))

    billing.leave_start(actor=SYSTEM, plan_id=plan_id, month=Month(2025, 1), at=at(DUE, 9), on=DUE)

    assert only_start().state == "LEFT"
    with pytest.raises(NothingToLeave):
        billing.leave_start(actor=SYSTEM, plan_id=plan_id, month=Month(2025, 1), at=at(DUE, 9), on=DUE)


def test_what_is_done_to_plans_needs_the_permission_at_their_unit(priced: PricedTown) -> None:
    east, west = priced.unit_id, priced.town.utility.west_id
    plan_id = make_run_plan(east)
    stranger = make_person(west, "billing.run")
    month = Month(2025, 1)

    for act in (
        lambda: billing.create_run_plan(actor=stranger, values=plan_values(east, name="x"), at=at(MADE, 9), on=MADE),
        lambda: billing.change_run_plan(
            actor=stranger, plan_id=plan_id, version=1, values=plan_values(west), at=at(MADE, 9), on=MADE
        ),
        lambda: billing.pause_run_plan(actor=stranger, plan_id=plan_id, on=MADE),
        lambda: billing.resume_run_plan(actor=stranger, plan_id=plan_id, at=at(MADE, 9), on=MADE),
        lambda: billing.leave_start(actor=stranger, plan_id=plan_id, month=month, at=at(MADE, 9), on=MADE),
        lambda: scheduled_runs.start_now(actor=stranger, plan_id=plan_id, month=month, now=at(MADE, 9)),
    ):
        with pytest.raises(NotPermitted):
            act()
    assert RunPlan.objects.get().version == 1 and not ScheduledStart.objects.exists()


def test_refusals_of_what_a_plan_may_not_say(priced: PricedTown) -> None:
    make_run_plan(priced.unit_id)
    far = make_book(priced.company_id, priced.town.utility.west_id, "01-W")

    for refusal, values in (
        (RunPlanExists, plan_values(priced.unit_id)),
        (RunPlanRefused, plan_values(priced.unit_id, name="b", day=32)),
        (RunPlanRefused, plan_values(priced.unit_id, name="c", last_date=date(2025, 1, 1))),
        (RunPlanBookRefused, plan_values(priced.unit_id, name="d", book_ids=[far])),
        (NotFound, plan_values(priced.unit_id, name="e", area_id=10**9)),
    ):
        with pytest.raises(refusal):
            billing.create_run_plan(actor=SYSTEM, values=values, at=at(MADE, 9), on=MADE)
    assert RunPlan.objects.count() == 1


def test_stale_edit_is_refused(priced: PricedTown) -> None:
    plan_id = make_run_plan(priced.unit_id)
    billing.pause_run_plan(actor=SYSTEM, plan_id=plan_id, on=MADE)
    with pytest.raises(StaleEdit):
        billing.change_run_plan(
            actor=SYSTEM, plan_id=plan_id, version=1, values=plan_values(priced.unit_id), at=at(MADE, 9), on=MADE
        )


def test_every_act_is_in_the_trail(priced: PricedTown) -> None:
    plan_id = make_run_plan(priced.unit_id)
    billing.pause_run_plan(actor=SYSTEM, plan_id=plan_id, on=MADE)
    billing.resume_run_plan(actor=SYSTEM, plan_id=plan_id, at=at(MADE, 9), on=MADE)
    scheduled_runs.start_due(now=at(DUE, 6))
    read_january(priced)
    scheduled_runs.start_now(actor=SYSTEM, plan_id=plan_id, month=Month(2025, 1), now=at(DUE, 9))

    actions = list(AuditEntry.objects.filter(object_type="run_plan").order_by("id").values_list("action", flat=True))
    assert actions == [
        "billing.run_plan_created",
        "billing.run_plan_paused",
        "billing.run_plan_resumed",
        "billing.scheduled_start_unmade",
        "billing.scheduled_start_made",
    ]
