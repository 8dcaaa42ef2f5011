"""Volume adjustments (增减水量): asked for with a reason and evidence, decided within limits, undone by reversal.

An adjustment moves money and never the register: the month's consumption gets a further revision with the adjustment as a
part. It is of the whole month's volume, or of one charge item alone (单项增减), which is then charged on a volume of its own
or not at all. Where the month is billed, that revision is a ConsumptionChange, which billing answers by a correction (退补).
"""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db import transaction

from qingyuan.domains.readings.declarations import ADJUSTMENT_NUMBERS
from qingyuan.domains.readings.models import VolumeAdjustment
from qingyuan.domains.readings.operations.adjusted_usage import (
    item_changes,
    part_of,
    refuse_items_below,
    standing_parts,
    standing_usage,
    write_usage,
)
from qingyuan.domains.readings.operations.correcting import (
    NothingToCorrect,
    UsageNegative,
    changes_since,
    last_change,
    locked_with_later,
)
from qingyuan.domains.readings.operations.reviewing import ReasonMissing
from qingyuan.domains.readings.queries.adjustment_limits import waits_for_second_person
from qingyuan.domains.readings.queries.consumption import ConsumptionFacts
from qingyuan.domains.readings.queries.work_items import WorkItem
from qingyuan.domains.readings.rules.adjusting import Measure
from qingyuan.domains.readings.rules.states import AdjustmentState
from qingyuan.domains.tariffs import queries as tariffs
from qingyuan.kernel.actor import Actor
from qingyuan.kernel.errors import DomainError, NotFound, StaleEdit
from qingyuan.platform.audit.operations.record import record
from qingyuan.platform.files import operations as files
from qingyuan.platform.numbering.operations import draw
from qingyuan.platform.staff.operations.require import require

ADJUST, DECIDE = "readings.adjust", "readings.decide_adjustments"
OBJECT_TYPE = "volume_adjustment"
ZERO = Decimal("0.000")


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
class Wanted:
    """What a person asks of a month: so many m³ more (negative: less) as `change`, or its volume to become `volume`; with
    `charge_item` (its code) of that item alone, which may be `is_waived` wholly instead. Exactly one of the three is given.
    """

    change: Decimal | None = None
    volume: Decimal | None = None
    charge_item: str = ""
    is_waived: bool = False

    def change_of(self, stands_at: Decimal) -> Decimal:
        """What is added to what is charged, which stands at so many m³; 0 when it is let off. Raises NothingToCorrect."""
        given = [self.change is not None, self.volume is not None, self.is_waived]
        if given.count(True) != 1 or (self.is_waived and not self.charge_item):
            raise NothingToCorrect()
        if self.is_waived:
            return ZERO
        change = self.change if self.change is not None else (self.volume or Decimal(0)) - stands_at
        if not change:
            raise NothingToCorrect()
        return change


@dataclass(frozen=True, slots=True)
class AdjustmentResult:
    """What became of an adjustment. `volume` is the month's usage as it now stands in m³; `change_ids` what billing has to
    answer, none while a second person has not decided or the month is not billed. `charge_item`: the code of the one that
    alone is adjusted, empty for the whole month.
    """

    adjustment_id: int
    adjustment_no: str
    state: AdjustmentState
    volume: Decimal
    change_ids: tuple[int, ...] = ()
    charge_item: str = ""


def hold_month(reading_item_id: int) -> None:
    """Lock the month before its bill is looked at; in the caller's transaction. Raises NotFound, ItemNotOpen."""
    locked_with_later(reading_item_id)


def adjust_volume(
    *,
    actor: Actor,
    reading_item_id: int,
    reason: str,
    on: date,
    change: Decimal | None = None,
    volume: Decimal | None = None,
    charge_item: str = "",
    is_waived: bool = False,
    effect: Decimal | None = None,
    reason_code: str = "OTHER",
    evidence: Evidence | None = None,
) -> AdjustmentResult:
    """Adjust an approved or billed month's usage, or one charge item of it (see Wanted). `effect`: by how much that moves
    its bill in yuan, from whoever can rate it; None: not known.

    Up to the parameters readings.adjust_limit_volume and readings.adjust_limit_amount for the month's adjustments together
    it holds at once; above one of them, or with an effect that is not known, it waits (REQUESTED) for a second person. The
    system itself has no limit. Raises ReasonMissing, NothingToCorrect, UsageNegative, ItemVolumeNegative, ItemNotOpen,
    NotPermitted (readings.adjust), NotFound (also for a charge item), and what files' `store` raises.
    """
    if not reason.strip():
        raise ReasonMissing()
    with transaction.atomic():
        work = locked_with_later(reading_item_id)
        require(actor, ADJUST, on=on, unit_id=work.unit_id, book_id=work.book_id)
        usage = standing_usage(work)
        wanted = Wanted(change, volume, charge_item, is_waived)
        measure = Measure(checked_change(usage, wanted), effect)
        waits = waits_for_second_person(
            actor=actor, reading_item_id=work.id, unit_id=work.unit_id, wanted=measure, on=on
        )
        row = _new_row(work, wanted, measure, actor, on, (reason_code, reason.strip()[:200]), waits=waits)
        if evidence is not None:
            _attach(row, evidence, actor, on)
        _audit(actor, "readings.adjustment_requested", row, reason=row.reason)
        if waits:
            return _result(row, usage.volume)
        return _approve(row, work, usage, actor, on, "")


def checked_change(usage: ConsumptionFacts, wanted: Wanted) -> Decimal:
    """What is added in m³, 0 for an item that is let off. Raises NothingToCorrect, UsageNegative, ItemVolumeNegative."""
    changes = item_changes(usage)
    if not wanted.charge_item:
        change = wanted.change_of(usage.volume)
        _refuse_below_zero(usage, change)
        return change
    known = changes.get(wanted.charge_item, ZERO)
    if known is None:
        raise NothingToCorrect()
    change = wanted.change_of(usage.volume + known)
    refuse_items_below(usage, usage.volume, {wanted.charge_item: known + change})
    return change


def approve_adjustment(*, actor: Actor, adjustment_id: int, version: int, on: date, note: str = "") -> AdjustmentResult:
    """Let a requested adjustment hold (审批通过). Raises OwnAdjustment, AdjustmentDecided, StaleEdit, UsageNegative,
    ItemVolumeNegative, NothingToCorrect (the item is let off by now), ItemNotOpen, NotPermitted
    (readings.decide_adjustments), NotFound.
    """
    with transaction.atomic():
        row, work = _locked(adjustment_id, version, AdjustmentState.REQUESTED)
        require(actor, DECIDE, on=on, unit_id=row.unit_id, book_id=row.book_id)
        if not actor.is_system and actor.staff_id == row.requested_by_id:
            raise OwnAdjustment(adjustment=row.adjustment_no)
        usage = standing_usage(work)
        checked_change(usage, _wanted_of(row))
        return _approve(row, work, usage, actor, on, note)


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
    StaleEdit, UsageNegative, ItemVolumeNegative, ItemNotOpen, NotPermitted (readings.decide_adjustments), NotFound.
    """
    if not reason.strip():
        raise ReasonMissing()
    with transaction.atomic():
        row, work = _locked(adjustment_id, version, AdjustmentState.APPROVED)
        require(actor, DECIDE, on=on, unit_id=row.unit_id, book_id=row.book_id)
        usage = standing_usage(work)
        if row.charge_item_id is None:
            _refuse_below_zero(usage, -row.change)
        else:
            refuse_items_below(usage, usage.volume, item_changes(usage, without=row.adjustment_no))
        known = last_change(work.point_id)
        volume = write_usage(work, usage, standing_parts(usage, without=row))
        _close(row, AdjustmentState.REVERSED, actor, on, reason)
        _audit(actor, "readings.adjustment_reversed", row, reason=reason)
        return _result(row, volume, changes_since(work.point_id, known))


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
    work: WorkItem,
    wanted: Wanted,
    measure: Measure,
    actor: Actor,
    on: date,
    reason: tuple[str, str],
    *,
    waits: bool,
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
        charge_item_id=_charge_item_id(work.company_id, wanted.charge_item) if wanted.charge_item else None,
        is_waived=wanted.is_waived,
        change=measure.change,
        effect=measure.effect,
        usage_before=work.usage_volume,
        reason_code=reason[0],
        reason=reason[1],
        is_second_person=waits,
        requested_by_id=actor.staff_id,
        requested_on=on,
    )


def _charge_item_id(company_id: int, code: str) -> int:
    for each in tariffs.charge_items(company_id):
        if each.code == code:
            return each.id
    raise NotFound(charge_item=code)


def _wanted_of(row: VolumeAdjustment) -> Wanted:
    code = "" if row.charge_item is None else row.charge_item.code
    return Wanted(None if row.is_waived else row.change, None, code, row.is_waived)


def _attach(row: VolumeAdjustment, evidence: Evidence, actor: Actor, on: date) -> None:
    stored = files.store(
        actor=actor, name=evidence.name, media_type=evidence.media_type, content=evidence.content, on=on
    )
    files.link(
        actor=actor, sha256=stored.sha256, object_type=OBJECT_TYPE, object_key=row.adjustment_no, purpose="evidence"
    )


def _approve(
    row: VolumeAdjustment, work: WorkItem, usage: ConsumptionFacts, actor: Actor, on: date, note: str
) -> AdjustmentResult:
    known = last_change(work.point_id)
    volume = write_usage(work, usage, [*standing_parts(usage), part_of(row, usage, by=actor.name)])
    row.state, row.decided_by_id, row.decided_on = AdjustmentState.APPROVED, actor.staff_id, on
    row.decision_note = note.strip()[:200]
    _save(row)
    _audit(actor, "readings.adjustment_approved", row, reason=row.decision_note)
    return _result(row, volume, changes_since(work.point_id, known))


def _result(row: VolumeAdjustment, volume: Decimal, change_ids: tuple[int, ...] = ()) -> AdjustmentResult:
    code = "" if row.charge_item is None else row.charge_item.code
    return AdjustmentResult(row.pk, row.adjustment_no, AdjustmentState(row.state), volume, change_ids, code)


def _refuse_below_zero(usage: ConsumptionFacts, change: Decimal) -> None:
    """When the whole month's usage changes: neither it nor an item that is charged less than it may fall below nothing."""
    volume = usage.volume + change
    if volume < 0:
        raise UsageNegative(yyyymm=usage.yyyymm, volume=volume)
    refuse_items_below(usage, volume, item_changes(usage))


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
        after={
            "state": str(row.state),
            "change": "0" if row.is_waived else format(row.change, "f"),
            "reading_item": row.reading_item_id,
            **({} if row.charge_item is None else {"charge_item": row.charge_item.code, "waived": row.is_waived}),
        },
        reason=reason,
    )
