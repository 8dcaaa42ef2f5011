"""Automatic offset (预存自动抵扣): prepayment clears what its owner owes, oldest first."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from django.db import connection

from qingyuan.domains.ledger.operations.journals import Draft
from qingyuan.domains.ledger.operations.writing import (
    HeldPrepayment,
    NewClearing,
    NewMovement,
    hold_owed,
    hold_prepayments,
    reserve_movements,
)
from qingyuan.domains.ledger.queries.chart import Books
from qingyuan.domains.ledger.queries.owed import OwedItem
from qingyuan.domains.ledger.rules.allocation import AllocationMode, allocate
from qingyuan.domains.ledger.rules.clearing import ClearingOrder, spread
from qingyuan.domains.ledger.rules.netting import Part
from qingyuan.domains.ledger.rules.states import ChartRole, ClearingSource, JournalKind, MovementKind
from qingyuan.platform.parameters import queries as parameters


class Offset(NamedTuple):
    """Prepayment that clears a receivable."""

    prepayment_id: int
    owed: OwedItem
    amount: Decimal
    parts: tuple[Part, ...]


@dataclass(slots=True)
class OffsetRows:
    """Offsets as rows to be written, and their journals, one per company and unit."""

    drafts: dict[tuple[int, int], Draft] = field(default_factory=dict)
    movements: list[NewMovement] = field(default_factory=list)
    clearings: list[NewClearing] = field(default_factory=list)


def offset_mode(unit_id: int, on: date) -> AllocationMode:
    """The parameter `ledger.auto_offset` at a unit."""
    return AllocationMode(parameters.text("ledger.auto_offset", unit_id=unit_id, on=on))


def clearing_order(unit_id: int, on: date) -> ClearingOrder:
    """The parameter `ledger.clearing_order` at a unit."""
    return ClearingOrder(parameters.text("ledger.clearing_order", unit_id=unit_id, on=on))


def hold_sources(account_ids: Sequence[int], on: date) -> tuple[dict[int, HeldPrepayment], list[OwedItem]]:
    """The prepayments of accounts that have money and are not on a PAYMENT hold, and what these accounts owed before:
    both under lock, receivables first.
    """
    with connection.cursor() as cursor:
        cursor.execute(_WITH_MONEY, [list(account_ids), on, on])
        rows = cursor.fetchall()
    if not rows:
        return {}, []
    owed = hold_owed(account_ids=sorted({account_id for _, account_id in rows}))
    held = hold_prepayments(prepayment_id for prepayment_id, _ in rows)
    return {key: found for key, found in held.items() if found.balance > 0}, list(owed)


def plan_offsets(
    prepayments: Iterable[HeldPrepayment],
    owed: Mapping[tuple[int, int], Sequence[OwedItem]],
    modes: Mapping[int, tuple[AllocationMode, ClearingOrder]],
) -> list[Offset]:
    """Which prepayment clears what. `owed`: (account, customer) → receivables, oldest first; `modes`: unit → parameters
    (of the receivable's unit). Prepayment clears only what its own customer owes.
    """
    offsets: list[Offset] = []
    for prepayment in prepayments:
        mine = [
            found
            for found in owed.get((prepayment.account_id, prepayment.customer_id), ())
            if modes[found.unit_id][0] is not AllocationMode.NONE
        ]
        if not mine:
            continue
        mode, order = modes[mine[0].unit_id]
        allocated = allocate(prepayment.balance, [found.outstanding for found in mine], mode)
        for found, amount in zip(mine, allocated.amounts, strict=True):
            if amount:
                offsets.append(Offset(prepayment.id, found, amount, spread(amount, found.parts, order)))
    return offsets


def offset_rows(
    offsets: Sequence[Offset],
    *,
    books: Mapping[int, Books],
    journal_ids: Mapping[tuple[int, int], int],
    value_date: date,
) -> OffsetRows:
    """The movements, clearings and journals of offsets. `journal_ids`: (company, unit) → reserved journal id."""
    rows = OffsetRows()
    for offset, movement_id in zip(offsets, reserve_movements(len(offsets)), strict=True):
        owed = offset.owed
        own = books[owed.company_id]
        key = (owed.company_id, owed.unit_id)
        draft = rows.drafts.get(key)
        if draft is None:
            draft = rows.drafts[key] = Draft(*key, JournalKind.AUTO_OFFSET, id=journal_ids[key])
        rows.movements.append(
            NewMovement(
                movement_id, offset.prepayment_id, MovementKind.OFFSET, -offset.amount, "OPEN_ITEM", owed.id,
                value_date, draft.id,
            )
        )  # fmt: skip
        draft.add(own.account(ChartRole.PREPAYMENT), None, offset.amount)
        for charge_id, amount in offset.parts:
            draft.add(own.account(ChartRole.RECEIVABLE), charge_id, -amount)
            rows.clearings.append(
                NewClearing(
                    owed.company_id, owed.id, charge_id, ClearingSource.PREPAYMENT, movement_id, amount, value_date,
                    draft.id,
                )
            )  # fmt: skip
    return rows


# An account in a case that blocks payments keeps its money; the hold is the customer file's row, read here only.
_WITH_MONEY = """
SELECT p.id, p.account_id FROM prepayment p
 WHERE p.account_id = ANY(%s) AND p.balance > 0
   AND NOT EXISTS (
     SELECT 1 FROM account_hold h WHERE h.account_id = p.account_id AND h.activity = 'PAYMENT'
        AND h.from_date <= %s AND (h.to_date IS NULL OR h.to_date > %s))
 ORDER BY p.id
"""
