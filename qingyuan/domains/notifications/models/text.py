"""Texts of notices (通知模板) of a company."""

from django.db import models
from django.db.models.functions import Now

from qingyuan.domains.notifications.rules.states import Language, NoticeKind
from qingyuan.platform.columns import CodeField, choices_of, one_of
from qingyuan.platform.organisation.models import CompanyRow


class NoticeText(CompanyRow):
    """The text of a kind in a language; without a row the shipped one is used. `version` counts the changes."""

    kind = CodeField(choices=choices_of(NoticeKind))
    language = CodeField(choices=choices_of(Language))
    text = models.TextField()
    version = models.PositiveIntegerField(default=1)
    changed_by = models.ForeignKey("staff.Staff", on_delete=models.PROTECT, null=True, related_name="+")
    changed_at = models.DateTimeField(db_default=Now())

    class Meta:
        db_table = "notice_text"
        constraints = [
            one_of("kind", NoticeKind, "notice_text_kind"),
            one_of("language", Language, "notice_text_language"),
            models.UniqueConstraint(fields=["company", "kind", "language"], name="notice_text_once"),
        ]

    def __str__(self) -> str:
        return f"{self.kind}/{self.language}"
