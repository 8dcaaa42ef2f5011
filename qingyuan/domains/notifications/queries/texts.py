"""Texts in force (通知模板)."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from qingyuan.domains.notifications.models import NoticeText
from qingyuan.domains.notifications.rules.states import Language, NoticeKind
from qingyuan.domains.notifications.rules.texts import SHIPPED


@dataclass(frozen=True, slots=True)
class TextRow:
    """The text of a kind in a language; `version` 0 and no change: the shipped one."""

    kind: NoticeKind
    language: Language
    text: str
    version: int
    changed_by: str
    changed_at: datetime | None

    @property
    def is_shipped(self) -> bool:
        return self.version == 0


def texts(company_id: int) -> Mapping[tuple[NoticeKind, Language], TextRow]:
    """All texts of a company by kind and language, in the order of both. One query."""
    rows = NoticeText.objects.filter(company_id=company_id).select_related("changed_by")
    own = {(row.kind, row.language): row for row in rows}
    found = {}
    for kind in NoticeKind:
        for language in Language:
            row = own.get((kind.value, language.value))
            found[kind, language] = TextRow(
                kind,
                language,
                SHIPPED[kind, language] if row is None else row.text,
                0 if row is None else row.version,
                row.changed_by.name if row is not None and row.changed_by is not None else "",
                None if row is None else row.changed_at,
            )
    return found
