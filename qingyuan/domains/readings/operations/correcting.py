"""Corrections of what is approved or billed: another register, an exchange learnt late (更正)."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db import transaction

from qingyuan.domains.readings.models import Reading, ReadingItem
from qingyuan.domains.readings.operations.adjusted_usage import refuse_items_below_zero
from qingyuan.domains.readings.operations.rebuilding import NewEnd, following_items, rebuild, rebuild_following
from qingyuan.domains.readings.operations.reviewing import ReasonMissing
from qingyuan.domains.readings.operations.taking import ItemNotOpen
from qingyuan.domains.readings.queries.field_facts import rows_of
from qingyuan.domains.readings.queries.work_items import WorkItem, work_items
from qingyuan.domains.readings.rules.outcome import UnknownRegister
from qingyuan.domains.readings.rules.states import ChangeReason, ItemState
from qingyuan.kernel.actor import Actor
from qingyuan.kernel.errors import DomainError, NotFound
from qingyuan.platform.audit.operations.record import record
from qingyuan.platform.locking.door import hold
from qingyuan.platform.locking.rank import Rank
from qingyuan.platform.staff.operations.require import require


class NothingToCorrect(DomainError):
    """The correction gives what stands already, or says no register value (无需更正)."""

    code = "readings.nothing_to_correct"


class UsageNegative(DomainError):
    """The corrected usage of a period would be below zero (更正后水量为负)."""

    code = "readings.usage_negative"


@dataclass(frozen=True, slots=True)
class Correction:
    """What a correction came to. `change_ids` are the changes that billing has to answer, also those of later periods."""

    reading_item_id: int
    consumption_id: int
    volume: Decimal
    change_ids: tuple[int, ...]


def correct_after_billing(
    *,
    actor: Actor,
    reading_item_id: int,
    reason: str,
    on: date,
    values: Mapping[int, Decimal],
) -> Correction:
    """Correct the register of an approved or billed item (更正读数); the volume alone is adjusted (adjusting.py).

    By `values` (by register number) the read is superseded, and the following period, which starts from it, changes too;
    what people adjusted stays adjusted. Each billed period that changed gets a ConsumptionChange with reason CORRECTION.
    Raises ReasonMissing, NothingToCorrect, UsageNegative, UnknownRegister, ItemNotOpen, ItemVolumeNegative,
    NotPermitted (readings.correct), NotFound.
    """
    if not reason.strip():
        raise ReasonMissing()
    with transaction.atomic():
        before = locked_with_later(reading_item_id)
        require(actor, "readings.correct", on=on, unit_id=before.unit_id, book_id=before.book_id)
        known = last_change(before.point_id)
        _move_registers(before, values, actor, reason, on)
        after = work_items([reading_item_id])[reading_item_id]
        _refuse_negative(before.point_id)
        assert after.usage_volume is not None and after.consumption_id is not None
        record(
            actor=actor,
            action="readings.correct",
            object_type="reading_item",
            object_key=f"{after.point_no}@{after.yyyymm}",
            company_id=after.company_id,
            unit_id=after.unit_id,
            before={"usage": _text(before.usage_volume), "registers": _ends(before)},
            after={"usage": _text(after.usage_volume), "registers": _ends(after)},
            reason=reason,
        )
        return Correction(
            reading_item_id, after.consumption_id, after.usage_volume, changes_since(before.point_id, known)
        )


def revise_after_exchange(*, actor: Actor, point_id: int, on: date, reason: str = "") -> tuple[int, ...]:
    """After a meter was exchanged, removed or hung at the point: plan its items anew (换表后重算抄表项).

    Concerns the item whose span holds the latest exchange and all later ones. A read taken after the exchange becomes
    a read of the new meter; a period already billed gets a further revision and a ConsumptionChange (EXCHANGE).
    Returns the ids of the items revised. To be called in the exchange's own transaction, by whoever was allowed to
    exchange. Raises the rules' refusals when a billed period cannot be worked out with the new meter.
    """
    with transaction.atomic():
        touched = [
            row[0]
            for row in rows_of(
                """
                SELECT i.id FROM reading_item i JOIN reading_period p ON p.id = i.period_id
                WHERE i.point_id = %(point)s AND i.state <> 'SKIPPED'
                  AND (i.read_date IS NULL OR i.read_date >= (
                       SELECT max(GREATEST(installed_at, removed_at) AT TIME ZONE COALESCE(
                              (SELECT time_zone FROM company_profile c WHERE c.unit_id = installation.company_id),
                              'Asia/Shanghai'))::date
                       FROM installation WHERE point_id = %(point)s))
                ORDER BY p.yyyymm, p.round_no
                """,
                {"point": point_id},
            )
        ]
        if not touched:
            return ()
        hold(Rank.READING_ITEM, ReadingItem, touched)
        for reading_item_id in touched:
            rebuild(reading_item_id, on=on, reason=ChangeReason.EXCHANGE)
        _refuse_negative(point_id)
        for work in work_items(touched).values():
            record(
                actor=actor,
                action="readings.exchange",
                object_type="reading_item",
                object_key=f"{work.point_no}@{work.yyyymm}",
                company_id=work.company_id,
                unit_id=work.unit_id,
                after={"state": work.state.value, "usage": _text(work.usage_volume), "registers": _ends(work)},
                reason=reason,
            )
    return tuple(touched)


def locked_with_later(reading_item_id: int, *, must_be_done: bool = True) -> WorkItem:
    """The item, locked with all later ones of its point. Raises NotFound; ItemNotOpen when it must be approved or
    billed and is not."""
    found = work_items([reading_item_id]).get(reading_item_id)
    if found is None:
        raise NotFound(table="reading_item", missing=1)
    later = following_items([found]).get(found.point_id, [])
    hold(Rank.READING_ITEM, ReadingItem, [reading_item_id, *later])
    work = work_items([reading_item_id])[reading_item_id]
    if must_be_done and work.state not in {ItemState.APPROVED, ItemState.BILLED}:
        raise ItemNotOpen(point_no=work.point_no, state=work.state.value)
    return work


def _move_registers(work: WorkItem, values: Mapping[int, Decimal], actor: Actor, reason: str, on: date) -> None:
    ends: list[NewEnd] = []
    by_number = {one.stretch.register_no: one for one in work.segments if not one.is_final}
    for register_no, value in values.items():
        segment = by_number.get(register_no)
        if segment is None or segment.end_reading_id is None:
            raise UnknownRegister(register_no=register_no)
        old = Reading.objects.get(pk=segment.end_reading_id)
        if old.value == value:
            continue
        corrected = Reading.objects.create(
            company_id=old.company_id,
            point_id=old.point_id,
            installation_id=old.installation_id,
            register_id=old.register_id,
            reading_item_id=old.reading_item_id,
            read_at=old.read_at,
            read_date=old.read_date,
            value=value,
            source=old.source,
            condition_id=old.condition_id,
            photo_hash=old.photo_hash,
            reader_id=actor.staff_id,
            supersedes_id=old.pk,
            source_key=f"corrected:{old.pk}",
            note=reason[:200],
        )
        ends.append(NewEnd(segment.register_id, corrected.pk, value))
    if not ends:
        raise NothingToCorrect()
    rebuild(work.id, on=on, reason=ChangeReason.CORRECTION, new_ends=ends)
    rebuild_following([work], on=on, reason=ChangeReason.CORRECTION)


def _refuse_negative(point_id: int) -> None:
    rows = rows_of(
        "SELECT p.yyyymm, i.usage_volume FROM reading_item i JOIN reading_period p ON p.id = i.period_id "
        "WHERE i.point_id = %s AND i.state IN ('APPROVED', 'BILLED') AND i.usage_volume < 0 ORDER BY 1 LIMIT 1",
        [point_id],
    )
    if rows:
        raise UsageNegative(yyyymm=rows[0][0], volume=rows[0][1])
    refuse_items_below_zero(point_id)


def last_change(point_id: int) -> int:
    """The newest change of the point's usage; 0 before the first."""
    [(last,)] = rows_of("SELECT COALESCE(max(id), 0) FROM consumption_change WHERE point_id = %s", [point_id])
    return int(last)


def changes_since(point_id: int, known: int) -> tuple[int, ...]:
    """The point's changes after the one that was the newest."""
    rows = rows_of("SELECT id FROM consumption_change WHERE point_id = %s AND id > %s ORDER BY id", [point_id, known])
    return tuple(row[0] for row in rows)


def _ends(work: WorkItem) -> list[str | None]:
    return [_text(one.end_value) for one in work.segments]


def _text(value: Decimal | None) -> str | None:
    return None if value is None else format(value, "f")
