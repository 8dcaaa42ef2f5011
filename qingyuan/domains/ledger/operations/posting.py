"""A posting in the making (记账草稿): journals, clearings, prepayment movements and changed amounts that are written at
once, when everything is worked out. The desk holds what is locked, the posting what will be written.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from qingyuan.domains.ledger.operations import writing
from qingyuan.domains.ledger.operations.desk import Desk
from qingyuan.domains.ledger.operations.journals import Draft, post_journals
from qingyuan.domains.ledger.operations.writing import NewClearing, NewMovement
from qingyuan.domains.ledger.queries.chart import Books, books_of
from qingyuan.domains.ledger.queries.clearings import LiveClearing
from qingyuan.domains.ledger.rules.netting import Part
from qingyuan.domains.ledger.rules.posting import PostingSource
from qingyuan.domains.ledger.rules.states import ChartRole, ClearingSource, JournalKind, MovementKind
from qingyuan.kernel.actor import Actor
from qingyuan.platform.copying import reserve_ids

_ZERO = Decimal("0.00")
_BLOCK = 64


@dataclass(slots=True)
class Posting:
    """Collects rows against one desk. Amounts in yuan; the desk is changed as the rows are added."""

    desk: Desk
    value_date: date
    drafts: dict[tuple[int, int, JournalKind], Draft] = field(default_factory=dict)
    clearings: list[NewClearing] = field(default_factory=list)
    movements: list[NewMovement] = field(default_factory=list)
    changes: dict[int, Decimal] = field(default_factory=dict)
    accounts: set[int] = field(default_factory=set)
    _books: dict[int, Books] = field(default_factory=dict)
    _movement_ids: Iterator[int] = field(default_factory=lambda: iter(()))

    def books(self, company_id: int) -> Books:
        """The books of a company, read once."""
        if company_id not in self._books:
            self._books[company_id] = books_of(company_id)
        return self._books[company_id]

    def draft(self, company_id: int, unit_id: int, kind: JournalKind) -> Draft:
        """The journal of this kind at a unit, begun when first asked for."""
        key = (company_id, unit_id, kind)
        if key not in self.drafts:
            self.drafts[key] = Draft(*key, id=reserve_ids("journal", 1)[0])
        return self.drafts[key]

    def expect_movements(self, count: int) -> None:
        """Reserve movement ids for what is coming, instead of block by block."""
        self._movement_ids = iter(writing.reserve_movements(count))

    def clear(
        self, open_item_id: int, parts: Sequence[Part], source: ClearingSource, source_id: int, draft: Draft
    ) -> None:
        """Clear parts of a receivable that is on the desk, credit its receivable account."""
        found = self.desk.owed[open_item_id]
        receivable = self.books(found.company_id).account(ChartRole.RECEIVABLE)
        self.desk.clear(open_item_id, parts)
        self.accounts.add(found.account_id)
        company_id, value_date, journal_id, entries = found.company_id, self.value_date, draft.id, draft.entries
        total = _ZERO
        for charge_id, amount in parts:
            key = (receivable, charge_id)
            entries[key] = entries.get(key, _ZERO) - amount
            total += amount
            self.clearings.append(
                NewClearing(company_id, open_item_id, charge_id, source, source_id, amount, value_date, journal_id)
            )
        self.changes[open_item_id] = self.changes.get(open_item_id, _ZERO) - total

    def undo(self, live: LiveClearing, draft: Draft) -> None:
        """Undo a clearing of a receivable that is on the desk: the amount is owed again."""
        found = self.desk.owed[live.open_item_id]
        self.desk.unclear(live.open_item_id, live.charge_id, live.amount)
        self.accounts.add(found.account_id)
        draft.add(self.books(found.company_id).account(ChartRole.RECEIVABLE), live.charge_id, live.amount)
        self.changes[found.id] = self.changes.get(found.id, _ZERO) + live.amount
        self.clearings.append(
            NewClearing(
                found.company_id, found.id, live.charge_id, live.source, live.source_id, -live.amount, self.value_date,
                draft.id, live.id,
            )
        )  # fmt: skip

    def move(
        self,
        prepayment_id: int,
        kind: MovementKind,
        amount: Decimal,
        draft: Draft,
        *,
        source_type: str,
        source_id: int | None,
        reverses_id: int | None = None,
    ) -> int:
        """Add to (or, negative, take from) a prepayment on the desk and its account of the chart; returns the movement."""
        held = self.desk.prepayments[prepayment_id]
        self.desk.change_prepayment(prepayment_id, amount)
        self.accounts.add(held.account_id)
        draft.add(self.books(held.company_id).account(ChartRole.PREPAYMENT), None, -amount)
        movement_id = self._next_movement()
        self.movements.append(
            NewMovement(
                movement_id, prepayment_id, kind, amount, source_type, source_id, self.value_date, draft.id, reverses_id
            )
        )
        return movement_id

    def write(
        self,
        *,
        actor: Actor,
        periods: Mapping[int, int],
        posting_date: date,
        source: PostingSource | None,
        new_items: Sequence[int] = (),
    ) -> None:
        """Write journals, then what names them. `new_items` were written with what is left of them already."""
        post_journals(
            list(self.drafts.values()), actor=actor, periods=periods, posting_date=posting_date, source=source
        )
        self.write_rows(new_items)

    def write_rows(self, new_items: Sequence[int] = ()) -> None:
        """Write all but the journals, which are there."""
        writing.write_movements(self.movements)
        writing.write_clearings(self.clearings)
        fresh = set(new_items)
        writing.change_outstanding({key: amount for key, amount in self.changes.items() if key not in fresh})

    def _next_movement(self) -> int:
        found = next(self._movement_ids, None)
        if found is None:
            self._movement_ids = iter(writing.reserve_movements(_BLOCK))
            found = next(self._movement_ids)
        return found
