"""Storing attachments (附件上传). Bytes lie in the data directory under their hash, rows in the database.

The file is whole and on the disk before its row is committed: temporary name, fsync, rename, fsync of the folder. A
file whose transaction fails stays behind without a row; it is found again by the next storing of the same content.
"""

import hashlib
import os
import secrets
from datetime import date
from pathlib import Path, PurePosixPath

from django.db import transaction

from qingyuan.kernel.actor import Actor
from qingyuan.kernel.errors import DomainError, NotFound
from qingyuan.platform.audit import operations as audit
from qingyuan.platform.files.models import Attachment, AttachmentLink
from qingyuan.platform.files.queries.attachments import AttachmentInfo, info_of, path_of
from qingyuan.platform.files.rules.sniffing import media_type_of
from qingyuan.platform.parameters import queries as parameters


class FileTooLarge(DomainError):
    """The file is larger than allowed (文件超过大小限制)."""

    code = "files.too_large"


def store(*, actor: Actor, name: str, media_type: str, content: bytes, on: date) -> AttachmentInfo:
    """Store a file, once for equal content. `media_type` as the browser told it is not believed: the content decides.

    The caller has checked that the actor may attach to the object. Raises FileTooLarge(megabytes) by the parameter
    files.largest_megabytes of the actor's unit on the day, EmptyFile, TypeRefused.
    """
    megabytes = parameters.integer("files.largest_megabytes", unit_id=actor.unit_id, on=on)
    if len(content) > megabytes * 1024 * 1024:
        raise FileTooLarge(file=name, megabytes=megabytes)
    safe_name = _safe(name)
    found = media_type_of(safe_name, content)
    sha256 = hashlib.sha256(content).hexdigest()
    _put(path_of(sha256), content)
    with transaction.atomic():
        row, made = Attachment.objects.get_or_create(
            sha256=sha256,
            defaults={
                "name": safe_name,
                "media_type": found,
                "size_bytes": len(content),
                "added_by_id": actor.staff_id,
            },
        )
        if made:
            row.refresh_from_db()
            audit.record(
                actor=actor,
                action="files.stored",
                object_type="attachment",
                object_key=sha256,
                unit_id=actor.unit_id,
                after={"name": safe_name, "media_type": found, "told": media_type, "size_bytes": len(content)},
            )
    return info_of(row)


def link(*, actor: Actor, sha256: str, object_type: str, object_key: str, purpose: str) -> int:
    """Let an attachment prove something about an object; twice makes one link. Returns its id. Raises NotFound.

    The caller has checked that the actor may change the object.
    """
    row = Attachment.objects.filter(sha256=sha256).first()
    if row is None:
        raise NotFound(attachment=sha256[:12])
    with transaction.atomic():
        linked, made = AttachmentLink.objects.get_or_create(
            attachment=row, object_type=object_type, object_key=object_key, purpose=purpose
        )
        if made:
            audit.record(
                actor=actor,
                action="files.linked",
                object_type=object_type,
                object_key=object_key,
                unit_id=actor.unit_id,
                after={"attachment": sha256, "name": row.name, "purpose": purpose},
            )
    return linked.pk


def _safe(name: str) -> str:
    """The last part of the name without control characters, at most 200 long with its ending kept."""
    last = PurePosixPath(name.replace("\\", "/")).name
    plain = "".join(one for one in last if one.isprintable())
    stem, dot, ending = plain.rpartition(".")
    return f"{stem[: 200 - len(ending) - 1]}{dot}{ending}"[:200]


def _put(path: Path, content: bytes) -> None:
    if path.is_file() and path.stat().st_size == len(content):
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o640)
    try:
        with os.fdopen(descriptor, "wb") as stream:
            stream.write(content)
            stream.flush()
            os.fsync(stream.fileno())
        draft.replace(path)
    except OSError:
        draft.unlink(missing_ok=True)
        raise
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
