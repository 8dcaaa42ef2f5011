"""Deferred jobs whose worker is dead run again."""

import pytest
from asgiref.sync import sync_to_async
from django.db import connection, connections

from qingyuan.platform.jobs import operations as jobs
from qingyuan.platform.jobs import queries
from qingyuan.platform.jobs.models import JobState
from tests.factories.platform import SYSTEM
from tests.jobs import run_coroutine, waiting_jobs


def _start() -> int:
    return jobs.start(actor=SYSTEM, kind="tests", title="x", arguments={}, task_name="audit.seal")


def _taken_by_a_dead_worker(attempts: int, seconds_ago: int = 60) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO procrastinate_workers (last_heartbeat) VALUES (now() - %s * interval '1 second') RETURNING id",
            [seconds_ago],
        )
        (worker_id,) = cursor.fetchone()
        cursor.execute(
            "UPDATE procrastinate_jobs SET status = 'doing', worker_id = %s, attempts = %s", [worker_id, attempts]
        )


def _rescue() -> int:
    async def rescue() -> int:
        try:
            return await jobs.rescue_stalled()
        finally:
            await sync_to_async(connections.close_all)()  # the loop's own thread keeps its connection else

    return run_coroutine(rescue())


@pytest.mark.parametrize(("seconds_ago", "rescued"), [(60, 1), (5, 0)])
def test_rescue_takes_up_the_jobs_of_dead_workers_only(committed_db: str, seconds_ago: int, rescued: int) -> None:
    job_id = _start()
    _taken_by_a_dead_worker(attempts=0, seconds_ago=seconds_ago)

    assert _rescue() == rescued

    assert waiting_jobs() == [("audit.seal", {"job_id": job_id})] * rescued


def test_rescue_gives_up_what_kills_its_worker_again_and_again(committed_db: str) -> None:
    job_id = _start()
    _taken_by_a_dead_worker(attempts=4)

    assert _rescue() == 0

    assert waiting_jobs() == []
    assert (queries.get(job_id).state, queries.get(job_id).error_code) == (JobState.FAILED, "jobs.killed_workers")
