"""Mains that a person let go without waiting (总表放行): with the reason, kept for good."""

from django.db import models
from django.db.models.functions import Now

from qingyuan.platform.organisation.models import CompanyRow


class MainRelease(CompanyRow):
    """In this period the main is billed without waiting for the sub; append-only. A sub that is approved before the main is
    billed counts all the same, one that comes later moves the main's bill by a proposal.

    `sub` empty: the main's difference is not shared in this period, whoever was waited for.
    """

    main = models.ForeignKey("meters.ServicePoint", on_delete=models.PROTECT, related_name="+")
    period = models.ForeignKey("readings.ReadingPeriod", on_delete=models.PROTECT, related_name="+")
    sub = models.ForeignKey("meters.ServicePoint", on_delete=models.PROTECT, null=True, related_name="+")
    reason = models.CharField(max_length=200)
    released_by = models.ForeignKey("staff.Staff", on_delete=models.PROTECT, null=True, related_name="+")
    released_on = models.DateField()
    created_at = models.DateTimeField(db_default=Now())

    class Meta:
        db_table = "main_release"
        constraints = [
            models.UniqueConstraint(fields=["main", "period", "sub"], name="main_release_once", nulls_distinct=False),
        ]

    def __str__(self) -> str:
        return f"{self.main_id}@{self.period_id}"
