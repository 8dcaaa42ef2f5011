"""What is owed, item by item and charge by charge (欠费): the state that clearings are worked out from."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from django.db import connection

from qingyuan.domains.ledger.rules.netting import Part
from qingyuan.platform.columns import array_of


class OwedItem(NamedTuple):
    """A receivable with what is outstanding of it; `parts` are what each charge item still owes, in the fixed order."""

    id: int
    company_id: int
    unit_id: int
    account_id: int
    customer_id: int
    kind: str
    bill_id: int | None
    label: str
    yyyymm: int
    due_date: date
    amount: Decimal
    outstanding: Decimal
    parts: tuple[Part, ...]


_ITEMS = """
SELECT id, company_id, unit_id, account_id, customer_id, kind, bill_id, label, yyyymm, due_date, amount, outstanding
  FROM open_item
"""
_PARTS = """
SELECT p.open_item_id, p.charge_item_id, p.amount - coalesce(sum(c.amount), 0)
  FROM open_item_part p
  JOIN charge_item i ON i.id = p.charge_item_id
  LEFT JOIN clearing c ON c.open_item_id = p.open_item_id AND c.charge_item_id = p.charge_item_id
 WHERE p.open_item_id = ANY(%s)
 GROUP BY p.open_item_id, p.charge_item_id, p.amount, i.position
HAVING p.amount > coalesce(sum(c.amount), 0)
 ORDER BY p.open_item_id, i.position, p.charge_item_id
"""


def owed_items(
    *, account_ids: Sequence[int] = (), open_item_ids: Sequence[int] = (), bill_ids: Sequence[int] = ()
) -> tuple[OwedItem, ...]:
    """Outstanding receivables of accounts, or of the given receivables or bills whether outstanding or not; oldest due
    first within an account. Two queries.
    """
    where, ids = "WHERE account_id = ANY(%s) AND outstanding > 0", account_ids
    if open_item_ids:
        where, ids = "WHERE id = ANY(%s)", open_item_ids
    elif bill_ids:
        where, ids = "WHERE bill_id = ANY(%s)", bill_ids
    if not ids:
        return ()
    with connection.cursor() as cursor:
        cursor.execute(f"{_ITEMS} {where} ORDER BY account_id, due_date, id", [array_of(ids)])
        rows = cursor.fetchall()
        parts: dict[int, list[Part]] = {row[0]: [] for row in rows}
        cursor.execute(_PARTS, [array_of(parts)])
        for item_id, charge_id, amount in cursor.fetchall():
            parts[item_id].append((charge_id, amount))
    return tuple(OwedItem._make((*row, tuple(parts[row[0]]))) for row in rows)
