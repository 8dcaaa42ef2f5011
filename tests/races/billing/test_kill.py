"""A worker killed in mid-run: the run completes and comes to the same (real worker processes)."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date

import pytest
from django.db import connection

from qingyuan.domains.billing import operations as billing
from qingyuan.domains.billing.models import Bill, BillingRun, BillReversal, RunChunk, TierGroup
from qingyuan.domains.billing.rules.states import ChunkState, RunPurpose, RunState
from qingyuan.overviews.verify.every import verify_all
from qingyuan.workflows import run_billing
from tests.databases import raw_connection
from tests.factories.billing import (
    PricedTown,
    calculated_run,
    issue_run,
    make_billable_points,
    make_priced_town,
    read_month,
)
from tests.factories.platform import SYSTEM

pytestmark = pytest.mark.race
JANUARY = date(2025, 1, 20)


@contextmanager
def worker() -> Iterator[subprocess.Popen[bytes]]:
    """A real worker on the test's database."""
    entry = connection.settings_dict
    address = f"postgresql://{entry['USER']}@:{entry['PORT']}/{entry['NAME']}?host={entry['HOST']}"
    environment = {**os.environ, "DATABASE_URL": address, "DJANGO_SETTINGS_MODULE": "qingyuan.config.settings"}
    command = [sys.executable, "-m", "qingyuan.interfaces.commands.entry", "worker"]
    process = subprocess.Popen(command, env=environment, start_new_session=True)
    try:
        yield process
    finally:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()


def wait_for(condition: object, seconds: float = 90) -> None:
    """Until the callable says yes."""
    deadline = time.monotonic() + seconds
    while not condition():  # type: ignore[operator]
        assert time.monotonic() < deadline, "it takes too long"
        time.sleep(0.02)


def chunk_states(run_id: int) -> list[str]:
    return list(RunChunk.objects.filter(run_id=run_id).order_by("chunk_no").values_list("state", flat=True))


def kill_with_one_chunk_locked(process: subprocess.Popen[bytes], run_id: int, done: ChunkState, table: str) -> None:
    """Hold a row that the third chunk will need, wait till two chunks are done and the third hangs in it, and kill."""
    with raw_connection() as session:
        session.execute(f"LOCK TABLE {table} IN SHARE MODE")  # writers of the table wait
        wait_for(lambda: _someone_waits(process))
        states = chunk_states(run_id)
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        assert done not in states or states.count(done) < len(states)


def _someone_waits(process: subprocess.Popen[bytes]) -> bool:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
        )
        return int(cursor.fetchone()[0]) > 0


@pytest.fixture
def town(committed_db: str) -> tuple[PricedTown, int]:
    priced = make_priced_town()
    points = make_billable_points(priced, 6)
    return priced, read_month(priced, JANUARY, {point: str(140 + 10 * n) for n, point in enumerate(points)})


def test_killed_in_calculation_the_run_comes_to_the_same_hash(town: tuple[PricedTown, int]) -> None:
    priced, period = town
    undisturbed = calculated_run(priced, period, JANUARY, purpose=RunPurpose.REHEARSAL, chunk_size=2)
    run_id = run_billing.calculate(
        actor=SYSTEM,
        unit_id=priced.unit_id,
        period_id=period,
        purpose=RunPurpose.REAL,
        business_date=JANUARY,
        chunk_size=2,
    )
    assert run_billing.work_chunk(run_id=run_id, chunk_no=1, task=run_billing.CALCULATE)

    with worker() as process:
        kill_with_one_chunk_locked(process, run_id, ChunkState.CALCULATED, "run_item")
    assert chunk_states(run_id) == ["CALCULATED", "WAITING", "WAITING"]
    with worker():
        wait_for(lambda: BillingRun.objects.get(pk=run_id).state == RunState.CALCULATED)

    run = BillingRun.objects.get(pk=run_id)
    assert run.result_hash == undisturbed.result_hash
    assert run.totals == undisturbed.totals


def test_killed_in_issue_each_bill_is_there_once_and_the_books_hold(town: tuple[PricedTown, int]) -> None:
    priced, period = town
    run = calculated_run(priced, period, JANUARY, chunk_size=2)
    billing.check_run(actor=SYSTEM, run_id=run.pk, on=JANUARY)
    run_billing.issue(actor=SYSTEM, run_id=run.pk, posting_date=JANUARY)
    assert run_billing.work_chunk(run_id=run.pk, chunk_no=1, task=run_billing.ISSUE)

    with worker() as process:
        kill_with_one_chunk_locked(process, run.pk, ChunkState.ISSUED, "open_item")
    assert chunk_states(run.pk) == ["ISSUED", "CALCULATED", "CALCULATED"]
    assert Bill.objects.count() == 2
    with worker():
        wait_for(lambda: BillingRun.objects.get(pk=run.pk).state == RunState.ISSUED)

    run.refresh_from_db()
    assert Bill.objects.count() == 6
    assert run.totals["issued"] == 6
    assert sum(Bill.objects.values_list("amount", flat=True)) == sum(
        RunChunk.objects.filter(run=run).values_list("amount", flat=True)
    )
    assert [verdict.number for verdict in verify_all() if not verdict.holds] == []
    assert TierGroup.objects.count() == 6


def test_killed_in_undoing_each_bill_is_cancelled_once_and_the_books_hold(town: tuple[PricedTown, int]) -> None:
    priced, period = town
    run = issue_run(calculated_run(priced, period, JANUARY, chunk_size=2), JANUARY)
    run_billing.undo(actor=SYSTEM, run_id=run.pk, posting_date=JANUARY, reason="价格导错")
    assert run_billing.work_chunk(run_id=run.pk, chunk_no=1, task=run_billing.UNDO)

    with worker() as process:
        kill_with_one_chunk_locked(process, run.pk, ChunkState.UNDONE, "bill_reversal")
    assert chunk_states(run.pk) == ["UNDONE", "ISSUED", "ISSUED"]
    assert BillReversal.objects.count() == 2
    with worker():
        wait_for(lambda: BillingRun.objects.get(pk=run.pk).state == RunState.UNDONE)

    assert BillReversal.objects.count() == 6
    assert [verdict.number for verdict in verify_all() if not verdict.holds] == []


def test_two_workers_come_to_the_same_hash(town: tuple[PricedTown, int]) -> None:
    priced, period = town
    alone = calculated_run(priced, period, JANUARY, purpose=RunPurpose.REHEARSAL, chunk_size=100)
    run_id = run_billing.calculate(
        actor=SYSTEM,
        unit_id=priced.unit_id,
        period_id=period,
        purpose=RunPurpose.REAL,
        business_date=JANUARY,
        chunk_size=1,
    )

    with worker(), worker():
        wait_for(lambda: BillingRun.objects.get(pk=run_id).state == RunState.CALCULATED)

    assert BillingRun.objects.get(pk=run_id).result_hash == alone.result_hash
