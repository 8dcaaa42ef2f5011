"""Asking for notices (登记通知请求) in the transaction of their cause, and working the requests off afterwards."""

from dataclasses import dataclass
from datetime import date

from django.db import transaction
from django.db.models import F
from django.db.models.functions import Now

from qingyuan.domains.notifications.declarations import SEND
from qingyuan.domains.notifications.models import NoticeRequest
from qingyuan.domains.notifications.rules.states import Source
from qingyuan.kernel.actor import Actor
from qingyuan.kernel.errors import NotFound
from qingyuan.platform.audit import operations as audit
from qingyuan.platform.jobs import operations as jobs
from qingyuan.platform.staff import operations as staff

QUEUE = "notifications.queue"


@dataclass(frozen=True, slots=True)
class Claimed:
    """A request in the hands of this transaction. `reached` and `last` as in the row."""

    id: int
    company_id: int
    source: Source
    source_id: int
    source_no: str
    on: date
    reached: int | None
    last: int | None


def ask(*, company_id: int, source: Source, source_id: int, source_no: str, on: date) -> None:
    """Put on record that notices are due, and defer the job that queues them: two rows in the caller's transaction, however
    many are to be told. A cause is asked for once; a second time is a programming error (IntegrityError).
    """
    row = NoticeRequest.objects.create(
        company_id=company_id, source=source, source_id=source_id, source_no=source_no, on_date=on
    )
    jobs.defer(QUEUE, company_id=company_id, chunk_no=row.pk)


def claim(request_id: int | None) -> Claimed | None:
    """The request, locked until the caller's transaction ends, while it is unfinished and fit to be worked; else None.

    Without an id the oldest that nobody works on. Nothing is held before the row and nobody waits for it while holding
    something: this is why it does not go through the locking door.
    """
    rows = NoticeRequest.objects.select_for_update(no_key=True, skip_locked=request_id is None)
    rows = rows.filter(finished_at__isnull=True, error_code="")
    if request_id is not None:
        rows = rows.filter(pk=request_id)
    row = rows.order_by("id").first()
    if row is None:
        return None
    return Claimed(
        row.pk, row.company_id, Source(row.source), row.source_id, row.source_no, row.on_date, row.reached, row.last
    )


def advance(
    claimed: Claimed, *, actor: Actor, reached: int, last: int, queued: int, unreachable: int, untold: int
) -> None:
    """Put down how far the claimed request is; the last window finishes it. In the transaction that queued the window."""
    finished = reached >= last
    NoticeRequest.objects.filter(pk=claimed.id).update(
        reached=reached,
        last=last,
        queued_count=F("queued_count") + queued,
        unreachable_count=F("unreachable_count") + unreachable,
        untold_count=F("untold_count") + untold,
        finished_at=Now() if finished else None,
    )
    if finished:
        row = NoticeRequest.objects.get(pk=claimed.id)
        audit.record(
            actor=actor,
            action="notifications.queued",
            object_type="notice_request",
            object_key=claimed.source_no,
            company_id=claimed.company_id,
            after={"queued": row.queued_count, "unreachable": row.unreachable_count, "untold": row.untold_count},
        )


def give_up(*, request_id: int, code: str, detail: str) -> None:
    """The request met an error: it waits for a person, who may take it up again. A finished one is left alone."""
    NoticeRequest.objects.filter(pk=request_id, finished_at__isnull=True).update(error_code=code, error_detail=detail)


def resume(*, actor: Actor, request_id: int, on: date) -> None:
    """Let a request that waits for a person be worked again from where it stood. Raises NotFound, NotPermitted."""
    with transaction.atomic():
        row = NoticeRequest.objects.filter(pk=request_id, finished_at__isnull=True).exclude(error_code="").first()
        if row is None:
            raise NotFound(notice_request=request_id)
        staff.require(actor, SEND, on=on, unit_id=row.company_id)
        NoticeRequest.objects.filter(pk=request_id).update(error_code="", error_detail="")
        audit.record(
            actor=actor,
            action="notifications.queueing_resumed",
            object_type="notice_request",
            object_key=row.source_no,
            company_id=row.company_id,
            before={"error": row.error_code},
        )
        jobs.defer_chunks(QUEUE, "company_id", row.company_id, [request_id])
