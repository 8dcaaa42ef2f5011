"""Reads of files."""

from qingyuan.platform.files.queries.attachments import (
    AttachmentInfo,
    attachments_of,
    by_hash,
    content_of,
    path_of,
)

__all__ = ["AttachmentInfo", "attachments_of", "by_hash", "content_of", "path_of"]
