"""Automatic offset (预存自动抵扣): prepayment clears what its owner owes, oldest first."""

from collections.abc import Callable, Iterable
from datetime import date
from decimal import Decimal
from functools import cache
from typing import NamedTuple

from qingyuan.domains.ledger.operations.desk import Desk, accounts_on_hold
from qingyuan.domains.ledger.operations.posting import Posting
from qingyuan.domains.ledger.queries.owed import OwedItem
from qingyuan.domains.ledger.rules.allocation import AllocationMode, allocate
from qingyuan.domains.ledger.rules.clearing import ClearingOrder, spread
from qingyuan.domains.ledger.rules.netting import Part
from qingyuan.domains.ledger.rules.states import ClearingSource, JournalKind, MovementKind
from qingyuan.platform.parameters import queries as parameters

Modes = Callable[[int], tuple[AllocationMode, ClearingOrder]]


class Offset(NamedTuple):
    """Prepayment that clears a receivable."""

    prepayment_id: int
    owed: OwedItem
    amount: Decimal
    parts: tuple[Part, ...]


def modes_on(on: date) -> Modes:
    """The parameters `ledger.auto_offset` and `ledger.clearing_order` at a unit, each asked once."""

    @cache
    def modes(unit_id: int) -> tuple[AllocationMode, ClearingOrder]:
        return (
            AllocationMode(parameters.text("ledger.auto_offset", unit_id=unit_id, on=on)),
            ClearingOrder(parameters.text("ledger.clearing_order", unit_id=unit_id, on=on)),
        )

    return modes


def offset(posting: Posting, account_ids: Iterable[int], modes: Modes, on: date) -> list[Offset]:
    """Let prepayments on the desk clear what their accounts owe, and add the rows to the posting.

    Prepayment clears only what its own customer owes, oldest first. The parameters are asked at the unit of the oldest
    receivable. Accounts with a PAYMENT hold on the day are left out. One journal per company and unit.
    """
    planned = _plan(posting.desk, account_ids, modes, on)
    posting.expect_movements(len(planned))
    for one in planned:
        owed = one.owed
        draft = posting.draft(owed.company_id, owed.unit_id, JournalKind.AUTO_OFFSET)
        movement_id = posting.move(
            one.prepayment_id, MovementKind.OFFSET, -one.amount, draft, source_type="OPEN_ITEM", source_id=owed.id
        )
        posting.clear(owed.id, one.parts, ClearingSource.PREPAYMENT, movement_id, draft)
    return planned


def _plan(desk: Desk, account_ids: Iterable[int], modes: Modes, on: date) -> list[Offset]:
    wanted = set(account_ids)
    funds = [held for held in desk.prepayments.values() if held.balance > 0 and held.account_id in wanted]
    if not funds:
        return []
    blocked = accounts_on_hold({held.account_id for held in funds}, on)
    offsets: list[Offset] = []
    for held in sorted(funds):
        mine = desk.of_account(held.account_id, held.customer_id)
        if not mine or held.account_id in blocked:
            continue
        mode, order = modes(mine[0].unit_id)
        allocated = allocate(held.balance, [found.outstanding for found in mine], mode)
        for found, amount in zip(mine, allocated.amounts, strict=True):
            if amount:
                parts = found.parts if amount == found.outstanding else spread(amount, found.parts, order)
                offsets.append(Offset(held.id, found, amount, parts))
    return offsets
