"""Credit notes (贷项): a credit bill clears what it corrects, then other bills, the rest goes to prepayment."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from qingyuan.domains.ledger.operations.desk import Desk
from qingyuan.domains.ledger.operations.journals import Draft
from qingyuan.domains.ledger.operations.offsets import Modes
from qingyuan.domains.ledger.operations.writing import NewClearing, NewMovement, reserve_movements
from qingyuan.domains.ledger.queries.chart import Books
from qingyuan.domains.ledger.queries.owed import OwedItem
from qingyuan.domains.ledger.rules.clearing import ClearingOrder, spread_credit, take_from_credit
from qingyuan.domains.ledger.rules.netting import net_parts
from qingyuan.domains.ledger.rules.posting import NewCredit
from qingyuan.domains.ledger.rules.states import ChartRole, ClearingSource, JournalKind, MovementKind
from qingyuan.kernel.money import money
from qingyuan.platform.copying import copy_rows, reserve_ids
from qingyuan.platform.parameters import queries as parameters


class Note(NamedTuple):
    """A credit note to be written."""

    id: int
    credit: NewCredit
    to_prepayment: Decimal
    journal_id: int


@dataclass(slots=True)
class GivenCredits:
    """What credits do, worked out and not yet written; `changes` are those of outstanding amounts."""

    company_id: int
    drafts: dict[int, Draft] = field(default_factory=dict)
    notes: list[Note] = field(default_factory=list)
    clearings: list[NewClearing] = field(default_factory=list)
    movements: list[NewMovement] = field(default_factory=list)
    changes: dict[int, Decimal] = field(default_factory=dict)


def plan(
    credits_given: Sequence[NewCredit],
    desk: Desk,
    *,
    books: Books,
    modes: Modes,
    posting_date: date,
) -> GivenCredits:
    """Work out what credits clear, on the desk. Raises ValueError for amounts that do not add up, NoPostingRule."""
    given = GivenCredits(books.company_id)
    note_ids = reserve_ids("credit_note", len(credits_given))
    movement_ids = reserve_movements(len(credits_given))
    units = sorted({credit.unit_id for credit in credits_given})
    for unit_id, journal_id in zip(units, reserve_ids("journal", len(units)), strict=True):
        given.drafts[unit_id] = Draft(books.company_id, unit_id, JournalKind.CREDIT, id=journal_id)
    others = {
        unit_id: parameters.boolean("ledger.credit_clears_others", unit_id=unit_id, on=posting_date)
        for unit_id in units
    }
    for note_id, movement_id, credit in zip(note_ids, movement_ids, credits_given, strict=True):
        draft = given.drafts[credit.unit_id]
        for charge_id, amount in credit.parts:
            draft.add(books.account_of_charge(charge_id, credit.unit_id), charge_id, amount)
        targets = _targets(credit, desk, others[credit.unit_id])
        rest = _clear(note_id, credit, targets, desk, given, books, modes(credit.unit_id)[1], posting_date)
        if rest:
            prepayment_id = desk.owner_ids[credit.account_id, credit.customer_id]
            desk.change_prepayment(prepayment_id, rest)
            draft.add(books.account(ChartRole.PREPAYMENT), None, -rest)
            given.movements.append(
                NewMovement(
                    movement_id, prepayment_id, MovementKind.CREDIT, rest, "CREDIT_NOTE", note_id, posting_date,
                    draft.id,
                )
            )  # fmt: skip
        given.notes.append(Note(note_id, credit, rest, draft.id))
    return given


def write(given: GivenCredits) -> None:
    """Write the notes and their parts; clearings, movements and outstanding amounts are the caller's."""
    if not given.notes:
        return
    copy_rows(
        "credit_note",
        (
            "id", "company_id", "unit_id", "account_id", "customer_id", "bill_id", "label", "amount", "to_prepayment",
            "journal_id",
        ),
        (
            (
                note.id, given.company_id, note.credit.unit_id, note.credit.account_id, note.credit.customer_id,
                note.credit.bill_id, note.credit.label, money(note.credit.amount), money(note.to_prepayment),
                note.journal_id,
            )
            for note in given.notes
        ),
    )  # fmt: skip
    copy_rows(
        "credit_note_part",
        ("credit_note_id", "charge_item_id", "amount"),
        ((note.id, charge_id, money(amount)) for note in given.notes for charge_id, amount in note.credit.parts),
    )


def _targets(credit: NewCredit, desk: Desk, clears_others: bool) -> list[int]:
    corrected = desk.by_bill.get(credit.corrects_bill_id) if credit.corrects_bill_id is not None else None
    targets = [] if corrected is None else [corrected]
    if clears_others:
        owed: list[OwedItem] = desk.of_account(credit.account_id, credit.customer_id)
        targets += [found.id for found in owed if found.id != corrected]
    return targets


def _clear(
    note_id: int,
    credit: NewCredit,
    targets: Sequence[int],
    desk: Desk,
    given: GivenCredits,
    books: Books,
    order: ClearingOrder,
    posting_date: date,
) -> Decimal:
    """Clear the targets one after another and return what is left of the credit."""
    netted = net_parts(credit.parts)
    left = netted.parts
    if sum((amount for _, amount in left), Decimal("0.00")) != credit.amount or credit.amount <= 0:
        raise ValueError(f"{credit.label}: the parts do not sum to {credit.amount}")
    draft = given.drafts[credit.unit_id]
    for open_item_id in targets:
        cleared = spread_credit(left, desk.owed[open_item_id].parts, order)
        if not cleared:
            continue
        left = take_from_credit(left, cleared)
        desk.clear(open_item_id, cleared)
        for charge_id, amount in cleared:
            draft.add(books.account(ChartRole.RECEIVABLE), charge_id, -amount)
            given.changes[open_item_id] = given.changes.get(open_item_id, Decimal("0.00")) - amount
            given.clearings.append(
                NewClearing(
                    books.company_id, open_item_id, charge_id, ClearingSource.CREDIT, note_id, amount, posting_date,
                    draft.id,
                )
            )  # fmt: skip
        if not left:
            break
    return sum((amount for _, amount in left), Decimal("0.00"))
