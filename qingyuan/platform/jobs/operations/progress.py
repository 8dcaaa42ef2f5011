"""Background work and what people see of it (后台任务): start, progress, end."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from django.db import transaction
from django.db.models import F
from django.db.models.functions import Coalesce, Greatest, Now
from procrastinate.contrib.django import app

from qingyuan.kernel.actor import Actor
from qingyuan.kernel.errors import DomainError, NotFound
from qingyuan.platform.audit import operations as audit
from qingyuan.platform.audit.rules.changes import plain
from qingyuan.platform.jobs.models import Job, JobState

BROKE = "jobs.broke"
_OPEN = (JobState.WAITING, JobState.RUNNING)


def start(
    *,
    actor: Actor,
    kind: str,
    title: str,
    arguments: Mapping[str, object],
    task_name: str,
    total: int = 0,
    company_id: int | None = None,
    unit_id: int | None = None,
    queue: str = "default",
) -> int:
    """Make the job's row and defer its task in the same transaction; returns the job's id.

    The task is called with `job_id` and the arguments by name. `total` is the number of steps, 0 while unknown.
    """
    given = {name: plain(value) for name, value in arguments.items()}
    with transaction.atomic():
        job = Job.objects.create(
            kind=kind,
            title=title,
            company_id=actor.company_id if company_id is None else company_id,
            unit_id=actor.unit_id if unit_id is None else unit_id,
            started_by_id=actor.staff_id,
            arguments=given,
            total_count=total,
        )
        defer(task_name, queue=queue, job_id=job.pk, **given)
        audit.record(
            actor=actor,
            action="jobs.started",
            object_type="job",
            object_key=str(job.pk),
            company_id=job.company_id,
            unit_id=job.unit_id,
            after={"kind": kind, "title": title, "arguments": given},
        )
    return job.pk


def defer(task_name: str, *, queue: str = "default", **arguments: object) -> None:
    """Defer a task by name in the caller's transaction: it is worked after the commit, and never without one."""
    app.configure_task(task_name, allow_unknown=True, queue=queue).defer(
        **{name: plain(value) for name, value in arguments.items()}  # type: ignore[arg-type]
    )


def progress(job_id: int, done: int, total: int | None = None, message: str = "") -> None:
    """Say how far the work is; the first call makes it RUNNING. Ended jobs are left alone. Raises NotFound."""
    fields: dict[str, object] = {"done_count": done, "message": message[:200]}
    if total is not None:
        fields["total_count"] = total
    _update(job_id, JobState.RUNNING, **fields)


def advance(job_id: int, by: int = 1) -> None:
    """Add to what is done: for chunks that are worked at once by several workers. Raises NotFound."""
    _update(job_id, JobState.RUNNING, done_count=F("done_count") + by)


def finish(job_id: int, message: str = "") -> None:
    """The work is done. Raises NotFound."""
    _update(
        job_id, JobState.DONE, finished_at=Now(), done_count=_at_least_total(), message=message[:200], error_code=""
    )


def fail(job_id: int, code: str, detail: str) -> None:
    """The work ended with a refusal or an error; `detail` is for the log of the page. Raises NotFound."""
    _update(job_id, JobState.FAILED, finished_at=Now(), error_code=code, error_detail=detail)


@contextmanager
def working(job_id: int) -> Iterator[None]:
    """Around the whole work of a job that one task does: RUNNING, then DONE, or FAILED with the refusal's code.

    A DomainError ends here, since the page shows it; anything else is raised on, and the job says `jobs.broke`.
    """
    _update(job_id, JobState.RUNNING)
    try:
        yield
    except DomainError as error:
        fail(job_id, error.code, str(error))
    except Exception as error:
        fail(job_id, BROKE, f"{type(error).__name__}: {error}")
        raise
    else:
        finish(job_id)


def _update(job_id: int, state: JobState, **fields: object) -> None:
    changed = Job.objects.filter(pk=job_id, state__in=_OPEN).update(
        state=state, started_at=Coalesce("started_at", Now()), **fields
    )
    if not changed and not Job.objects.filter(pk=job_id).exists():
        raise NotFound(job=job_id)


def _at_least_total() -> Greatest:
    return Greatest(F("done_count"), F("total_count"))
