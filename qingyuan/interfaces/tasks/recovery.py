"""Taking up again what a dead worker left."""

from procrastinate.contrib.django import app

from qingyuan.platform.jobs import operations as jobs


@app.periodic(cron="* * * * * */10")
@app.task(name="jobs.reconcile")
def reconcile(timestamp: int) -> None:
    """Defer unfinished chunks that nobody works on."""
    jobs.reconcile()


@app.periodic(cron="* * * * * */15")
@app.task(name="jobs.rescue")
async def rescue(timestamp: int) -> None:
    """Let the jobs of dead workers run again."""
    await jobs.rescue_stalled()
