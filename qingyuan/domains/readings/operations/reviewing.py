"""Decisions on single items: change, send back, skip, read after all (更正、退回、免抄、恢复)."""

from collections.abc import Sequence
from datetime import date, datetime

from django.db import connection, transaction
from django.db.models import F

from qingyuan.domains.readings.models import ReadingItem, VolumeAdjustment
from qingyuan.domains.readings.operations.rebuilding import rebuild_following
from qingyuan.domains.readings.operations.record import ReadingRefused, record_readings
from qingyuan.domains.readings.operations.taking import ItemNotOpen, ReadRow
from qingyuan.domains.readings.queries.field_facts import rows_of
from qingyuan.domains.readings.queries.work_items import WorkItem, work_items
from qingyuan.domains.readings.rules.states import (
    AdjustmentState,
    ChangeReason,
    Decision,
    ItemState,
    ReadingSource,
    SkipReason,
)
from qingyuan.kernel.actor import Actor
from qingyuan.kernel.batch import BatchIssue, BatchResult
from qingyuan.kernel.errors import DomainError, NotPermitted
from qingyuan.platform.audit.operations.record import record
from qingyuan.platform.locking.door import hold
from qingyuan.platform.locking.rank import Rank
from qingyuan.platform.staff.queries import Reach, reach


class ReasonMissing(DomainError):
    """The decision needs a reason (须填写原因)."""

    code = "readings.reason_missing"


def change_reading(*, actor: Actor, row: ReadRow, reason: str, at: datetime, on: date) -> int:
    """Put another read in place of the one under review; the old one stays and is superseded. Returns the item's id.

    Its anomalies get the decision CHANGED. The usage is judged anew, so the item may be held again. Raises
    ReasonMissing, NotPermitted (readings.review), and ReadingRefused with the row's code.
    """
    _need_reason(reason)
    with transaction.atomic():
        before = work_items([row.reading_item_id]).get(row.reading_item_id)
        _decide_anomalies([row.reading_item_id], Decision.CHANGED, actor, at, reason)
        result = record_readings(
            actor=actor,
            rows=[row],
            source=ReadingSource.KEYED,
            on=on,
            permission="readings.review",
            action="readings.change",
        )
        if result.failed:
            raise ReadingRefused(result.failed[0])
        after = work_items([row.reading_item_id])[row.reading_item_id]
        record(
            actor=actor,
            action="readings.change",
            object_type="reading_item",
            object_key=f"{after.point_no}@{after.yyyymm}",
            company_id=after.company_id,
            unit_id=after.unit_id,
            before=_facts(before),
            after=_facts(after),
            reason=reason,
        )
    return row.reading_item_id


def send_back(*, actor: Actor, reading_item_ids: Sequence[int], reason: str, at: datetime, on: date) -> BatchResult:
    """Send items back to be read again (退回): READ, HELD or APPROVED but not yet billed → PENDING.

    The reads stay; a consumption already approved is left behind by the next revision. Later items that start from
    them are planned anew, and what was adjusted or asked for in their usage falls. Failed: readings.item_not_open,
    kernel.not_permitted. Raises ReasonMissing, NotPermitted.
    """
    _need_reason(reason)
    states = {ItemState.READ, ItemState.HELD, ItemState.APPROVED}
    with transaction.atomic():
        works, failed = _allowed(actor, reading_item_ids, states, "readings.review", on)
        ids = [one.id for one in works]
        _decide_anomalies(ids, Decision.SENT_BACK, actor, at, reason)
        with connection.cursor() as cursor:
            cursor.execute(
                "UPDATE reading_item SET state = 'PENDING', consumption_id = NULL, approved_by_id = NULL, "
                "approved_at = NULL, read_date = NULL, usage_volume = NULL, condition_id = NULL, "
                "is_estimated = false, revision = revision + 1, version = version + 1 WHERE id = ANY(%s)",
                [ids],
            )
            cursor.execute(
                "UPDATE reading_segment SET volume = NULL, "
                "end_date = CASE WHEN is_final THEN end_date END, end_value = CASE WHEN is_final THEN end_value END, "
                "end_kind = CASE WHEN is_final THEN end_kind ELSE '' END WHERE reading_item_id = ANY(%s)",
                [ids],
            )
        _drop_adjustments(ids, actor, on, reason)
        rebuild_following(works, on=on, reason=ChangeReason.CORRECTION)
        _audit_each(actor, works, "readings.send_back", reason)
    return BatchResult(tuple(ids), failed=tuple(failed))


def _drop_adjustments(reading_item_ids: Sequence[int], actor: Actor, on: date, reason: str) -> None:
    """The usage that they changed is no more: requests count as withdrawn, what held as reversed."""
    for state, then in (
        (AdjustmentState.REQUESTED, AdjustmentState.WITHDRAWN),
        (AdjustmentState.APPROVED, AdjustmentState.REVERSED),
    ):
        VolumeAdjustment.objects.filter(reading_item_id__in=reading_item_ids, state=state).update(
            state=then,
            closed_by_id=actor.staff_id,
            closed_on=on,
            closing_note=reason.strip()[:200],
            version=F("version") + 1,
        )


def skip(*, actor: Actor, reading_item_ids: Sequence[int], reason: str, at: datetime, on: date) -> BatchResult:
    """Do not read these points in this period (免抄): PENDING, READ or HELD → SKIPPED. The next read covers the span.

    Failed and raises: as `send_back`, with the permission readings.plan.
    """
    _need_reason(reason)
    states = {ItemState.PENDING, ItemState.READ, ItemState.HELD}
    with transaction.atomic():
        works, failed = _allowed(actor, reading_item_ids, states, "readings.plan", on)
        ids = [one.id for one in works]
        _decide_anomalies(ids, Decision.SENT_BACK, actor, at, reason)
        with connection.cursor() as cursor:
            cursor.execute(
                "UPDATE reading_item SET state = 'SKIPPED', skip_reason = %s, note = %s, version = version + 1 "
                "WHERE id = ANY(%s)",
                [SkipReason.BY_PERSON.value, reason[:200], ids],
            )
        rebuild_following(works, on=on, reason=ChangeReason.CORRECTION)
        _audit_each(actor, works, "readings.skip", reason)
    return BatchResult(tuple(ids), failed=tuple(failed))


def reopen(*, actor: Actor, reading_item_ids: Sequence[int], reason: str, on: date) -> BatchResult:
    """Read skipped points after all: SKIPPED → PENDING. Failed and raises: as `skip`."""
    _need_reason(reason)
    with transaction.atomic():
        works, failed = _allowed(actor, reading_item_ids, {ItemState.SKIPPED}, "readings.plan", on)
        ids = [one.id for one in works]
        with connection.cursor() as cursor:
            cursor.execute(
                "UPDATE reading_item SET state = 'PENDING', skip_reason = '', read_date = NULL, usage_volume = NULL, "
                "revision = revision + 1, version = version + 1 WHERE id = ANY(%s)",
                [ids],
            )
        _audit_each(actor, works, "readings.reopen", reason)
    return BatchResult(tuple(ids), failed=tuple(failed))


def _need_reason(reason: str) -> None:
    if not reason.strip():
        raise ReasonMissing()


def _allowed(
    actor: Actor, reading_item_ids: Sequence[int], states: set[ItemState], permission: str, on: date
) -> tuple[list[WorkItem], list[BatchIssue]]:
    """Lock the items and part them into those that may be decided and the issues of the others."""
    reached: Reach = reach(actor, permission, on=on)
    if reached.is_empty:
        raise NotPermitted(permission=permission)
    wanted = sorted(set(reading_item_ids))
    hold(Rank.READING_ITEM, ReadingItem, wanted)
    good: list[WorkItem] = []
    failed: list[BatchIssue] = []
    for work in work_items(wanted).values():
        if not reached.covers(work.unit_id, work.book_id):
            failed.append(BatchIssue(work.point_no, NotPermitted.code, {"permission": permission}))
        elif work.state not in states:
            failed.append(
                BatchIssue(work.point_no, ItemNotOpen.code, {"state": work.state.value, "point_no": work.point_no})
            )
        else:
            good.append(work)
    return good, failed


def _decide_anomalies(
    reading_item_ids: Sequence[int], decision: Decision, actor: Actor, at: datetime, reason: str
) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE anomaly SET decision = %s, decided_by_id = %s, decided_at = %s, reason = %s "
            "WHERE reading_item_id = ANY(%s) AND decision = ''",
            [decision.value, actor.staff_id, at, reason.strip()[:200], list(reading_item_ids)],
        )


def _audit_each(actor: Actor, works: Sequence[WorkItem], action: str, reason: str) -> None:
    states = dict(rows_of("SELECT id, state FROM reading_item WHERE id = ANY(%s)", [[one.id for one in works]]))
    for work in works:
        record(
            actor=actor,
            action=action,
            object_type="reading_item",
            object_key=f"{work.point_no}@{work.yyyymm}",
            company_id=work.company_id,
            unit_id=work.unit_id,
            before={"state": work.state.value, "usage": _plain(work)},
            after={"state": states[work.id]},
            reason=reason,
        )


def _facts(work: WorkItem | None) -> dict[str, object]:
    if work is None:
        return {}
    return {
        "state": work.state.value,
        "usage": _plain(work),
        "values": [None if one.end_value is None else format(one.end_value, "f") for one in work.segments],
    }


def _plain(work: WorkItem) -> str | None:
    return None if work.usage_volume is None else format(work.usage_volume, "f")
