"""Batches of notices (通知批次) and the files in which their results came back."""

from django.db import models
from django.db.models.functions import Now

from qingyuan.domains.notifications.rules.states import Channel
from qingyuan.platform.columns import CodeField, choices_of, one_of
from qingyuan.platform.organisation.models import CompanyRow


class NoticeBatch(CompanyRow):
    """Notices handed over together. `content` is the file as it was made (zlib), `content_hash` the SHA-256 of its bytes.

    A file cannot be made again from the notices: a failed one may since be queued anew.
    """

    batch_no = CodeField(unique=True)
    unit = models.ForeignKey("organisation.OrgUnit", on_delete=models.PROTECT, related_name="+")
    channel = CodeField(choices=choices_of(Channel))
    notice_count = models.PositiveIntegerField()
    content = models.BinaryField()
    content_hash = models.CharField(max_length=64)
    send_from = models.DateTimeField(null=True)
    send_until = models.DateTimeField(null=True)
    made_by = models.ForeignKey("staff.Staff", on_delete=models.PROTECT, null=True, related_name="+")
    made_at = models.DateTimeField(db_default=Now())
    downloaded_at = models.DateTimeField(null=True)
    downloads = models.PositiveSmallIntegerField(default=0)

    class Meta:
        db_table = "notice_batch"
        ordering = ["-id"]
        constraints = [one_of("channel", Channel, "notice_batch_channel")]

    def __str__(self) -> str:
        return self.batch_no


class NoticeResultFile(models.Model):
    """A file of results that was taken in, once for equal rows. Append-only."""

    batch = models.ForeignKey(NoticeBatch, on_delete=models.PROTECT, related_name="result_files")
    content_hash = models.CharField(max_length=64)
    file_name = models.CharField(max_length=200)
    delivered_count = models.PositiveIntegerField()
    failed_count = models.PositiveIntegerField()
    same_count = models.PositiveIntegerField()
    refused_count = models.PositiveIntegerField()
    taken_by = models.ForeignKey("staff.Staff", on_delete=models.PROTECT, null=True, related_name="+")
    taken_at = models.DateTimeField(db_default=Now())

    class Meta:
        db_table = "notice_result_file"
        constraints = [models.UniqueConstraint(fields=["batch", "content_hash"], name="notice_result_file_once")]

    def __str__(self) -> str:
        return self.file_name
