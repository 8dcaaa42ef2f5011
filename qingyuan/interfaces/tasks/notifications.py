"""Background tasks of notices; what a dead worker left is deferred again."""

from procrastinate.contrib.django import app

from qingyuan.domains.notifications.operations.requests import QUEUE
from qingyuan.platform.jobs import reconciling
from qingyuan.workflows import queue_notices

reconciling.enter("notifications", queue_notices.reconcile)


@app.task(name=QUEUE)
def queue(company_id: int, chunk_no: int) -> None:
    """Queue the notices of a request (`chunk_no` is its id) to its end."""
    del company_id  # by it and the id `reconcile` finds the jobs that wait
    queue_notices.work_on(request_id=chunk_no)
