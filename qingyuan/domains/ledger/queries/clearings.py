"""Clearings that stand (未撤销的核销): neither undone nor the undoing of another."""

from collections.abc import Iterable
from decimal import Decimal
from typing import Any, NamedTuple

from django.db import connection

from qingyuan.domains.ledger.rules.states import ClearingSource


class LiveClearing(NamedTuple):
    """A clearing that stands. `prepayment_id` is the prepayment that a PREPAYMENT clearing came from."""

    id: int
    company_id: int
    open_item_id: int
    charge_id: int
    source: ClearingSource
    source_id: int
    amount: Decimal
    prepayment_id: int | None


_LIVE = """
SELECT c.id, c.company_id, c.open_item_id, c.charge_item_id, c.source, c.source_id, c.amount, m.prepayment_id
  FROM clearing c
  LEFT JOIN prepayment_movement m ON c.source = 'PREPAYMENT' AND m.id = c.source_id
 WHERE {where} AND c.reverses_id IS NULL AND NOT EXISTS (SELECT 1 FROM clearing u WHERE u.reverses_id = c.id)
 ORDER BY c.id
"""


def live_of_items(open_item_ids: Iterable[int]) -> tuple[LiveClearing, ...]:
    """What stands on receivables, oldest first."""
    return _live("c.open_item_id = ANY(%s)", [sorted(set(open_item_ids))])


def live_of_source(source: ClearingSource, source_ids: Iterable[int]) -> tuple[LiveClearing, ...]:
    """What stands of one source's rows, oldest first."""
    return _live("c.source = %s AND c.source_id = ANY(%s)", [source.value, sorted(set(source_ids))])


def live_offsets(prepayment_ids: Iterable[int]) -> tuple[LiveClearing, ...]:
    """What stands of what prepayments cleared, oldest first."""
    condition = (
        "c.source = 'PREPAYMENT' AND c.source_id IN (SELECT id FROM prepayment_movement WHERE prepayment_id = ANY(%s))"
    )
    return _live(condition, [sorted(set(prepayment_ids))])


def _live(where: str, params: list[Any]) -> tuple[LiveClearing, ...]:
    with connection.cursor() as cursor:
        cursor.execute(_LIVE.format(where=where), params)
        return tuple(
            LiveClearing(key, company, owed, charge, ClearingSource(source), source_id, amount, prepayment)
            for key, company, owed, charge, source, source_id, amount, prepayment in cursor.fetchall()
        )
