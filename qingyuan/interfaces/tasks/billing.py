"""Background tasks of billing: a stage of a run, and one chunk each; what a dead worker left is deferred again."""

from procrastinate.contrib.django import app

from qingyuan.platform.jobs import reconciling
from qingyuan.workflows import run_billing

reconciling.enter("billing", run_billing.reconcile)


@app.task(name=run_billing.BEGIN)
def work_run(job_id: int, run_id: int) -> None:
    """Defer the chunks of a run's present stage."""
    run_billing.begin(run_id=run_id)


@app.task(name=run_billing.CALCULATE)
def calculate_chunk(run_id: int, chunk_no: int) -> None:
    """Calculate a chunk of a run, and others that are free."""
    run_billing.work_on(run_id=run_id, chunk_no=chunk_no, task=run_billing.CALCULATE)


@app.task(name=run_billing.ISSUE)
def issue_chunk(run_id: int, chunk_no: int) -> None:
    """Issue a chunk of a run, and others that are free."""
    run_billing.work_on(run_id=run_id, chunk_no=chunk_no, task=run_billing.ISSUE)


@app.task(name=run_billing.UNDO)
def undo_chunk(run_id: int, chunk_no: int) -> None:
    """Undo a chunk of an issued run, and others that are free."""
    run_billing.work_on(run_id=run_id, chunk_no=chunk_no, task=run_billing.UNDO)
