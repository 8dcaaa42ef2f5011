"""Taking results of a batch in (导入回执): row by row, a bad row is refused alone, the same file twice does nothing."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.db import connection, transaction

from qingyuan.domains.notifications.declarations import SEND
from qingyuan.domains.notifications.models import Notice, NoticeBatch, NoticeResultFile
from qingyuan.domains.notifications.rules.batch_file import REASON_LIMIT, JudgedResult, ResultRow, Standing, judged
from qingyuan.domains.notifications.rules.states import NoticeState
from qingyuan.kernel.actor import Actor
from qingyuan.kernel.canonical import canonical_json, sha256_hex
from qingyuan.kernel.errors import DomainError, NotFound
from qingyuan.platform.audit import operations as audit
from qingyuan.platform.locking.door import hold_name
from qingyuan.platform.staff import operations as staff

MOST_RESULTS = 100_000


class ResultsTakenBefore(DomainError):
    """The same rows were taken in before, from the file named (该回执已导入过)."""

    code = "notifications.results_taken_before"


class TooManyResults(DomainError):
    """More rows than are taken at once (行数过多)."""

    code = "notifications.too_many_results"


class ResultWithoutNumber(DomainError):
    """A row without a notice's number (未填通知号)."""

    code = "notifications.result_without_number"


class ResultOfOtherBatch(DomainError):
    """The number is none of this batch (通知号不属于本批次)."""

    code = "notifications.result_of_other_batch"


class ResultWordUnknown(DomainError):
    """The result is neither delivered nor failed (结果无法识别)."""

    code = "notifications.result_word_unknown"


class ResultWithoutReason(DomainError):
    """A failed notice without a reason (失败未填原因)."""

    code = "notifications.result_without_reason"


class ResultTwice(DomainError):
    """The notice has a result in a row above (同一通知重复)."""

    code = "notifications.result_twice"


class ResultContradicts(DomainError):
    """Another result of the notice was taken in before (与已导入的结果不一致)."""

    code = "notifications.result_contradicts"


class ResultTakenOut(DomainError):
    """The notice has left the batch: it was queued again after it failed (通知已重新排队)."""

    code = "notifications.result_taken_out"


@dataclass(frozen=True, slots=True)
class Taken:
    """What was taken in: notices delivered and failed, rows that said what was known, rows refused."""

    delivered: int
    failed: int
    same: int
    refused: int


def judge_results(*, actor: Actor, batch_no: str, rows: Sequence[ResultRow], on: date) -> list[JudgedResult]:
    """What each row would do, without doing it. Raises NotFound, NotPermitted, TooManyResults, ResultsTakenBefore."""
    batch = _batch(actor, batch_no, on)
    _refuse_repetition(batch, _hash(rows), rows)
    return _judged(batch, rows)


def take_results(*, actor: Actor, batch_no: str, rows: Sequence[ResultRow], file_name: str, on: date) -> Taken:
    """Take the good rows in and leave the bad ones out, in one transaction. Raises as `judge_results`."""
    batch = _batch(actor, batch_no, on)
    content_hash = _hash(rows)
    with transaction.atomic():
        hold_name(f"results of {batch_no}")
        _refuse_repetition(batch, content_hash, rows)
        found = _judged(batch, rows)
        good = [one for one in found if one.is_taken]
        _write(batch.pk, good)
        taken = Taken(
            delivered=sum(one.state is NoticeState.DELIVERED for one in good),
            failed=sum(one.state is NoticeState.FAILED for one in good),
            same=sum(one.same for one in found),
            refused=sum(one.problem is not None for one in found),
        )
        NoticeResultFile.objects.create(
            batch=batch,
            content_hash=content_hash,
            file_name=file_name[:200],
            delivered_count=taken.delivered,
            failed_count=taken.failed,
            same_count=taken.same,
            refused_count=taken.refused,
            taken_by_id=actor.staff_id,
        )
        audit.record_bulk(
            actor=actor,
            action="notifications.results_taken",
            object_type="notice_batch",
            object_keys_hash=content_hash,
            count=len(good),
            company_id=batch.company_id,
            unit_id=batch.unit_id,
            details={
                "batch": batch_no,
                "delivered": taken.delivered,
                "failed": taken.failed,
                "refused": taken.refused,
                "file": file_name,
            },
        )
    return taken


def _batch(actor: Actor, batch_no: str, on: date) -> NoticeBatch:
    batch = NoticeBatch.objects.defer("content").filter(batch_no=batch_no).first()
    if batch is None:
        raise NotFound(batch=batch_no)
    staff.require(actor, SEND, on=on, unit_id=batch.unit_id)
    return batch


def _hash(rows: Sequence[ResultRow]) -> str:
    return sha256_hex(canonical_json([[row.notice_no, row.result, row.reason] for row in rows]))


def _refuse_repetition(batch: NoticeBatch, content_hash: str, rows: Sequence[ResultRow]) -> None:
    if len(rows) > MOST_RESULTS:
        raise TooManyResults(rows=len(rows), limit=MOST_RESULTS)
    earlier = NoticeResultFile.objects.filter(batch=batch, content_hash=content_hash).first()
    if earlier is not None:
        raise ResultsTakenBefore(batch=batch.batch_no, file=earlier.file_name)


def _judged(batch: NoticeBatch, rows: Sequence[ResultRow]) -> list[JudgedResult]:
    found = Notice.objects.filter(batch=batch, place__isnull=False).values_list("place", "state", "reason")
    standing = {place or 0: Standing(NoticeState(state), reason) for place, state, reason in found}
    return judged(batch.batch_no, batch.notice_count, rows, standing)


def _write(batch_id: int, good: Sequence[JudgedResult]) -> None:
    """One statement. A notice that failed is worked on by people, so the reason that was told stays with it."""
    places = [one.place for one in good]
    states = [str(one.state) for one in good]
    reasons = [one.row.reason.strip()[:REASON_LIMIT] if one.state is NoticeState.FAILED else "" for one in good]
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE notice SET state = given.state, reason = given.reason, changed_at = now()"
            " FROM unnest(%s::int[], %s::text[], %s::text[]) AS given(place, state, reason)"
            " WHERE notice.batch_id = %s AND notice.place = given.place AND notice.state = 'HANDED_OVER'",
            [places, states, reasons, batch_id],
        )
