"""Attachments (附件)."""

from django.db import models
from django.db.models.functions import Now


class Attachment(models.Model):
    """A file by its content hash; the bytes lie in the data directory under that hash."""

    sha256 = models.CharField(max_length=64, unique=True)
    name = models.CharField(max_length=200)
    media_type = models.CharField(max_length=100)
    size_bytes = models.BigIntegerField()
    added_at = models.DateTimeField(db_default=Now())
    added_by_id = models.BigIntegerField(null=True)

    class Meta:
        db_table = "attachment"

    def __str__(self) -> str:
        return self.name


class AttachmentLink(models.Model):
    """An attachment that proves something about an object, named by type and key so that any table may have some."""

    attachment = models.ForeignKey(Attachment, on_delete=models.PROTECT, related_name="links")
    object_type = models.CharField(max_length=40)
    object_key = models.CharField(max_length=80)
    purpose = models.CharField(max_length=40)
    linked_at = models.DateTimeField(db_default=Now())

    class Meta:
        db_table = "attachment_link"
        indexes = [models.Index(fields=["object_type", "object_key"], name="attachment_link_object")]

    def __str__(self) -> str:
        return f"{self.object_type} {self.object_key} {self.purpose}"
