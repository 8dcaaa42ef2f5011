"""Requests that are not worked off (未完成的通知请求)."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from qingyuan.domains.notifications.models import NoticeRequest
from qingyuan.domains.notifications.rules.states import Source


@dataclass(frozen=True, slots=True)
class RequestRow:
    """How far the notices of a cause are queued; `untold` causes need none. `error_code`: it waits for a person."""

    id: int
    source_id: int
    source_no: str
    queued: int
    unreachable: int
    untold: int
    error_code: str
    asked_at: datetime
    finished_at: datetime | None

    @property
    def is_open(self) -> bool:
        return self.finished_at is None


def open_requests(company_id: int | None = None, *, limit: int = 1000) -> tuple[RequestRow, ...]:
    """Requests not worked off, the oldest first."""
    rows = NoticeRequest.objects.filter(finished_at__isnull=True)
    if company_id is not None:
        rows = rows.filter(company_id=company_id)
    return tuple(_row(row) for row in rows.order_by("id")[:limit])


def request_of(source: Source, source_id: int) -> RequestRow | None:
    """The request of a cause, None where nothing was asked."""
    row = NoticeRequest.objects.filter(source=source, source_id=source_id).first()
    return None if row is None else _row(row)


def unworked() -> Mapping[int, Iterable[int]]:
    """Ids of requests that a worker should take up, by company: neither finished nor waiting for a person."""
    found: dict[int, list[int]] = {}
    rows = NoticeRequest.objects.filter(finished_at__isnull=True, error_code="").order_by("id")
    for company_id, pk in rows.values_list("company_id", "id")[:1000]:
        found.setdefault(company_id, []).append(pk)
    return found


def _row(row: NoticeRequest) -> RequestRow:
    return RequestRow(
        row.pk,
        row.source_id,
        row.source_no,
        row.queued_count,
        row.unreachable_count,
        row.untold_count,
        row.error_code,
        row.asked_at,
        row.finished_at,
    )
