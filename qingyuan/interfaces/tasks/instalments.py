"""The day of instalment agreements."""

from django.utils import timezone
from procrastinate.contrib.django import app

from qingyuan.domains.ledger import operations as ledger
from qingyuan.kernel.actor import system_actor


@app.periodic(cron="10 * * * *")
@app.task(name="ledger.close_instalment_plans")
def close_instalment_plans(timestamp: int) -> None:
    """Close agreements that are paid in full or broken: every hour, so that none waits for a worker that slept at night."""
    ledger.close_plans(actor=system_actor("instalment agreements", origin="worker"), on=timezone.localdate())
