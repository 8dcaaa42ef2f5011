"""Volume adjustments (增减水量): asked for with a reason and evidence, decided within limits, undone by reversal.

An adjustment moves money and never the register: the month's consumption gets a further revision with the adjustment as a
part. Where the month is billed, that revision is a ConsumptionChange, which billing answers by a correction (退补).
"""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db import connection, transaction

from qingyuan.domains.readings.declarations import ADJUST_LIMIT, ADJUSTMENT_NUMBERS
from qingyuan.domains.readings.models import VolumeAdjustment
from qingyuan.domains.readings.operations.consumption_rows import (
    NewConsumption,
    NewPart,
    RegisterFacts,
    insert_consumptions,
    point_items_at,
)
from qingyuan.domains.readings.operations.correcting import (
    NothingToCorrect,
    UsageNegative,
    changes_since,
    last_change,
    locked_with_later,
)
from qingyuan.domains.readings.operations.reviewing import ReasonMissing
from qingyuan.domains.readings.queries.consumption import UsagePart, consumption_facts
from qingyuan.domains.readings.queries.work_items import WorkItem
from qingyuan.domains.readings.rules.adjusting import needs_second_person
from qingyuan.domains.readings.rules.states import AdjustmentState, ChangeReason, ItemState, PartKind
from qingyuan.kernel.actor import Actor
from qingyuan.kernel.errors import DomainError, NotFound, StaleEdit
from qingyuan.platform.audit.operations.record import record
from qingyuan.platform.files import operations as files
from qingyuan.platform.numbering.operations import draw
from qingyuan.platform.parameters import queries as parameters
from qingyuan.platform.staff.operations.require import require

ADJUST, DECIDE = "readings.adjust", "readings.decide_adjustments"
OBJECT_TYPE = "volume_adjustment"
LIVE = (AdjustmentState.REQUESTED, AdjustmentState.APPROVED)


class OwnAdjustment(DomainError):
    """Nobody approves a volume adjustment that they asked for (不得审批本人申请的增减水量)."""

    code = "readings.own_adjustment"


class AdjustmentDecided(DomainError):
    """The adjustment no longer stands where this could be done to it (增减水量状态不符)."""

    code = "readings.adjustment_decided"


@dataclass(frozen=True, slots=True)
class Evidence:
    """A file that proves an adjustment: its name, the type the browser told, its bytes."""

    name: str
    media_type: str
    content: bytes


@dataclass(frozen=True, slots=True)
class AdjustmentResult:
    """What became of an adjustment. `volume` is the month's usage as it now stands in m³; `change_ids` what billing has to
    answer, none while a second person has not decided or the month is not billed.
    """

    adjustment_id: int
    adjustment_no: str
    state: AdjustmentState
    volume: Decimal
    change_ids: tuple[int, ...] = ()


def adjust_volume(
    *,
    actor: Actor,
    reading_item_id: int,
    reason: str,
    on: date,
    volume: Decimal | None = None,
    change: Decimal | None = None,
    reason_code: str = "OTHER",
    evidence: Evidence | None = None,
) -> AdjustmentResult:
    """Adjust an approved or billed month's usage by `change` (± m³), or to `volume`; exactly one of the two is given.

    Up to the parameter readings.adjust_limit_volume for the month's adjustments together it holds at once; above it it waits
    (REQUESTED) for a second person. The system itself has no limit. Raises ReasonMissing, NothingToCorrect, UsageNegative,
    ItemNotOpen, NotPermitted (readings.adjust), NotFound, and what files' `store` raises.
    """
    if not reason.strip():
        raise ReasonMissing()
    if (volume is None) == (change is None):
        raise NothingToCorrect()
    with transaction.atomic():
        work = locked_with_later(reading_item_id)
        require(actor, ADJUST, on=on, unit_id=work.unit_id, book_id=work.book_id)
        assert work.usage_volume is not None
        wanted = change if change is not None else (volume or Decimal(0)) - work.usage_volume
        if not wanted:
            raise NothingToCorrect()
        _refuse_below_zero(work, wanted)
        limit = parameters.decimal(ADJUST_LIMIT, unit_id=work.unit_id, on=on)
        others = VolumeAdjustment.objects.filter(reading_item_id=work.id, state__in=LIVE)
        waits = not actor.is_system and needs_second_person(
            wanted, others.values_list("change", flat=True), limit=limit
        )
        row = _new_row(work, wanted, actor, on, (reason_code, reason.strip()[:200]), waits=waits)
        if evidence is not None:
            _attach(row, evidence, actor, on)
        _audit(actor, "readings.adjustment_requested", row, reason=row.reason)
        if waits:
            return AdjustmentResult(row.pk, row.adjustment_no, AdjustmentState.REQUESTED, work.usage_volume)
        return _approve(row, work, actor, on, "")


def approve_adjustment(*, actor: Actor, adjustment_id: int, version: int, on: date, note: str = "") -> AdjustmentResult:
    """Let a requested adjustment hold (审批通过). Raises OwnAdjustment, AdjustmentDecided, StaleEdit, UsageNegative,
    ItemNotOpen, NotPermitted (readings.decide_adjustments), NotFound.
    """
    with transaction.atomic():
        row, work = _locked(adjustment_id, version, AdjustmentState.REQUESTED)
        require(actor, DECIDE, on=on, unit_id=row.unit_id, book_id=row.book_id)
        if not actor.is_system and actor.staff_id == row.requested_by_id:
            raise OwnAdjustment(adjustment=row.adjustment_no)
        _refuse_below_zero(work, row.change)
        return _approve(row, work, actor, on, note)


def refuse_adjustment(*, actor: Actor, adjustment_id: int, version: int, on: date, note: str) -> None:
    """Refuse a requested adjustment; nothing changes (不予批准). Raises ReasonMissing, AdjustmentDecided, StaleEdit,
    NotPermitted (readings.decide_adjustments), NotFound.
    """
    if not note.strip():
        raise ReasonMissing()
    with transaction.atomic():
        row, _ = _locked(adjustment_id, version, AdjustmentState.REQUESTED, to_write=False)
        require(actor, DECIDE, on=on, unit_id=row.unit_id, book_id=row.book_id)
        row.state, row.decided_by_id, row.decided_on = AdjustmentState.REFUSED, actor.staff_id, on
        row.decision_note = note.strip()[:200]
        _save(row)
        _audit(actor, "readings.adjustment_refused", row, reason=row.decision_note)


def withdraw_adjustment(*, actor: Actor, adjustment_id: int, version: int, on: date, note: str = "") -> None:
    """Take a request back before it is decided (撤回): whoever asked for it may, and whoever may decide it. Raises
    AdjustmentDecided, StaleEdit, NotPermitted (readings.adjust for one's own, else readings.decide_adjustments), NotFound.
    """
    with transaction.atomic():
        row, _ = _locked(adjustment_id, version, AdjustmentState.REQUESTED, to_write=False)
        own = actor.is_system or actor.staff_id == row.requested_by_id
        require(actor, ADJUST if own else DECIDE, on=on, unit_id=row.unit_id, book_id=row.book_id)
        _close(row, AdjustmentState.WITHDRAWN, actor, on, note)
        _audit(actor, "readings.adjustment_withdrawn", row, reason=note)


def reverse_adjustment(*, actor: Actor, adjustment_id: int, version: int, on: date, reason: str) -> AdjustmentResult:
    """Undo an adjustment that holds (冲销): the month's usage is again without it. Raises ReasonMissing, AdjustmentDecided,
    StaleEdit, UsageNegative, ItemNotOpen, NotPermitted (readings.decide_adjustments), NotFound.
    """
    if not reason.strip():
        raise ReasonMissing()
    with transaction.atomic():
        row, work = _locked(adjustment_id, version, AdjustmentState.APPROVED)
        require(actor, DECIDE, on=on, unit_id=row.unit_id, book_id=row.book_id)
        _refuse_below_zero(work, -row.change)
        known = last_change(work.point_id)
        volume = _write(work, [part for part in _standing(work) if not _is_of(part, row)])
        _close(row, AdjustmentState.REVERSED, actor, on, reason)
        _audit(actor, "readings.adjustment_reversed", row, reason=reason)
        return AdjustmentResult(
            row.pk, row.adjustment_no, AdjustmentState.REVERSED, volume, changes_since(work.point_id, known)
        )


def _locked(
    adjustment_id: int, version: int, state: AdjustmentState, *, to_write: bool = True
) -> tuple[VolumeAdjustment, WorkItem]:
    """The adjustment, held by its reading item's lock. `to_write` asks that the item is approved or billed."""
    found = VolumeAdjustment.objects.filter(pk=adjustment_id).values_list("reading_item_id", flat=True).first()
    if found is None:
        raise NotFound(table=OBJECT_TYPE, missing=1)
    work = locked_with_later(found, must_be_done=to_write)
    row = VolumeAdjustment.objects.get(pk=adjustment_id)
    if row.state != state:
        raise AdjustmentDecided(adjustment=row.adjustment_no)
    if row.version != version:
        raise StaleEdit(adjustment=row.adjustment_no)
    return row, work


def _new_row(
    work: WorkItem, change: Decimal, actor: Actor, on: date, reason: tuple[str, str], *, waits: bool
) -> VolumeAdjustment:
    assert work.usage_volume is not None
    return VolumeAdjustment.objects.create(
        company_id=work.company_id,
        adjustment_no=draw(kind=ADJUSTMENT_NUMBERS, unit_id=work.company_id, on=on).text,
        reading_item_id=work.id,
        point_id=work.point_id,
        account_id=work.account_id,
        book_id=work.book_id,
        unit_id=work.unit_id,
        change=change,
        usage_before=work.usage_volume,
        reason_code=reason[0],
        reason=reason[1],
        is_second_person=waits,
        requested_by_id=actor.staff_id,
        requested_on=on,
    )


def _attach(row: VolumeAdjustment, evidence: Evidence, actor: Actor, on: date) -> None:
    stored = files.store(
        actor=actor, name=evidence.name, media_type=evidence.media_type, content=evidence.content, on=on
    )
    files.link(
        actor=actor, sha256=stored.sha256, object_type=OBJECT_TYPE, object_key=row.adjustment_no, purpose="evidence"
    )


def _approve(row: VolumeAdjustment, work: WorkItem, actor: Actor, on: date, note: str) -> AdjustmentResult:
    known = last_change(work.point_id)
    facts = consumption_facts([work.id])[work.id]
    evidence = {"adjustment": row.adjustment_no, "by": actor.name, "reason": row.reason, "reason_code": row.reason_code}
    part = NewPart(PartKind.ADJUSTMENT, facts.from_date, facts.to_date, row.change, evidence=evidence)
    volume = _write(work, [*_standing(work), part])
    row.state, row.decided_by_id, row.decided_on = AdjustmentState.APPROVED, actor.staff_id, on
    row.decision_note = note.strip()[:200]
    _save(row)
    _audit(actor, "readings.adjustment_approved", row, reason=row.decision_note)
    return AdjustmentResult(
        row.pk, row.adjustment_no, AdjustmentState.APPROVED, volume, changes_since(work.point_id, known)
    )


def _standing(work: WorkItem) -> list[NewPart]:
    """The parts of the item's usage as they stand."""
    return [_same(part) for part in consumption_facts([work.id])[work.id].parts]


def _same(part: UsagePart) -> NewPart:
    register = None
    if part.register_no is not None:
        assert part.start_value is not None and part.end_value is not None and part.multiplier is not None
        register = RegisterFacts(
            part.meter_no,
            part.register_no,
            part.start_value,
            part.end_value,
            part.multiplier,
            part.start_reading_id,
            part.end_reading_id,
        )
    return NewPart(PartKind(part.kind), part.from_date, part.to_date, part.volume, register, part.evidence)


def _is_of(part: NewPart, row: VolumeAdjustment) -> bool:
    return part.kind is PartKind.ADJUSTMENT and part.evidence.get("adjustment") == row.adjustment_no


def _write(work: WorkItem, parts: list[NewPart]) -> Decimal:
    """A further revision of the item's consumption made of these parts; returns its volume, which is their sum."""
    facts = consumption_facts([work.id])[work.id]
    volume = sum((part.volume for part in parts), Decimal("0.000"))
    is_billed = work.state is ItemState.BILLED
    new = NewConsumption(
        company_id=work.company_id,
        point_id=work.point_id,
        account_id=work.account_id,
        book_id=work.book_id,
        unit_id=work.unit_id,
        period_id=work.period_id,
        reading_item_id=work.id,
        revision=facts.revision + 1,
        from_date=facts.from_date,
        to_date=facts.to_date,
        months=facts.months,
        volume=volume,
        is_estimated=facts.is_estimated,
        parts=tuple(parts),
        replaces=work.consumption_id if is_billed else None,
        reason=ChangeReason.CORRECTION if is_billed else None,
    )
    point_items_at([new], insert_consumptions([new]))
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE reading_item SET usage_volume = %s, version = version + 1 WHERE id = %s", [volume, work.id]
        )
    return volume


def _refuse_below_zero(work: WorkItem, change: Decimal) -> None:
    assert work.usage_volume is not None
    if work.usage_volume + change < 0:
        raise UsageNegative(yyyymm=work.yyyymm, volume=work.usage_volume + change)


def _close(row: VolumeAdjustment, state: AdjustmentState, actor: Actor, on: date, note: str) -> None:
    row.state, row.closed_by_id, row.closed_on, row.closing_note = state, actor.staff_id, on, note.strip()[:200]
    _save(row)


def _save(row: VolumeAdjustment) -> None:
    row.version += 1
    row.save()


def _audit(actor: Actor, action: str, row: VolumeAdjustment, *, reason: str) -> None:
    record(
        actor=actor,
        action=action,
        object_type=OBJECT_TYPE,
        object_key=row.adjustment_no,
        company_id=row.company_id,
        unit_id=row.unit_id,
        after={"state": str(row.state), "change": format(row.change, "f"), "reading_item": row.reading_item_id},
        reason=reason,
    )
