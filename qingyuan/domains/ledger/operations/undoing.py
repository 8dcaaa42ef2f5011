"""Undoing clearings (撤销核销): offsets given back, and money taken back from a prepayment that has been used meanwhile."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from decimal import Decimal

from qingyuan.domains.ledger.operations.desk import Desk, add_prepayments, lay_out
from qingyuan.domains.ledger.operations.posting import Posting
from qingyuan.domains.ledger.queries.clearings import LiveClearing, live_offsets
from qingyuan.domains.ledger.rules.states import JournalKind, MovementKind
from qingyuan.kernel.errors import DomainError


class PrepaymentSpent(DomainError):
    """The money is no longer in the prepayment and cannot be taken back: it was refunded (预存已退，余额不足)."""

    code = "ledger.prepayment_spent"


def desk_for_undoing(open_item_ids: Iterable[int], prepayment_ids: Iterable[int]) -> tuple[Desk, "Offsets"]:
    """A desk with the receivables, the prepayments, and all receivables that these prepayments clear: what taking money
    back may have to touch. The offsets are read under the locks.
    """
    funds = sorted(set(prepayment_ids))
    fed = {live.open_item_id for live in live_offsets(funds)} if funds else set()
    desk = lay_out(open_item_ids={*open_item_ids, *fed}, prepayment_ids=funds)
    return desk, Offsets(live_offsets(funds) if funds else ())


class Offsets:
    """Standing offsets by prepayment, newest last."""

    def __init__(self, lives: Iterable[LiveClearing]) -> None:
        self._by_fund: defaultdict[int, list[int]] = defaultdict(list)
        self._clearings: defaultdict[int, list[LiveClearing]] = defaultdict(list)
        for live in sorted(lives, key=lambda one: one.source_id):
            assert live.prepayment_id is not None
            if live.source_id not in self._clearings:
                self._by_fund[live.prepayment_id].append(live.source_id)
            self._clearings[live.source_id].append(live)

    def newest(self, prepayment_id: int) -> list[LiveClearing]:
        """The clearings of the newest offset that stands, none when there is none; it no longer stands afterwards."""
        movements = self._by_fund[prepayment_id]
        return self._clearings.pop(movements.pop()) if movements else []

    def drop(self, movement_ids: Iterable[int]) -> None:
        """Forget offsets that were undone in another way."""
        gone = set(movement_ids)
        for movements in self._by_fund.values():
            movements[:] = [found for found in movements if found not in gone]


def undo_offsets(posting: Posting, lives: Sequence[LiveClearing]) -> Decimal:
    """Undo PREPAYMENT clearings whole movement by whole movement: the money is in the prepayment again. Receivables and
    prepayments are on the desk. Returns the amount.
    """
    by_movement: defaultdict[int, list[LiveClearing]] = defaultdict(list)
    for live in lives:
        by_movement[live.source_id].append(live)
    posting.expect_movements(len(by_movement))
    total = Decimal("0.00")
    for movement_id, clearings in by_movement.items():
        owed = posting.desk.owed[clearings[0].open_item_id]
        draft = posting.draft(owed.company_id, owed.unit_id, JournalKind.OFFSET_UNDONE)
        for live in clearings:
            posting.undo(live, draft)
        amount = sum((live.amount for live in clearings), Decimal("0.00"))
        prepayment_id = clearings[0].prepayment_id
        assert prepayment_id is not None
        posting.move(
            prepayment_id,
            MovementKind.OFFSET_UNDONE,
            amount,
            draft,
            source_type="OPEN_ITEM",
            source_id=owed.id,
            reverses_id=movement_id,
        )
        total += amount
    return total


def make_available(posting: Posting, offsets: Offsets, prepayment_id: int, amount: Decimal) -> None:
    """See that a prepayment holds `amount`: undo what it cleared, the newest first, until it does.

    Raises PrepaymentSpent when even all of that is not enough.
    """
    desk = posting.desk
    while desk.prepayments[prepayment_id].balance < amount:
        newest = offsets.newest(prepayment_id)
        if not newest:
            held = desk.prepayments[prepayment_id]
            raise PrepaymentSpent(account=held.account_id, balance=held.balance, needed=amount)
        undo_offsets(posting, newest)


def hold_funds_of(desk: Desk, lives: Iterable[LiveClearing]) -> None:
    """Put the prepayments that fed clearings on the desk."""
    add_prepayments(desk, prepayment_ids=[live.prepayment_id for live in lives if live.prepayment_id is not None])
