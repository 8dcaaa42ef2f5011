"""Changing the text of a kind of notice (修改通知模板)."""

from datetime import date

from django.db import transaction
from django.db.models import F
from django.db.models.functions import Now

from qingyuan.domains.notifications.declarations import TEXTS
from qingyuan.domains.notifications.models import NoticeText
from qingyuan.domains.notifications.rules.states import Language, NoticeKind
from qingyuan.domains.notifications.rules.texts import SHIPPED, taken_apart
from qingyuan.kernel.actor import Actor
from qingyuan.kernel.errors import StaleEdit
from qingyuan.platform.audit import operations as audit
from qingyuan.platform.staff import operations as staff


def set_text(
    *, actor: Actor, company_id: int, kind: NoticeKind, language: Language, text: str, version: int, on: date
) -> None:
    """Set the company's own text; what is queued already stays as written. `version` is the one that was seen, 0 for the
    shipped text. Raises NotPermitted, StaleEdit, TextMissing, TextTooLong, FieldUnknown, BraceOpen.
    """
    staff.require(actor, TEXTS, on=on, unit_id=company_id)
    text = text.strip()
    taken_apart(kind, text)
    with transaction.atomic():
        found = NoticeText.objects.filter(company_id=company_id, kind=kind, language=language)
        before = found.values_list("text", flat=True).first() or SHIPPED[kind, language]
        if version == 0:
            NoticeText.objects.bulk_create(
                [
                    NoticeText(
                        company_id=company_id,
                        kind=kind,
                        language=language,
                        text=text,
                        version=1,
                        changed_by_id=actor.staff_id,
                    )
                ],
                ignore_conflicts=True,
            )
            changed = found.filter(version=1, text=text).count()
        else:
            changed = found.filter(version=version).update(
                text=text, version=F("version") + 1, changed_by_id=actor.staff_id, changed_at=Now()
            )
        if not changed:
            raise StaleEdit
        audit.record(
            actor=actor,
            action="notifications.text_changed",
            object_type="notice_text",
            object_key=f"{kind}/{language}",
            company_id=company_id,
            before={"text": before},
            after={"text": text},
        )
