"""Automatic offset (预存自动抵扣): prepayment clears what its owner owes, oldest first."""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from functools import cache
from typing import NamedTuple

from qingyuan.domains.ledger.operations.desk import Desk
from qingyuan.domains.ledger.operations.journals import Draft
from qingyuan.domains.ledger.operations.writing import NewClearing, NewMovement, reserve_movements
from qingyuan.domains.ledger.queries.chart import Books
from qingyuan.domains.ledger.queries.owed import OwedItem
from qingyuan.domains.ledger.rules.allocation import AllocationMode, allocate
from qingyuan.domains.ledger.rules.clearing import ClearingOrder, spread
from qingyuan.domains.ledger.rules.netting import Part
from qingyuan.domains.ledger.rules.states import ChartRole, ClearingSource, JournalKind, MovementKind
from qingyuan.platform.copying import reserve_ids
from qingyuan.platform.parameters import queries as parameters

Modes = Callable[[int], tuple[AllocationMode, ClearingOrder]]


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


def modes_on(on: date) -> Modes:
    """The parameters `ledger.auto_offset` and `ledger.clearing_order` at a unit, each asked once."""

    @cache
    def modes(unit_id: int) -> tuple[AllocationMode, ClearingOrder]:
        return (
            AllocationMode(parameters.text("ledger.auto_offset", unit_id=unit_id, on=on)),
            ClearingOrder(parameters.text("ledger.clearing_order", unit_id=unit_id, on=on)),
        )

    return modes


def plan(desk: Desk, account_ids: Iterable[int], on_hold: Collection[int], modes: Modes) -> list[Offset]:
    """Which prepayment on the desk clears what the accounts owe; the desk is changed accordingly.

    Prepayment clears only what its own customer owes, oldest first. `modes`: unit → parameters, asked at the unit of the
    oldest receivable. Accounts on hold are left out.
    """
    offsets: list[Offset] = []
    wanted = set(account_ids) - set(on_hold)
    for prepayment in sorted(desk.prepayments.values()):
        if prepayment.balance <= 0 or prepayment.account_id not in wanted:
            continue
        mine = desk.of_account(prepayment.account_id, prepayment.customer_id)
        if not mine:
            continue
        mode, order = modes(mine[0].unit_id)
        allocated = allocate(prepayment.balance, [found.outstanding for found in mine], mode)
        for found, amount in zip(mine, allocated.amounts, strict=True):
            if amount:
                parts = spread(amount, found.parts, order)
                offsets.append(Offset(prepayment.id, found, amount, parts))
                desk.clear(found.id, parts)
                desk.change_prepayment(prepayment.id, -amount)
    return offsets


def offset_rows(
    offsets: Sequence[Offset],
    *,
    books: Mapping[int, Books],
    value_date: date,
) -> OffsetRows:
    """The movements, clearings and journals of offsets."""
    rows = OffsetRows()
    units = sorted({(offset.owed.company_id, offset.owed.unit_id) for offset in offsets})
    for key, journal_id in zip(units, reserve_ids("journal", len(units)), strict=True):
        rows.drafts[key] = Draft(*key, JournalKind.AUTO_OFFSET, id=journal_id)
    for offset, movement_id in zip(offsets, reserve_movements(len(offsets)), strict=True):
        owed = offset.owed
        own = books[owed.company_id]
        key = (owed.company_id, owed.unit_id)
        draft = rows.drafts[key]
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
