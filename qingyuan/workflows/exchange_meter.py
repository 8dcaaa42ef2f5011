"""Exchanging a meter (换表): the meters change at the point, and the readings that the exchange touches follow."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from django.db import transaction

from qingyuan.domains.meters import operations as meters
from qingyuan.domains.readings import operations as readings
from qingyuan.kernel.actor import Actor


@dataclass(frozen=True, slots=True)
class ExchangedMeter:
    """The installations, and the reading items that were planned anew (billed ones got a consumption change)."""

    old_installation_id: int
    new_installation_id: int
    reading_item_ids: tuple[int, ...]


def exchange_meter(
    *,
    actor: Actor,
    point_id: int,
    at: datetime,
    final_values: Mapping[int, Decimal],
    new_meter_id: int,
    start_values: Mapping[int, Decimal],
    reason: str,
    on: date,
    multiplier: Decimal = Decimal(1),
) -> ExchangedMeter:
    """Take the meter off and hang the new one at `at`; values by register number. All of it or nothing.

    The open reading item is cut into old and new meter; what was read after `at` becomes a read of the new meter; a
    period billed already gets a further revision of its consumption and a change that billing answers. Raises what
    meters' `exchange` and readings' `revise_after_exchange` raise.
    """
    with transaction.atomic():
        done = meters.exchange(
            actor=actor,
            point_id=point_id,
            at=at,
            final_values=final_values,
            new_meter_id=new_meter_id,
            start_values=start_values,
            reason=reason,
            on=on,
            multiplier=multiplier,
        )
        touched = readings.revise_after_exchange(actor=actor, point_id=point_id, on=on, reason=reason)
    return ExchangedMeter(done.old_installation_id, done.new_installation_id, touched)
