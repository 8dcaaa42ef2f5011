"""Handing notices over (移交通知): numbered batches with a file of their own, downloaded on record."""

import hashlib
import zlib
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from django.db import connection, transaction
from django.db.models import F
from django.db.models.functions import Coalesce, Now

from qingyuan.domains.notifications.declarations import BATCH_NUMBERS, BATCH_SIZE, QUIET_FROM, QUIET_UNTIL, SEND
from qingyuan.domains.notifications.models import NoticeBatch
from qingyuan.domains.notifications.operations.batch_content import file_of
from qingyuan.domains.notifications.rules.batch_file import Outgoing, notice_no
from qingyuan.domains.notifications.rules.parts import parts_of
from qingyuan.domains.notifications.rules.quiet import Window, sending_window
from qingyuan.domains.notifications.rules.states import Channel
from qingyuan.kernel.actor import Actor
from qingyuan.kernel.errors import DomainError, NotFound
from qingyuan.platform.audit import operations as audit
from qingyuan.platform.locking.door import hold_name
from qingyuan.platform.numbering import operations as numbering
from qingyuan.platform.organisation import queries as organisation
from qingyuan.platform.parameters import queries as parameters
from qingyuan.platform.staff import operations as staff


class NothingQueued(DomainError):
    """No notice of the unit waits for this channel (没有待发的通知)."""

    code = "notifications.nothing_queued"


class BatchDamaged(DomainError):
    """The kept file is not what was made: it is not given out (批次文件校验不符)."""

    code = "notifications.batch_damaged"


@dataclass(frozen=True, slots=True)
class BatchFile:
    """A batch's file with its name and the SHA-256 of its bytes."""

    name: str
    content: bytes
    content_hash: str


def make_batch(*, actor: Actor, unit_id: int, channel: Channel, at: datetime) -> str:
    """Hand over what is queued for the channel in the unit and below it, the oldest first, at most
    `notifications.batch_size`; returns the batch's number. From now on cancelling a bill does not take its notice back.

    `at` is the instant by which quiet hours are reckoned. Two people at once get different notices. Raises NotFound,
    NotPermitted, NothingQueued.
    """
    unit = organisation.unit(unit_id)
    company_id = unit.company_id or unit.id
    zone = organisation.time_zone(company_id)
    on = at.astimezone(zone).date()
    staff.require(actor, SEND, on=on, unit_id=unit_id)
    with transaction.atomic():
        hold_name(f"notice batches of {company_id}")
        limit = parameters.integer(BATCH_SIZE, unit_id=unit_id, on=on)
        taken = _taken(company_id, organisation.subtree_ids(unit_id), channel, limit)
        if not taken:
            raise NothingQueued(unit=unit.name)
        window = _window(channel, unit_id, at.astimezone(zone))
        number = numbering.draw(kind=BATCH_NUMBERS, unit_id=company_id, on=on).text
        content = file_of(channel, _lines(number, taken, window, zone))
        batch = NoticeBatch.objects.create(
            company_id=company_id,
            batch_no=number,
            unit_id=unit_id,
            channel=channel,
            notice_count=len(taken),
            content=zlib.compress(content),
            content_hash=hashlib.sha256(content).hexdigest(),
            send_from=window.begin if window else None,
            send_until=window.until if window else None,
            made_by_id=actor.staff_id,
        )
        _hand_over(batch.pk, [row.id for row in taken])
        audit.record_bulk(
            actor=actor,
            action="notifications.batch_made",
            object_type="notice_batch",
            object_keys_hash=batch.content_hash,
            count=len(taken),
            company_id=company_id,
            unit_id=unit_id,
            details={"batch": number, "channel": channel},
        )
    return number


def download_batch(*, actor: Actor, batch_no: str, at: datetime) -> BatchFile:
    """The file of a batch, with numbers or addresses whole; who took it, when and how often goes on record.

    Raises NotFound, NotPermitted, BatchDamaged.
    """
    with transaction.atomic():
        batch = NoticeBatch.objects.filter(batch_no=batch_no).first()
        if batch is None:
            raise NotFound(batch=batch_no)
        staff.require(actor, SEND, on=organisation.civil_date(batch.company_id, at), unit_id=batch.unit_id)
        content = zlib.decompress(bytes(batch.content))
        if hashlib.sha256(content).hexdigest() != batch.content_hash:
            raise BatchDamaged(batch=batch_no)
        NoticeBatch.objects.filter(pk=batch.pk).update(
            downloads=F("downloads") + 1, downloaded_at=Coalesce("downloaded_at", Now())
        )
        audit.record(
            actor=actor,
            action="notifications.batch_downloaded",
            object_type="notice_batch",
            object_key=batch_no,
            company_id=batch.company_id,
            unit_id=batch.unit_id,
            after={"notices": batch.notice_count, "sha256": batch.content_hash, "download": batch.downloads + 1},
        )
    return BatchFile(f"{batch_no}-{batch.content_hash[:8]}.csv", content, batch.content_hash)


@dataclass(frozen=True, slots=True)
class _Taken:
    id: int
    name: str
    recipient: str
    text: str
    account_no: str
    subject: str


def _taken(company_id: int, unit_ids: Collection[int], channel: Channel, limit: int) -> list[_Taken]:
    """Locks the rows. One that a cancelling holds is left out: it will not be there any more."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT id, name, recipient, text, account_no, subject FROM notice"
            " WHERE company_id = %s AND state = 'QUEUED' AND channel = %s AND unit_id = ANY(%s)"
            " ORDER BY id LIMIT %s FOR NO KEY UPDATE SKIP LOCKED",
            [company_id, channel, list(unit_ids), limit],
        )
        return [_Taken(*row) for row in cursor.fetchall()]


def _window(channel: Channel, unit_id: int, at: datetime) -> Window | None:
    """When short messages may be sent; a letter disturbs nobody."""
    if channel is not Channel.SMS:
        return None
    quiet = {
        name: parameters.integer(code, unit_id=unit_id, on=at.date())
        for name, code in (("quiet_from", QUIET_FROM), ("quiet_until", QUIET_UNTIL))
    }
    return sending_window(at, **quiet)


def _lines(batch_no: str, taken: Sequence[_Taken], window: Window | None, zone: ZoneInfo) -> list[Outgoing]:
    def written(moment: datetime | None) -> str:
        return "" if moment is None else f"{moment.astimezone(zone):%Y-%m-%d %H:%M}"

    begin, until = (written(window.begin), written(window.until)) if window else ("", "")
    return [
        Outgoing(
            notice_no(batch_no, place),
            row.name,
            row.recipient,
            row.text,
            parts_of(row.text).count,
            row.account_no,
            row.subject,
            begin,
            until,
        )
        for place, row in enumerate(taken, start=1)
    ]


def _hand_over(batch_id: int, notice_ids: Sequence[int]) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE notice SET state = 'HANDED_OVER', batch_id = %s, place = given.place, changed_at = now()"
            " FROM unnest(%s::bigint[]) WITH ORDINALITY AS given(id, place) WHERE notice.id = given.id",
            [batch_id, list(notice_ids)],
        )
