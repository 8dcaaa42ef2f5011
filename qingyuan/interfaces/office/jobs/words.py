"""What states of jobs are called, and how far a job is."""

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
_SECOND_STEP = {
    JobState.WAITING: "waiting",
    JobState.RUNNING: "current",
    JobState.DONE: "done",
    JobState.FAILED: "failed",
    JobState.CANCELLED: "failed",
}


def stepper_of(row: JobRow, poll_url: str) -> Stepper:
    """How far the job is; asked again every two seconds until it has ended."""
    begun = row.state is not JobState.WAITING
    return Stepper(
        key=f"job-{row.id}",
        steps=(
            Step(_("Waiting for a worker"), "done" if begun else "current"),
            Step(_("Working"), _SECOND_STEP[row.state]),
            Step(_("Done"), "done" if row.state is JobState.DONE else "waiting"),
        ),
        progress=Progress(row.done_count, row.total_count, row.message) if row.total_count else None,
        poll_url="" if row.is_ended else poll_url,
        reload_when_done=True,
    )
