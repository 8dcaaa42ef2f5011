"""A plan's start happens once: two workers that come to it together, a person beside the worker, a worker killed on the way."""

import os
import signal
import subprocess
import sys
from collections.abc import Callable
from datetime import date, datetime

import pytest
from django.db import connection

from qingyuan.domains.billing import operations as billing
from qingyuan.domains.billing.models import BillingRun, RunPlan, ScheduledStart
from qingyuan.domains.billing.operations import AlreadyStarted
from qingyuan.kernel.period import Month
from qingyuan.workflows import run_billing, scheduled_runs
from tests.architecture.source import ROOT
from tests.databases import InThread, raw_connection
from tests.factories.billing import make_billable_points, make_priced_town, read_month
from tests.factories.platform import SYSTEM
from tests.factories.run_plans import local, make_run_plan
from tests.jobs import waiting_jobs
from tests.races.billing.dying_start import POINTS

pytestmark = pytest.mark.race
NOW = local(date(2025, 2, 3), 6)
JANUARY = Month(2025, 1)


@pytest.fixture
def plan_id(committed_db: str) -> int:
    """A plan that is due now, with something to bill."""
    priced = make_priced_town()
    read_month(priced, date(2025, 1, 20), {make_billable_points(priced, 1)[0]: "150"})
    return make_run_plan(priced.unit_id)


def start_due() -> int:
    return scheduled_runs.start_due(now=NOW)


def together(*calls: Callable[[], object]) -> list[object]:
    """What the calls return or raise: all are under way, and nobody has made a run, when all may go on."""
    with raw_connection() as session:
        session.execute("LOCK TABLE billing_run IN SHARE MODE")  # runs may be read, none can be made
        threads = [InThread(call) for call in calls]
        assert all(thread.is_blocked() for thread in threads)
    outcomes: list[object] = []
    for thread in threads:
        try:
            outcomes.append(thread.wait())
        except AlreadyStarted as error:
            outcomes.append(error)
    return outcomes


def unlocked(monkeypatch: pytest.MonkeyPatch) -> None:
    """The plan is read without being held."""
    monkeypatch.setattr(billing, "held_run_plan", lambda plan_id: RunPlan.objects.get(pk=plan_id))


def test_of_two_workers_one_starts_the_run(plan_id: int) -> None:
    assert sorted(together(start_due, start_due), key=repr) == [0, 1]

    assert (BillingRun.objects.count(), ScheduledStart.objects.count()) == (1, 1)
    assert [name for name, _given in waiting_jobs()] == [run_billing.BEGIN]


def test_of_a_worker_and_a_person_one_starts_the_run(plan_id: int) -> None:
    def by_hand() -> int:
        return scheduled_runs.start_now(actor=SYSTEM, plan_id=plan_id, month=JANUARY, now=NOW)

    together(start_due, by_hand)

    assert (BillingRun.objects.count(), ScheduledStart.objects.get().state) == (1, "STARTED")


def test_not_held_the_database_lets_one_start_in(plan_id: int, monkeypatch: pytest.MonkeyPatch) -> None:
    unlocked(monkeypatch)

    assert sorted(together(start_due, start_due), key=repr) == [0, 1]

    assert BillingRun.objects.count() == 1


def test_control_with_neither_guard_the_run_is_started_twice(plan_id: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Shows the race: were the plan not held and its starts not unique, both workers would start a run."""
    unlocked(monkeypatch)
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE scheduled_start DROP CONSTRAINT scheduled_start_once")

    assert together(start_due, start_due) == [1, 1]

    assert BillingRun.objects.count() == 2


def test_pause_waits_for_a_start_under_way(plan_id: int) -> None:
    with raw_connection() as session:
        session.execute("LOCK TABLE billing_run IN SHARE MODE")
        starting = InThread(start_due)
        assert starting.is_blocked()
        pausing = InThread(lambda: billing.pause_run_plan(actor=SYSTEM, plan_id=plan_id, on=NOW.date()))
        assert pausing.is_blocked()
    assert starting.wait() == 1
    pausing.wait()

    assert (RunPlan.objects.get().is_paused, ScheduledStart.objects.get().state) == (True, "STARTED")


@pytest.mark.parametrize("number", range(len(POINTS)), ids=[point.name for point in POINTS])
def test_worker_killed_on_the_way_leaves_start_and_run_or_neither(plan_id: int, number: int) -> None:
    died = _killed_at(number, NOW)

    assert died == -signal.SIGKILL
    made = (ScheduledStart.objects.count(), BillingRun.objects.count(), len(waiting_jobs()))
    assert made == ((1, 1, 1) if POINTS[number].when == "after-commit" else (0, 0, 0))

    start_due()

    assert (ScheduledStart.objects.get().state, BillingRun.objects.count(), len(waiting_jobs())) == ("STARTED", 1, 1)
    run_billing.work_here(run_id=BillingRun.objects.get().pk)
    assert BillingRun.objects.get().state == "CALCULATED"


def _killed_at(number: int, now: datetime) -> int:
    entry = connection.settings_dict
    address = f"postgresql://{entry['USER']}@:{entry['PORT']}/{entry['NAME']}?host={entry['HOST']}"
    environment = {**os.environ, "DATABASE_URL": address, "DJANGO_SETTINGS_MODULE": "qingyuan.config.settings"}
    command = [sys.executable, "-m", "tests.races.billing.dying_start", str(number), now.isoformat()]
    return subprocess.run(command, env=environment, cwd=ROOT, check=False, timeout=120).returncode
