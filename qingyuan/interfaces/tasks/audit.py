"""The audit chain's minute."""

from procrastinate.contrib.django import app

from qingyuan.platform.audit import operations as audit


@app.periodic(cron="* * * * *")
@app.task(name="audit.seal")
def seal(timestamp: int) -> None:
    """Seal what can no longer change."""
    audit.seal()
