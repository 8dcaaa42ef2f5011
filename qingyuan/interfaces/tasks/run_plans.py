"""The background task that starts what plans of billing runs have due."""

from django.utils import timezone
from procrastinate.contrib.django import app

from qingyuan.workflows import scheduled_runs


@app.periodic(cron="* * * * *")
@app.task(name="billing.start_plans")
def start_plans(timestamp: int) -> None:
    """Start what is due. By the clock and not by the job's own minute: one that lay in the queue must not pass for in time."""
    scheduled_runs.start_due(now=timezone.now())
