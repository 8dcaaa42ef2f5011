"""Batches of notices (通知批次) for lists and pages, within reach."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db.models import Count, Q

from qingyuan.domains.notifications.declarations import SEND, VIEW
from qingyuan.domains.notifications.models import Notice, NoticeBatch, NoticeResultFile
from qingyuan.domains.notifications.rules.states import Channel, NoticeState
from qingyuan.kernel.actor import Actor
from qingyuan.kernel.errors import NotFound
from qingyuan.platform.staff.queries import reach


@dataclass(frozen=True, slots=True)
class BatchRow:
    """A batch with what became of its notices; `waiting` without a result yet. `left`: queued again since it failed."""

    batch_no: str
    channel: Channel
    unit_name: str
    count: int
    delivered: int
    failed: int
    waiting: int
    left: int
    made_by: str
    made_at: datetime
    downloads: int
    downloaded_at: datetime | None
    content_hash: str
    send_from: datetime | None
    send_until: datetime | None


@dataclass(frozen=True, slots=True)
class BatchPage:
    """A page of the list."""

    rows: tuple[BatchRow, ...]
    count: int


@dataclass(frozen=True, slots=True)
class ResultFileRow:
    """A file of results that was taken in."""

    file_name: str
    delivered: int
    failed: int
    same: int
    refused: int
    taken_by: str
    taken_at: datetime


def batches(
    actor: Actor,
    *,
    on: date,
    channel: str = "",
    text: str = "",
    descending: bool = True,
    limit: int = 50,
    offset: int = 0,
) -> BatchPage:
    """Batches of units within the reach of notifications.view. Three queries beside the reach."""
    found = NoticeBatch.objects.filter(reach(actor, VIEW, on=on).condition("unit_id"))
    if actor.company_id is not None:
        found = found.filter(company_id=actor.company_id)
    if channel:
        found = found.filter(channel=channel)
    if text:
        found = found.filter(batch_no__startswith=text)
    order = "-id" if descending else "id"
    rows = list(found.defer("content").select_related("unit", "made_by").order_by(order)[offset : offset + limit])
    states = _states([row.pk for row in rows])
    return BatchPage(tuple(_row(row, states.get(row.pk, {})) for row in rows), found.count())


def batch(actor: Actor, batch_no: str, *, on: date) -> BatchRow:
    """One batch. Raises NotFound, also for one out of reach."""
    row = NoticeBatch.objects.defer("content").select_related("unit", "made_by").filter(batch_no=batch_no).first()
    if row is None or not reach(actor, VIEW, on=on).covers(row.unit_id):
        raise NotFound(batch=batch_no)
    return _row(row, _states([row.pk]).get(row.pk, {}))


def result_files(batch_no: str) -> tuple[ResultFileRow, ...]:
    """The files taken in for a batch, the newest first; the caller has seen to the reach."""
    rows = NoticeResultFile.objects.filter(batch__batch_no=batch_no).select_related("taken_by").order_by("-id")[:100]
    return tuple(
        ResultFileRow(
            row.file_name,
            row.delivered_count,
            row.failed_count,
            row.same_count,
            row.refused_count,
            row.taken_by.name if row.taken_by is not None else "",
            row.taken_at,
        )
        for row in rows
    )


def waiting(actor: Actor, *, on: date) -> Mapping[Channel, int]:
    """How many notices wait for each channel within the reach of notifications.send. One query beside the reach."""
    found = Notice.objects.filter(reach(actor, SEND, on=on).condition("unit_id"), state=NoticeState.QUEUED)
    if actor.company_id is not None:
        found = found.filter(company_id=actor.company_id)
    counted = found.order_by().values_list("channel").annotate(count=Count("id"))
    return {Channel(channel): count for channel, count in counted}


def _states(batch_ids: list[int]) -> dict[int, dict[str, Any]]:
    rows = (
        Notice.objects.filter(batch_id__in=batch_ids)
        .order_by()
        .values("batch_id")
        .annotate(
            delivered=Count("id", filter=Q(state=NoticeState.DELIVERED)),
            failed=Count("id", filter=Q(state=NoticeState.FAILED)),
            waiting=Count("id", filter=Q(state=NoticeState.HANDED_OVER)),
        )
    )
    return {row["batch_id"]: dict(row) for row in rows}


def _row(row: NoticeBatch, states: Mapping[str, Any]) -> BatchRow:
    delivered, failed, waiting = (states.get(name, 0) for name in ("delivered", "failed", "waiting"))
    return BatchRow(
        batch_no=row.batch_no,
        channel=Channel(row.channel),
        unit_name=row.unit.name,
        count=row.notice_count,
        delivered=delivered,
        failed=failed,
        waiting=waiting,
        left=row.notice_count - delivered - failed - waiting,
        made_by=row.made_by.name if row.made_by is not None else "",
        made_at=row.made_at,
        downloads=row.downloads,
        downloaded_at=row.downloaded_at,
        content_hash=row.content_hash,
        send_from=row.send_from,
        send_until=row.send_until,
    )
