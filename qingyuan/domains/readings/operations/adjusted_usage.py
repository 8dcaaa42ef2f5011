"""A month's usage with what people adjusted of it (增减后的用量): a further revision of its consumption, and what it may not be."""

from decimal import Decimal

from django.db import connection

from qingyuan.domains.readings.models import VolumeAdjustment
from qingyuan.domains.readings.operations.consumption_rows import (
    NewConsumption,
    NewPart,
    RegisterFacts,
    insert_consumptions,
    point_items_at,
)
from qingyuan.domains.readings.queries.consumption import ConsumptionFacts, UsagePart, consumption_facts
from qingyuan.domains.readings.queries.field_facts import rows_of
from qingyuan.domains.readings.queries.work_items import WorkItem
from qingyuan.domains.readings.rules.states import ChangeReason, ItemState, PartKind
from qingyuan.kernel.errors import DomainError


class ItemVolumeNegative(DomainError):
    """More of a charge item would be let off than the month used (单项减量后计费水量为负)."""

    code = "readings.item_volume_negative"


def standing_usage(work: WorkItem) -> ConsumptionFacts:
    """The item's usage as it stands."""
    return consumption_facts([work.id])[work.id]


def part_of(row: VolumeAdjustment, usage: ConsumptionFacts, *, by: str) -> NewPart:
    """The adjustment as a part of the usage: its volume, or, where it is of one charge item, no volume and the item's change."""
    evidence: dict[str, object] = {
        "adjustment": row.adjustment_no,
        "by": by,
        "reason": row.reason,
        "reason_code": row.reason_code,
    }
    if row.charge_item is None:
        return NewPart(PartKind.ADJUSTMENT, usage.from_date, usage.to_date, row.change, evidence=evidence)
    evidence["item"] = row.charge_item.code
    evidence["change"] = None if row.is_waived else f"{row.change:.3f}"
    return NewPart(PartKind.ITEM_ADJUSTMENT, usage.from_date, usage.to_date, Decimal("0.000"), evidence=evidence)


def standing_parts(usage: ConsumptionFacts, *, without: VolumeAdjustment | None = None) -> list[NewPart]:
    """The parts of the usage as they stand, `without` one adjustment."""
    parts = [_same(part) for part in usage.parts]
    return parts if without is None else [part for part in parts if not _is_of(part, without)]


def refuse_items_below(usage: ConsumptionFacts, volume: Decimal, changes: dict[str, Decimal | None]) -> None:
    """When the month's usage becomes `volume` and its charge items' changes these (None: let off wholly). Raises
    ItemVolumeNegative for an item that would be charged less than nothing.
    """
    for item_code, change in changes.items():
        if change is not None and volume + change < 0:
            raise ItemVolumeNegative(charge_item=item_code, yyyymm=usage.yyyymm, volume=volume + change)


def item_changes(usage: ConsumptionFacts, *, without: str = "") -> dict[str, Decimal | None]:
    """By charge item: how much more it is charged than the usage, None where it is let off wholly; `without` one adjustment."""
    changes: dict[str, Decimal | None] = {}
    for adjusted in usage.item_adjustments:
        if adjusted.adjustment_no != without:
            known = changes.get(adjusted.item_code, Decimal("0.000"))
            changes[adjusted.item_code] = None if known is None or adjusted.change is None else known + adjusted.change
    return changes


def refuse_items_below_zero(point_id: int) -> None:
    """After a register of the point was corrected. Raises ItemVolumeNegative where an item would be charged below nothing."""
    rows = rows_of(
        """
        SELECT i.id, i.usage_volume FROM reading_item i
        JOIN consumption_part cp ON cp.consumption_id = i.consumption_id AND cp.kind = 'ITEM_ADJUSTMENT'
        WHERE i.point_id = %s AND i.state IN ('APPROVED', 'BILLED') GROUP BY i.id ORDER BY i.id
        """,
        [point_id],
    )
    for usage in consumption_facts([row[0] for row in rows]).values():
        refuse_items_below(usage, usage.volume, item_changes(usage))


def write_usage(work: WorkItem, usage: ConsumptionFacts, parts: list[NewPart]) -> Decimal:
    """A further revision of the item's consumption made of these parts; returns its volume, which is their sum."""
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
        revision=usage.revision + 1,
        from_date=usage.from_date,
        to_date=usage.to_date,
        months=usage.months,
        volume=volume,
        is_estimated=usage.is_estimated,
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
    kind = PartKind.ADJUSTMENT if row.charge_item_id is None else PartKind.ITEM_ADJUSTMENT
    return part.kind is kind and part.evidence.get("adjustment") == row.adjustment_no
