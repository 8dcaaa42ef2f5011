"""What asked for notices (通知请求): written in the transaction that made the cause, worked afterwards window by window."""

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from qingyuan.domains.notifications.rules.states import Source
from qingyuan.platform.columns import CodeField, choices_of, one_of
from qingyuan.platform.organisation.models import CompanyRow


class NoticeRequest(CompanyRow):
    """An intention: whoever is touched by `source` × `source_id` is to be told. `source_no` is its number for people.

    `reached` is the id up to which causes are queued, `last` the last of all; both None before the first window. Finished
    when `finished_at` is set; `error_code` says that it waits for a person.
    """

    source = CodeField(choices=choices_of(Source))
    source_id = models.BigIntegerField()
    source_no = CodeField()
    on_date = models.DateField()
    reached = models.BigIntegerField(null=True)
    last = models.BigIntegerField(null=True)
    queued_count = models.PositiveIntegerField(default=0)
    unreachable_count = models.PositiveIntegerField(default=0)
    untold_count = models.PositiveIntegerField(default=0)
    error_code = models.CharField(max_length=80, blank=True)
    error_detail = models.TextField(blank=True)
    asked_at = models.DateTimeField(db_default=Now())
    finished_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "notice_request"
        constraints = [
            one_of("source", Source, "notice_request_source"),
            models.UniqueConstraint(fields=["source", "source_id"], name="notice_request_once"),
        ]
        indexes = [models.Index(fields=["id"], name="notice_request_open", condition=Q(finished_at__isnull=True))]

    def __str__(self) -> str:
        return self.source_no
