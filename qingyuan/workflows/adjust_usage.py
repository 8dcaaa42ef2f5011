"""Adjusting a month (增减水量): what it comes to in money decides with the volume who may do it."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db import transaction

from qingyuan.domains.billing.queries.adjusting import (
    AdjustableCharge,
    Effect,
    adjustable_charges,
    month_rating,
)
from qingyuan.domains.readings import operations as readings
from qingyuan.domains.readings import queries as reading_queries
from qingyuan.domains.readings.queries import ConsumptionFacts
from qingyuan.domains.readings.rules.adjusting import Limits, Measure
from qingyuan.kernel.actor import Actor
from qingyuan.kernel.errors import NotFound


@dataclass(frozen=True, slots=True)
class AdjustmentPreview:
    """What an adjustment would do. `change` in m³ (0 for an item that is let off); `effect` None where the month cannot be
    rated now; `waits`: a second person would decide, beyond these `limits` of one.
    """

    change: Decimal
    effect: Effect | None
    waits: bool
    limits: Limits


@dataclass(frozen=True, slots=True)
class AdjustableMonth:
    """A month that may be adjusted: its usage, and the charges that can be adjusted alone."""

    usage: ConsumptionFacts
    charges: tuple[AdjustableCharge, ...]

    def preview(self, *, actor: Actor, wanted: readings.Wanted, on: date) -> AdjustmentPreview:
        """What the adjustment would come to, and whether it would wait for a second person; nothing is written or locked.

        Raises as `adjust_usage`, but for what concerns permission and reason.
        """
        change = readings.checked_change(self.usage, wanted)
        effect = _effect(self.usage, wanted, change, on)
        waits = reading_queries.waits_for_second_person(
            actor=actor,
            reading_item_id=self.usage.reading_item_id,
            unit_id=self.usage.unit_id,
            wanted=Measure(change, None if effect is None else effect.amount),
            on=on,
        )
        return AdjustmentPreview(
            change, effect, waits, reading_queries.adjustment_limits(unit_id=self.usage.unit_id, on=on)
        )


def adjustable_month(reading_item_id: int) -> AdjustableMonth:
    """The month of an approved or billed reading; the caller has checked that it may be seen. Raises NotFound."""
    usage = _usage(reading_item_id)
    return AdjustableMonth(usage, adjustable_charges(usage))


def adjust_usage(
    *,
    actor: Actor,
    reading_item_id: int,
    wanted: readings.Wanted,
    reason: str,
    on: date,
    reason_code: str = "OTHER",
    evidence: readings.Evidence | None = None,
) -> readings.AdjustmentResult:
    """Adjust the month as readings' `adjust_volume` does, measured by its bill with and without the adjustment.

    Raises what that raises; for a charge item also ItemNotCharged, ItemNotByVolume, ItemChangeTooLarge, MinimumTakesBack.
    """
    with transaction.atomic():
        readings.hold_month(reading_item_id)
        usage = _usage(reading_item_id)
        effect = _effect(usage, wanted, readings.checked_change(usage, wanted), on)
        return readings.adjust_volume(
            actor=actor,
            reading_item_id=reading_item_id,
            change=wanted.change,
            volume=wanted.volume,
            charge_item=wanted.charge_item,
            is_waived=wanted.is_waived,
            effect=None if effect is None else effect.amount,
            reason=reason,
            on=on,
            reason_code=reason_code,
            evidence=evidence,
        )


def _usage(reading_item_id: int) -> ConsumptionFacts:
    usage = reading_queries.consumption_facts([reading_item_id]).get(reading_item_id)
    if usage is None:
        raise NotFound(reading_item=reading_item_id)
    return usage


def _effect(usage: ConsumptionFacts, wanted: readings.Wanted, change: Decimal, on: date) -> Effect | None:
    """What it comes to in money; None where the month cannot be rated now. Raises as MonthRating's do."""
    rating = month_rating(usage.reading_item_id, on=on)
    if rating is None:
        return None
    if not wanted.charge_item:
        return rating.effect_of_usage(change)
    return rating.effect_of_item(wanted.charge_item, None if wanted.is_waived else change)
