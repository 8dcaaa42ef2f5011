"""Jobs (任务): what a person sees of background work."""

from enum import StrEnum

from django.db import models
from django.db.models.functions import Now

from qingyuan.platform.columns import CodeField, choices_of, one_of


class JobState(StrEnum):
    WAITING = "WAITING"
    RUNNING = "RUNNING"
    DONE = "DONE"
    FAILED = "FAILED"
    CANCELLED = "CANCELLED"


class Job(models.Model):
    """Progress of one piece of background work. Truth about what is done lies in the work's own chunk rows."""

    kind = models.CharField(max_length=60)
    title = models.CharField(max_length=120)
    company = models.ForeignKey("organisation.OrgUnit", on_delete=models.PROTECT, null=True, related_name="+")
    unit = models.ForeignKey("organisation.OrgUnit", on_delete=models.PROTECT, null=True, related_name="+")
    started_by = models.ForeignKey("staff.Staff", on_delete=models.PROTECT, null=True, related_name="+")
    arguments = models.JSONField(default=dict)
    state = CodeField(choices=choices_of(JobState), default=JobState.WAITING)
    done_count = models.BigIntegerField(default=0)
    total_count = models.BigIntegerField(default=0)
    message = models.CharField(max_length=200, blank=True)
    error_code = models.CharField(max_length=80, blank=True)
    error_detail = models.TextField(blank=True)
    created_at = models.DateTimeField(db_default=Now())
    started_at = models.DateTimeField(null=True, blank=True)
    finished_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        db_table = "job"
        indexes = [models.Index(fields=["state", "id"], name="job_state")]
        constraints = [one_of("state", JobState, "job_state_known")]

    def __str__(self) -> str:
        return f"{self.kind} {self.state}"
