"""How much of a month one person may adjust alone (增减水量限额), and what of it is taken."""

from collections.abc import Sequence
from datetime import date

from qingyuan.domains.readings.declarations import ADJUST_LIMIT, ADJUST_LIMIT_AMOUNT
from qingyuan.domains.readings.queries.field_facts import rows_of
from qingyuan.domains.readings.rules.adjusting import Limits, Measure, needs_second_person
from qingyuan.kernel.actor import Actor
from qingyuan.platform.parameters import queries as parameters


def waits_for_second_person(*, actor: Actor, reading_item_id: int, unit_id: int, wanted: Measure, on: date) -> bool:
    """Whether such an adjustment of the month would wait for a second person. The system itself has no limit."""
    if actor.is_system:
        return False
    return needs_second_person(wanted, live_measures(reading_item_id), adjustment_limits(unit_id=unit_id, on=on))


def adjustment_limits(*, unit_id: int, on: date) -> Limits:
    """The limits at the unit on the day: m³ and yuan a month."""
    return Limits(
        parameters.decimal(ADJUST_LIMIT, unit_id=unit_id, on=on),
        parameters.decimal(ADJUST_LIMIT_AMOUNT, unit_id=unit_id, on=on),
    )


def live_measures(reading_item_id: int) -> Sequence[Measure]:
    """The month's adjustments that stand or wait."""
    sql = """
        SELECT change, effect FROM volume_adjustment
        WHERE reading_item_id = %s AND state IN ('REQUESTED', 'APPROVED') ORDER BY id
    """
    return [Measure(change, effect) for change, effect in rows_of(sql, [reading_item_id])]
