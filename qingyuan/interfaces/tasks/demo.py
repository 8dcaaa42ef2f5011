"""The background task that fills the demo utility at the first start."""

from django.utils import timezone
from procrastinate.contrib.django import app

from qingyuan.tools.demo import first_start


@app.task(name=first_start.FILL_TASK)
def fill(job_id: int) -> None:
    """Fill the demo city, with progress on the job's page and a line on the terminal for each step."""
    first_start.fill_in_background(job_id=job_id, today=timezone.localdate(), say=lambda line: print(line, flush=True))
