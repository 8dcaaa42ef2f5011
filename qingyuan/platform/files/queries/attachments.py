"""Reads of attachments (附件)."""

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from django.conf import settings

from qingyuan.kernel.errors import NotFound
from qingyuan.platform.files.models import Attachment, AttachmentLink


@dataclass(frozen=True, slots=True)
class AttachmentInfo:
    """A stored file. The name is that of its first storing; equal content is stored once."""

    id: int
    sha256: str
    name: str
    media_type: str
    size_bytes: int
    added_at: datetime
    added_by_id: int | None


def path_of(sha256: str) -> Path:
    """Where the bytes lie: two levels of folders by the hash's first digits."""
    return Path(settings.MEDIA_ROOT) / sha256[:2] / sha256[2:4] / sha256


def by_hash(sha256: str) -> AttachmentInfo:
    """One attachment. Raises NotFound."""
    row = Attachment.objects.filter(sha256=sha256).first()
    if row is None:
        raise NotFound(attachment=sha256[:12])
    return info_of(row)


def content_of(sha256: str) -> bytes:
    """The bytes. The caller has checked that the object they belong to may be seen. Raises NotFound."""
    info = by_hash(sha256)
    path = path_of(sha256)
    if not path.is_file():
        raise NotFound(attachment=info.name)
    return path.read_bytes()


def attachments_of(object_type: str, object_key: str) -> tuple[tuple[str, AttachmentInfo], ...]:
    """(purpose, attachment) of one object, in the order in which they were linked."""
    rows = AttachmentLink.objects.filter(object_type=object_type, object_key=object_key)
    return tuple((row.purpose, info_of(row.attachment)) for row in rows.select_related("attachment").order_by("id"))


def info_of(row: Attachment) -> AttachmentInfo:
    """The frozen row of a model row."""
    return AttachmentInfo(
        id=row.pk,
        sha256=row.sha256,
        name=row.name,
        media_type=row.media_type,
        size_bytes=row.size_bytes,
        added_at=row.added_at,
        added_by_id=row.added_by_id,
    )
