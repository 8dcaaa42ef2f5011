"""What accounts owe and have paid ahead, kept plainly in Python: the model's side of the ledger. Standard library only.

Rules: docs/rules/ledger.md, with the parameters as they come (whole bills, offset after a top-up, credits clear others).
"""

from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from itertools import count
from operator import attrgetter

ZERO = Decimal("0.00")


@dataclass(eq=False)
class Owed:
    """A bill's receivable. `place` orders receivables of one due date."""

    bill_id: int
    due: date
    amount: Decimal
    place: int
    outstanding: Decimal


@dataclass(eq=False)
class Cleared:
    """Money on a receivable, as long as it stands: `source` is a payment, a credit note, or None for prepayment."""

    owed: Owed
    amount: Decimal
    source: object | None


@dataclass(eq=False)
class Note:
    """A credit note as long as it stands."""

    bill_id: int
    amount: Decimal


@dataclass(eq=False)
class Paid:
    """A payment as long as it stands."""

    payment_id: int
    amount: Decimal


@dataclass
class Purse:
    """The money of one account. `cleared` in the order in which it was cleared."""

    owed: dict[int, Owed] = field(default_factory=dict)
    notes: dict[int, Note] = field(default_factory=dict)
    payments: dict[int, Paid] = field(default_factory=dict)
    cleared: list[Cleared] = field(default_factory=list)
    prepaid: Decimal = ZERO
    places: "count[int]" = field(default_factory=count)

    @property
    def open(self) -> list[Owed]:
        """What is outstanding, the oldest first."""
        found = [each for each in self.owed.values() if each.outstanding]
        return sorted(found, key=attrgetter("due", "place"))

    @property
    def owes(self) -> Decimal:
        return sum((each.outstanding for each in self.owed.values()), ZERO)

    def post(self, bills: list[tuple[int, Decimal]], due: date, corrects: dict[int, int] | None = None) -> None:
        """Bills by id and amount, in their order; a negative one is a credit of the bill that it corrects."""
        for bill_id, amount in bills:
            if amount < 0:
                self._credit(bill_id, -amount, (corrects or {})[bill_id])
        for bill_id, amount in bills:
            if amount > 0:
                self.owed[bill_id] = Owed(bill_id, due, amount, next(self.places), amount)
        self._offset()

    def pay(self, payment_id: int, amount: Decimal, chosen: list[int] | None) -> None:
        """Whole bills: the chosen ones in their order, or all from the oldest on; the rest is prepayment, which clears too."""
        self.payments[payment_id] = paid = Paid(payment_id, amount)
        targets = self.open if chosen is None else [self.owed[each] for each in chosen]
        rest = self._whole(targets, amount, paid)
        if rest:
            self.prepaid += rest
            self._offset()

    def void(self, payment_id: int) -> None:
        """What the payment cleared is owed again, the rest is taken from prepayment."""
        paid = self.payments.pop(payment_id)
        self._take_back(paid.amount - self._undo(paid))

    def cancel(self, bill_ids: list[int]) -> None:
        """Bills that go together: credit notes are taken back, then what stood on the receivables goes to prepayment."""
        for bill_id in sorted(bill_ids):
            note = self.notes.pop(bill_id, None)
            if note is not None:
                self._take_back(note.amount - self._undo(note))
        for bill_id in bill_ids:
            gone = self.owed.pop(bill_id, None)
            if gone is not None:
                for each in [one for one in self.cleared if one.owed is gone]:
                    self.cleared.remove(each)
                    self.prepaid += each.amount

    def _credit(self, bill_id: int, amount: Decimal, corrects: int) -> None:
        self.notes[bill_id] = note = Note(bill_id, amount)
        corrected = self.owed.get(corrects)
        first = [] if corrected is None else [corrected]
        for owed in [*first, *(each for each in self.open if each is not corrected)]:
            taken = min(amount, owed.outstanding)
            self._clear(owed, taken, note)
            amount -= taken
        self.prepaid += amount

    def _offset(self) -> None:
        self.prepaid = self._whole(self.open, self.prepaid, None)

    def _whole(self, targets: list[Owed], amount: Decimal, source: object | None) -> Decimal:
        for owed in targets:
            if owed.outstanding > amount:
                break
            amount -= owed.outstanding
            self._clear(owed, owed.outstanding, source)
        return amount

    def _clear(self, owed: Owed, amount: Decimal, source: object | None) -> None:
        if amount:
            owed.outstanding -= amount
            self.cleared.append(Cleared(owed, amount, source))

    def _undo(self, source: object) -> Decimal:
        total = ZERO
        for each in [one for one in self.cleared if one.source is source]:
            self._unclear(each)
            total += each.amount
        return total

    def _take_back(self, amount: Decimal) -> None:
        while self.prepaid < amount:
            fed = [each for each in self.cleared if each.source is None]
            last = fed[-1]
            self._unclear(last)
            self.prepaid += last.amount
        self.prepaid -= amount

    def _unclear(self, each: Cleared) -> None:
        self.cleared.remove(each)
        each.owed.outstanding += each.amount
