"""Background tasks of billing: one chunk each, and the reconciling that makes up for lost jobs."""

from procrastinate.contrib.django import app

from qingyuan.workflows import run_billing


@app.task(name=run_billing.CALCULATE)
def calculate_chunk(run_id: int, chunk_no: int) -> None:
    """Calculate one chunk of a run."""
    run_billing.work_chunk(run_id=run_id, chunk_no=chunk_no, task=run_billing.CALCULATE)


@app.task(name=run_billing.ISSUE)
def issue_chunk(run_id: int, chunk_no: int) -> None:
    """Issue one chunk of a run."""
    run_billing.work_chunk(run_id=run_id, chunk_no=chunk_no, task=run_billing.ISSUE)


@app.periodic(cron="* * * * * */10")
@app.task(name="billing.reconcile", queueing_lock="billing.reconcile", pass_context=False)
def reconcile(timestamp: int) -> None:
    """Defer again what a dead worker left; at a worker's start and every ten seconds."""
    run_billing.reconcile()
