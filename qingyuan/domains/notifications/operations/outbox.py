"""The outbox (待发通知): notices are queued set-wise, at most one of each subject, kind and channel, and withdrawn in time."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.db import connection
from django.db.models.functions import Now

from qingyuan.domains.notifications.models import Notice
from qingyuan.domains.notifications.rules.reach import Way
from qingyuan.domains.notifications.rules.states import MAY_BE_WITHDRAWN, Language, NoticeKind, NoticeState
from qingyuan.kernel.errors import DomainError

BILL_CANCELLED = "BILL_CANCELLED"
"""The reason of a withdrawn notice (账单已冲正)."""


class QueuedAlready(DomainError):
    """The notice waits, or has been handed over or delivered: it is not queued a second time (通知已存在)."""

    code = "notifications.queued_already"


@dataclass(frozen=True, slots=True)
class NewNotice:
    """A notice with everything it says. `subject` is what it is about, a bill's number; `amount` in yuan is for lists."""

    company_id: int
    unit_id: int
    book_id: int | None
    kind: NoticeKind
    subject: str
    account_id: int
    account_no: str
    name: str
    language: Language
    text: str
    text_version: int
    amount: Decimal
    way: Way


@dataclass(frozen=True, slots=True)
class Queued:
    """How many rows were made: to be sent, and unreachable."""

    queued: int
    unreachable: int


def queue(*, notices: Sequence[NewNotice], request_id: int | None) -> Queued:
    """Queue notices in one statement in the caller's transaction; those that are there already are left as they are."""
    if not notices:
        return Queued(0, 0)
    with connection.cursor() as cursor:
        cursor.execute(_INSERT + _LEAVE + " RETURNING state", [_rows(notices, request_id)])
        states = [row[0] for row in cursor.fetchall()]
    unreachable = states.count(NoticeState.UNREACHABLE.value)
    return Queued(len(states) - unreachable, unreachable)


def queue_again(*, notice: NewNotice) -> NoticeState:
    """Queue one notice that is not there yet, or that failed or had nobody to reach, with what is true now. In the caller's
    transaction. Returns its state. Raises QueuedAlready for any other.
    """
    with connection.cursor() as cursor:
        cursor.execute(_INSERT + _RENEW + " RETURNING state", [_rows([notice], None)])
        found = cursor.fetchone()
    if found is None:
        raise QueuedAlready(subject=notice.subject)
    return NoticeState(found[0])


def withdraw(*, subjects: Iterable[str]) -> int:
    """Cancel what has not gone out about these subjects, in the transaction that cancels them. Returns how many."""
    wanted = list(subjects)
    if not wanted:
        return 0
    found = Notice.objects.filter(subject__any=wanted, state__in=MAY_BE_WITHDRAWN)
    return found.update(state=NoticeState.CANCELLED, reason=BILL_CANCELLED, changed_at=Now())


def _rows(notices: Sequence[NewNotice], request_id: int | None) -> str:
    rows = [
        {
            "company_id": notice.company_id,
            "unit_id": notice.unit_id,
            "book_id": notice.book_id,
            "kind": notice.kind,
            "channel": notice.way.channel,
            "subject": notice.subject,
            "account_id": notice.account_id,
            "account_no": notice.account_no,
            "name": notice.name,
            "recipient": "" if notice.way.why_not else notice.way.recipient,
            "language": notice.language,
            "text": notice.text,
            "text_version": notice.text_version,
            "amount": str(notice.amount),
            "state": NoticeState.UNREACHABLE if notice.way.why_not else NoticeState.QUEUED,
            "reason": notice.way.why_not or "",
            "request_id": request_id,
        }
        for notice in notices
    ]
    return json.dumps(rows, ensure_ascii=False)


_COLUMNS = (
    "company_id, unit_id, book_id, kind, channel, subject, account_id, account_no, name, recipient, language, text,"
    " text_version, amount, state, reason, request_id"
)
_INSERT = f"""
    INSERT INTO notice ({_COLUMNS}, attempts)
    SELECT {_COLUMNS}, 0 FROM jsonb_to_recordset(%s::jsonb) AS row(
        company_id bigint, unit_id bigint, book_id bigint, kind text, channel text, subject text, account_id bigint,
        account_no text, name text, recipient text, language text, text text, text_version int, amount numeric,
        state text, reason text, request_id bigint)
    ORDER BY subject
    ON CONFLICT (subject, kind, channel)
"""
_LEAVE = "DO NOTHING"
_RENEW = """
    DO UPDATE SET recipient = excluded.recipient, name = excluded.name, language = excluded.language,
        text = excluded.text, text_version = excluded.text_version, state = excluded.state, reason = excluded.reason,
        batch_id = NULL, place = NULL, attempts = notice.attempts + 1, queued_at = now(), changed_at = now()
    WHERE notice.state IN ('UNREACHABLE', 'FAILED')
"""
