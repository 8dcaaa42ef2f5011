"""What the first start of an empty database does: the demo company at once, its city in the background."""

from collections.abc import Callable
from datetime import date

from django.db import transaction

from qingyuan.kernel.actor import system_actor
from qingyuan.platform.jobs import operations as jobs
from qingyuan.platform.jobs import queries as job_queries
from qingyuan.platform.jobs.models import JobState
from qingyuan.platform.organisation import queries as units
from qingyuan.tools.demo import company
from qingyuan.tools.demo.fill import DEFAULT_ACCOUNTS, DEFAULT_MONTHS, fill, founded_on, last_month_played

FILL_TASK = "demo.fill"
TITLE = "演示数据"


def begin(*, on: date) -> bool:
    """Make the demo company in an empty database and defer the filling of its city, in one transaction.

    `on` is today: the company exists long enough for its past months to be billed. In a demo database whose filling
    failed, the filling is deferred again. False, and nothing done, where there is anything else.
    """
    with transaction.atomic():
        if units.root() is None:
            company.found(on=founded_on(on))
        elif not _failed_before(on):
            return False
        jobs.start(
            actor=system_actor("demo", company_id=units.unit_by_code(company.CODE).id),
            kind=FILL_TASK,
            title=TITLE,
            arguments={},
            task_name=FILL_TASK,
        )
    return True


def _failed_before(on: date) -> bool:
    if not company.is_there():
        return False
    last = job_queries.jobs(system_actor("demo"), on=on, kind=FILL_TASK, limit=1)
    return bool(last) and last[0].state is JobState.FAILED


def fill_in_background(*, job_id: int, today: date, say: Callable[[str], None]) -> None:
    """Fill the city with the default size up to the last whole month, reporting to the job and to `say`."""

    def report(done: int, total: int, message: str) -> None:
        jobs.progress(job_id, done, total, message)
        say(f"  演示数据 {done}/{total} {message}")

    with jobs.working(job_id):
        fill(
            accounts=DEFAULT_ACCOUNTS,
            month_count=DEFAULT_MONTHS,
            last=last_month_played(today),
            today=today,
            report=report,
        )
