"""Notices (通知): the outbox. Bulk: no row-level foreign keys."""

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from qingyuan.domains.notifications.rules.states import Channel, Language, NoticeKind, NoticeState, WhyNot
from qingyuan.platform.columns import CodeField, MoneyField, choices_of, one_of


class Notice(models.Model):
    """What an account is told about a subject (a bill's number) by a channel: at most one row of each kind.

    `recipient` is the number or the address; empty when UNREACHABLE, whose `reason` is a WhyNot. `text` is what was written
    when it was queued, by version `text_version` of the company's text (0: the shipped one). `place` is its line in the batch.
    """

    company = models.ForeignKey(
        "organisation.OrgUnit", on_delete=models.DO_NOTHING, db_constraint=False, db_index=False, related_name="+"
    )
    unit = models.ForeignKey(
        "organisation.OrgUnit", on_delete=models.DO_NOTHING, db_constraint=False, db_index=False, related_name="+"
    )
    book_id = models.BigIntegerField(null=True)
    kind = CodeField(choices=choices_of(NoticeKind))
    channel = CodeField(choices=choices_of(Channel))
    subject = CodeField()
    account_id = models.BigIntegerField()
    account_no = CodeField()
    name = models.CharField(max_length=100)
    recipient = models.CharField(max_length=200, blank=True)
    language = CodeField(choices=choices_of(Language))
    text = models.TextField()
    text_version = models.PositiveIntegerField(default=0)
    amount = MoneyField()
    state = CodeField(choices=choices_of(NoticeState))
    reason = models.CharField(max_length=200, blank=True)
    request = models.ForeignKey(
        "notifications.NoticeRequest", on_delete=models.DO_NOTHING, db_constraint=False, db_index=False, null=True,
        related_name="+",
    )  # fmt: skip
    batch = models.ForeignKey(
        "notifications.NoticeBatch", on_delete=models.PROTECT, db_index=False, null=True, related_name="notices"
    )
    place = models.PositiveIntegerField(null=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    queued_at = models.DateTimeField(db_default=Now())
    changed_at = models.DateTimeField(db_default=Now())

    class Meta:
        db_table = "notice"
        constraints = [
            one_of("kind", NoticeKind, "notice_kind"),
            one_of("channel", Channel, "notice_channel"),
            one_of("state", NoticeState, "notice_state"),
            models.UniqueConstraint(fields=["subject", "kind", "channel"], name="notice_once"),
            models.UniqueConstraint(fields=["batch", "place"], name="notice_place_once"),
            models.CheckConstraint(
                condition=(Q(batch__isnull=True) & Q(place__isnull=True))
                | (Q(batch__isnull=False) & Q(place__isnull=False)),
                name="notice_batch_and_place",
            ),
            models.CheckConstraint(
                condition=Q(state="CANCELLED")
                | (Q(state__in=["QUEUED", "UNREACHABLE"]) & Q(batch__isnull=True))
                | (Q(state__in=["HANDED_OVER", "DELIVERED", "FAILED"]) & Q(batch__isnull=False)),
                name="notice_state_and_batch",
            ),
            models.CheckConstraint(
                condition=(Q(state="UNREACHABLE") & Q(reason__in=[one.value for one in WhyNot]))
                | (~Q(state="UNREACHABLE") & (Q(state="CANCELLED") | ~Q(recipient=""))),
                name="notice_recipient",
            ),
        ]
        indexes = [
            models.Index(fields=["company", "state", "id"], name="notice_state_id"),
            models.Index(fields=["account_id", "id"], name="notice_account"),
        ]

    def __str__(self) -> str:
        return f"{self.subject}/{self.kind}/{self.channel}"
