"""Confirmed imports of reading files (抄表导入)."""

from django.db import models
from django.db.models.functions import Now

from qingyuan.platform.organisation.models import CompanyRow


class ReadingImport(CompanyRow):
    """A file that was imported after its preview. Append-only; `preview_hash` makes a repeated confirmation one import."""

    period = models.ForeignKey("readings.ReadingPeriod", on_delete=models.PROTECT, related_name="+")
    preview_hash = models.CharField(max_length=64, unique=True)
    content_hash = models.CharField(max_length=64)
    file_name = models.CharField(max_length=200)
    rows_read = models.PositiveIntegerField()
    rows_taken = models.PositiveIntegerField()
    rows_held = models.PositiveIntegerField()
    confirmed_by = models.ForeignKey("staff.Staff", on_delete=models.PROTECT, null=True, related_name="+")
    created_at = models.DateTimeField(db_default=Now())

    class Meta:
        db_table = "reading_import"
        ordering = ["-id"]

    def __str__(self) -> str:
        return self.file_name
