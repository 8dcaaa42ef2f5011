"""Reads of background jobs (任务查询)."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import F, Q, QuerySet

from qingyuan.kernel.actor import Actor
from qingyuan.kernel.errors import NotFound
from qingyuan.platform.jobs.models import Job, JobState
from qingyuan.platform.staff.queries import reach

LIST_LIMIT = 200


@dataclass(frozen=True, slots=True)
class JobRow:
    """A job as its page shows it. `error_code` has a sentence in the catalogues, `error_detail` is for the expert."""

    id: int
    kind: str
    title: str
    state: JobState
    done_count: int
    total_count: int
    message: str
    error_code: str
    error_detail: str
    arguments: Mapping[str, object]
    started_by_name: str
    company_id: int | None
    unit_id: int | None
    created_at: datetime
    started_at: datetime | None
    finished_at: datetime | None

    @property
    def percent(self) -> int:
        """Whole percent done; 0 while the total is unknown, 100 only when it is all done."""
        if self.state is JobState.DONE:
            return 100
        return min(99, 100 * self.done_count // self.total_count) if self.total_count else 0

    @property
    def is_ended(self) -> bool:
        return self.state in {JobState.DONE, JobState.FAILED, JobState.CANCELLED}


def get(job_id: int) -> JobRow:
    """One job, whoever asks (for the work itself). Raises NotFound."""
    return _found(Job.objects.filter(pk=job_id), job_id)


def within_reach(actor: Actor, job_id: int, *, on: date) -> JobRow:
    """One job for its page: one's own, or one that jobs.view reaches. Raises NotFound."""
    return _found(Job.objects.filter(_visible(actor, on), pk=job_id), job_id)


def jobs(
    actor: Actor, *, on: date, state: JobState | None = None, kind: str = "", limit: int = LIST_LIMIT
) -> tuple[JobRow, ...]:
    """Jobs newest first: one's own and those that jobs.view reaches."""
    rows = Job.objects.filter(_visible(actor, on))
    if state is not None:
        rows = rows.filter(state=state)
    if kind:
        rows = rows.filter(kind=kind)
    return tuple(_row(row) for row in rows.select_related("started_by").order_by("-id")[: min(limit, LIST_LIMIT)])


@dataclass(frozen=True, slots=True)
class JobPage:
    """Some of the jobs asked for, and how many there are."""

    rows: tuple[JobRow, ...]
    count: int


def jobs_page(
    actor: Actor,
    *,
    on: date,
    state: JobState | None = None,
    text: str = "",
    sort: str = "id",
    descending: bool = True,
    offset: int = 0,
    limit: int = 50,
) -> JobPage:
    """`jobs` a page at a time; `text` is part of a title. `sort` is one of id, title, started_at, finished_at."""
    rows = Job.objects.filter(_visible(actor, on))
    if state is not None:
        rows = rows.filter(state=state)
    if text:
        rows = rows.filter(title__icontains=text)
    column = F(sort)
    first = column.desc(nulls_last=True) if descending else column.asc(nulls_last=True)
    shown = rows.select_related("started_by").order_by(first, "-id")[offset : offset + limit]
    return JobPage(tuple(_row(row) for row in shown), rows.count())


def open_jobs(actor: Actor, *, on: date) -> tuple[JobRow, ...]:
    """What waits or runs now, newest first, for the top bar."""
    rows = Job.objects.filter(_visible(actor, on), state__in=(JobState.WAITING, JobState.RUNNING))
    return tuple(_row(row) for row in rows.select_related("started_by").order_by("-id")[:20])


def jobs_of_company(company_id: int, *, kind: str, limit: int = 5) -> tuple[JobRow, ...]:
    """The company's newest jobs of a kind that everybody in it may watch (the filling of the demo), newest first."""
    rows = Job.objects.filter(company_id=company_id, kind=kind).select_related("started_by")
    return tuple(_row(row) for row in rows.order_by("-id")[: min(limit, LIST_LIMIT)])


def _visible(actor: Actor, on: date) -> Q:
    seen = reach(actor, "jobs.view", on=on)
    if seen.everything:
        return Q()
    # A job of no unit is its whole company's: whoever reaches the company itself sees it.
    of_companies = Q(unit__isnull=True, company_id__in=seen.whole_unit_ids)
    return seen.condition() | of_companies | Q(started_by_id=actor.staff_id)


def _found(rows: QuerySet[Job], job_id: int) -> JobRow:
    row = rows.select_related("started_by").first()
    if row is None:
        raise NotFound(job=job_id)
    return _row(row)


def _row(row: Job) -> JobRow:
    return JobRow(
        id=row.pk,
        kind=row.kind,
        title=row.title,
        state=JobState(row.state),
        done_count=row.done_count,
        total_count=row.total_count,
        message=row.message,
        error_code=row.error_code,
        error_detail=row.error_detail,
        arguments=row.arguments,
        started_by_name=row.started_by.name if row.started_by else "",
        company_id=row.company_id,
        unit_id=row.unit_id,
        created_at=row.created_at,
        started_at=row.started_at,
        finished_at=row.finished_at,
    )
