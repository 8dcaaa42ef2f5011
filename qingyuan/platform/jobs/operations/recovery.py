"""After a crash (崩溃恢复): work that nobody does any more is taken up again."""

import json
import logging

from procrastinate.contrib.django import app
from procrastinate.jobs import Job as DeferredJob
from procrastinate.jobs import Status
from procrastinate.utils import utcnow

from qingyuan.platform.jobs import reconciling
from qingyuan.platform.jobs.models import Job, JobState

MOST_ATTEMPTS = 5
_log = logging.getLogger(__name__)


def reconcile() -> dict[str, int]:
    """Call every domain's reconciler; returns how many pieces each deferred again.

    One that fails does not keep the others from running; what failed is raised at the end, together.
    """
    found: dict[str, int] = {}
    errors: list[Exception] = []
    for name, reconciler in reconciling.known().items():
        try:
            found[name] = reconciler()
        except Exception as error:  # noqa: BLE001  # logged, and raised below with the others
            _log.exception("reconciler %s failed", name)
            errors.append(error)
    if errors:
        raise ExceptionGroup("reconcilers failed", errors)
    return found


async def rescue_stalled(*, seconds_since_heartbeat: int = 30) -> int:
    """Let deferred jobs whose worker is dead run again; one that killed its worker five times is given up.

    Returns how many were taken up.
    """
    stalled = await app.job_manager.get_stalled_jobs(seconds_since_heartbeat=seconds_since_heartbeat)
    rescued = 0
    for one in stalled:
        if one.id is None:
            continue
        if one.attempts + 1 >= MOST_ATTEMPTS:
            await _give_up(one, one.id)
        else:
            await app.job_manager.retry_job(one, retry_at=utcnow())
            rescued += 1
    return rescued


async def _give_up(one: DeferredJob, deferred_id: int) -> None:
    _log.error("task %s killed its worker %s times: given up", one.task_name, MOST_ATTEMPTS)
    await app.job_manager.finish_job_by_id_async(deferred_id, Status.FAILED, delete_job=False)
    job_id = _job_id(one.task_kwargs)
    if job_id is not None:
        await Job.objects.filter(pk=job_id, state__in=(JobState.WAITING, JobState.RUNNING)).aupdate(
            state=JobState.FAILED, error_code="jobs.killed_workers", error_detail=one.task_name
        )


def _job_id(arguments: object) -> int | None:
    """The job's id among a task's arguments, which Django's connection gives as text, the worker's own as a dict."""
    given = json.loads(arguments) if isinstance(arguments, str) else arguments
    job_id = given.get("job_id") if isinstance(given, dict) else None
    return job_id if isinstance(job_id, int) else None
