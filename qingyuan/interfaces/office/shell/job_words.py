"""What jobs and their states are called, and how far a job is (后台任务用语)."""

from dataclasses import dataclass

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from qingyuan.interfaces.office.shell.chips import Chip, Tone
from qingyuan.interfaces.office.shell.details import Progress, Step, Stepper
from qingyuan.platform.jobs.models import JobState
from qingyuan.platform.jobs.queries import JobRow

STATES = {
    JobState.WAITING: Chip(gettext_lazy("waiting"), Tone.GREY),
    JobState.RUNNING: Chip(gettext_lazy("running"), Tone.BLUE),
    JobState.DONE: Chip(gettext_lazy("done"), Tone.GREEN),
    JobState.FAILED: Chip(gettext_lazy("failed"), Tone.RED),
    JobState.CANCELLED: Chip(gettext_lazy("cancelled"), Tone.GREY),
}
TITLES = {
    "demo.fill": gettext_lazy("Filling the demo utility"),
    "billing.work_run": gettext_lazy("Billing run"),
    "simulations.begin": gettext_lazy("Price simulation"),
}
"""Kinds of jobs whose stored title is a number or a fixed word."""

_SECOND_STEP = {
    JobState.WAITING: "waiting",
    JobState.RUNNING: "current",
    JobState.DONE: "done",
    JobState.FAILED: "failed",
    JobState.CANCELLED: "failed",
}


@dataclass(frozen=True, slots=True)
class RunningJob:
    """A job that waits or runs, as the start page shows it. `percent` is None while the total is unknown."""

    title: str
    state: Chip
    percent: int | None
    message: str
    url: str


def running_job(row: JobRow, *, linked: bool) -> RunningJob:
    """The job in a line; `linked` to its page for whoever may open it."""
    return RunningJob(
        title=job_title(row),
        state=STATES[row.state],
        percent=row.percent if row.total_count else None,
        message=row.message,
        url=reverse("jobs:detail", args=[row.id]) if linked else "",
    )


def job_title(row: JobRow) -> str:
    """What the job does, in the reader's language, with the title it was given where that says more."""
    known = TITLES.get(row.kind)
    if known is None:
        return row.title
    return str(known) if row.kind == "demo.fill" else f"{known} {row.title}"


def stepper_of(row: JobRow, poll_url: str) -> Stepper:
    """How far the job is; asked again every two seconds until it has ended."""
    begun = row.state is not JobState.WAITING
    return Stepper(
        key=f"job-{row.id}",
        steps=(
            Step(_("Waiting for a worker"), "done" if begun else "current"),
            Step(_("In work"), _SECOND_STEP[row.state]),
            Step(_("Done"), "done" if row.state is JobState.DONE else "waiting"),
        ),
        progress=Progress(row.done_count, row.total_count, row.message) if row.total_count else None,
        poll_url="" if row.is_ended else poll_url,
        reload_when_done=True,
    )
