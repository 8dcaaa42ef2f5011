"""A company's logo (公司标志): the picture among the attachments, its hash in the profile."""

from datetime import date

from django.db import transaction

from qingyuan.kernel.actor import Actor
from qingyuan.kernel.errors import DomainError
from qingyuan.platform.files import operations as files
from qingyuan.platform.organisation import operations as organisation

_PICTURES = {"image/png", "image/jpeg"}


class NotAPicture(DomainError):
    """A logo is a PNG or a JPEG (标志须为 PNG 或 JPEG 图片)."""

    code = "organisation.not_a_picture"


def set_company_logo(
    *, actor: Actor, company_id: int, version: int, name: str, media_type: str, content: bytes, on: date
) -> str:
    """Store the picture and name it in the profile; returns its hash.

    Raises NotPermitted without company.edit at the company, NotFound, StaleEdit, NotAPicture, files' refusals.
    """
    with transaction.atomic():
        stored = files.store(actor=actor, name=name, media_type=media_type, content=content, on=on)
        if stored.media_type not in _PICTURES:
            raise NotAPicture(file=name)
        organisation.set_logo(actor=actor, company_id=company_id, version=version, logo_hash=stored.sha256, on=on)
    return stored.sha256
