"""Notices for lists and histories (通知查询), within reach."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from django.db.models import Count, Q, QuerySet

from qingyuan.domains.notifications.declarations import VIEW
from qingyuan.domains.notifications.models import Notice
from qingyuan.domains.notifications.rules.batch_file import notice_no
from qingyuan.domains.notifications.rules.states import Channel, Language, NoticeKind, NoticeState
from qingyuan.kernel.actor import Actor
from qingyuan.platform.staff.queries import reach

MOST_OF_ONE = 50
"""Rows of a history on a bill's or an account's page."""


@dataclass(frozen=True, slots=True)
class NoticeFilter:
    """What the list is narrowed to; empty fields do not narrow. `text`: the beginning of a bill's or account's number, or a
    part of a name. `reason` is a WhyNot, `run_no` the run whose bills were told.
    """

    text: str = ""
    state: str = ""
    kind: str = ""
    channel: str = ""
    reason: str = ""
    batch_no: str = ""
    run_no: str = ""
    unit_id: int | None = None


@dataclass(frozen=True, slots=True)
class NoticeRow:
    """A notice. `recipient` is a number or an address, whole: the page masks numbers. `notice_no` empty before a batch."""

    id: int
    subject: str
    kind: NoticeKind
    channel: Channel
    account_no: str
    name: str
    recipient: str
    language: Language
    text: str
    amount: Decimal
    state: NoticeState
    reason: str
    batch_no: str
    notice_no: str
    attempts: int
    queued_at: datetime
    changed_at: datetime


@dataclass(frozen=True, slots=True)
class NoticePage:
    """A page of the list."""

    rows: tuple[NoticeRow, ...]
    count: int


def notices(
    actor: Actor, wanted: NoticeFilter, *, on: date, descending: bool = True, limit: int = 50, offset: int = 0
) -> NoticePage:
    """Notices within the reach of notifications.view, by the order in which they were queued. Two queries beside the reach."""
    found = _filtered(actor, wanted, on)
    if wanted.state:
        found = found.filter(state=wanted.state)
    rows = found.select_related("batch").defer("batch__content").order_by("-id" if descending else "id")
    return NoticePage(tuple(_row(row) for row in rows[offset : offset + limit]), found.count())


def counts_by_state(actor: Actor, wanted: NoticeFilter, *, on: date) -> Mapping[NoticeState, int]:
    """How many notices there are in each state within the filter, whose own state does not count. One query."""
    found = _filtered(actor, wanted, on).order_by().values_list("state").annotate(count=Count("id"))
    return {NoticeState(state): count for state, count in found}


def notices_of_bill(bill_no: str) -> tuple[NoticeRow, ...]:
    """The notices of a bill, the newest first; the caller has seen to the reach."""
    return _history(Notice.objects.filter(subject=bill_no))


def notices_of_account(account_id: int) -> tuple[NoticeRow, ...]:
    """The newest notices of an account, the newest first; the caller has seen to the reach."""
    return _history(Notice.objects.filter(account_id=account_id))


def _history(found: QuerySet[Notice]) -> tuple[NoticeRow, ...]:
    rows = found.select_related("batch").defer("batch__content").order_by("-id")
    return tuple(_row(row) for row in rows[:MOST_OF_ONE])


def _filtered(actor: Actor, wanted: NoticeFilter, on: date) -> QuerySet[Notice]:
    found = Notice.objects.filter(reach(actor, VIEW, on=on).condition("unit_id", "book_id"))
    if actor.company_id is not None:
        found = found.filter(company_id=actor.company_id)
    exact = {
        "kind": wanted.kind or None,
        "channel": wanted.channel or None,
        "reason": wanted.reason or None,
        "batch__batch_no": wanted.batch_no or None,
        "request__source_no": wanted.run_no or None,
        "unit_id": wanted.unit_id,
    }
    found = found.filter(**{name: value for name, value in exact.items() if value is not None})
    if wanted.text:
        found = found.filter(
            Q(subject__startswith=wanted.text) | Q(account_no__startswith=wanted.text) | Q(name__contains=wanted.text)
        )
    return found


def _row(row: Notice) -> NoticeRow:
    batch_no = row.batch.batch_no if row.batch is not None else ""
    return NoticeRow(
        id=row.pk,
        subject=row.subject,
        kind=NoticeKind(row.kind),
        channel=Channel(row.channel),
        account_no=row.account_no,
        name=row.name,
        recipient=row.recipient,
        language=Language(row.language),
        text=row.text,
        amount=row.amount,
        state=NoticeState(row.state),
        reason=row.reason,
        batch_no=batch_no,
        notice_no=notice_no(batch_no, row.place) if row.place is not None else "",
        attempts=row.attempts,
        queued_at=row.queued_at,
        changed_at=row.changed_at,
    )
