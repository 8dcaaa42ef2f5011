"""The start page (工作台): what waits for this person, today's figures, what runs, what to do first.

Everything is counted within the reach of the permission that the work needs. Whatever the person does not hold is not
asked for: the counters that remain go to the database as one statement.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime

from qingyuan.domains.payments.queries import SessionRow, open_session_of
from qingyuan.kernel.actor import Actor
from qingyuan.overviews.workbench_counters import COUNTERS, Counted, counted
from qingyuan.platform.jobs.models import JobState
from qingyuan.platform.jobs.queries import JobRow, jobs, jobs_of_company, open_jobs
from qingyuan.platform.staff.queries import reaches, roles

DEMO_JOB = "demo.fill"


@dataclass(frozen=True, slots=True)
class FirstSteps:
    """What a new company has already: shown until there is an account."""

    has_units: bool
    has_profile: bool
    has_staff: bool
    has_prices: bool
    has_books: bool


@dataclass(frozen=True, slots=True)
class Workbench:
    """The page. `counts` holds what the person may see, by the counter's name.

    `first_steps` is None once there is an account, while the demo utility is being filled, and above all companies.
    """

    counts: dict[str, Counted]
    shift: SessionRow | None
    jobs: tuple[JobRow, ...]
    failed_jobs: tuple[JobRow, ...]
    first_steps: FirstSteps | None
    has_profile: bool
    is_period_open: bool
    roles_with_news: int


def workbench(actor: Actor, permissions: Collection[str], *, on: date, since: datetime) -> Workbench:
    """The start page of this person. `since`: when today began in the office's time zone."""
    asked = [one for one in COUNTERS.values() if not one.permission or one.permission in permissions]
    reached = reaches(actor, {one.permission for one in asked if one.permission}, on=on)
    counts = counted(asked, reached, actor, on=on, since=since)
    running = jobs_of(actor, on=on)
    is_new = actor.company_id is not None and not counts["any_account"].count and not running
    return Workbench(
        counts=counts,
        shift=open_session_of(actor) if "payments.take" in permissions else None,
        jobs=running,
        failed_jobs=_failed(actor, on, since) if "jobs.view" in permissions else (),
        first_steps=_first_steps(counts) if is_new else None,
        has_profile=actor.company_id is None or counts["profile"].count > 0,
        roles_with_news=sum(1 for one in roles() if one.news) if "roles.edit" in permissions else 0,
        is_period_open=actor.company_id is None or counts["period_open"].count > 0,
    )


def jobs_of(actor: Actor, *, on: date) -> tuple[JobRow, ...]:
    """What waits or runs, newest first: one's own, those within reach, and the filling of the demo for everybody."""
    found = {one.id: one for one in open_jobs(actor, on=on)}
    if actor.company_id is not None:
        found |= {one.id: one for one in jobs_of_company(actor.company_id, kind=DEMO_JOB) if not one.is_ended}
    return tuple(sorted(found.values(), key=lambda one: -one.id))


def _failed(actor: Actor, on: date, since: datetime) -> tuple[JobRow, ...]:
    """Jobs within reach that failed today."""
    rows = jobs(actor, on=on, state=JobState.FAILED, limit=5)
    return tuple(one for one in rows if one.finished_at is not None and one.finished_at >= since)


def _first_steps(counts: dict[str, Counted]) -> FirstSteps:
    return FirstSteps(
        has_units=counts["units"].count > 1,
        has_profile=counts["profile"].count > 0,
        has_staff=counts["people"].count > 1,
        has_prices=counts["any_price"].count > 0,
        has_books=counts["any_book"].count > 0,
    )
