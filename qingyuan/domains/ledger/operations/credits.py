"""Credit notes (贷项): a credit bill clears what it corrects, then other bills, the rest goes to prepayment."""

from collections.abc import Sequence
from decimal import Decimal
from typing import NamedTuple

from qingyuan.domains.ledger.operations.offsets import Modes
from qingyuan.domains.ledger.operations.posting import Posting
from qingyuan.domains.ledger.rules.clearing import spread_credit, take_from_credit
from qingyuan.domains.ledger.rules.netting import Part, net_parts
from qingyuan.domains.ledger.rules.posting import NewCredit
from qingyuan.domains.ledger.rules.states import ClearingSource, JournalKind, MovementKind
from qingyuan.kernel.money import money
from qingyuan.platform.copying import copy_rows, reserve_ids
from qingyuan.platform.parameters import queries as parameters


class Note(NamedTuple):
    """A credit note to be written."""

    id: int
    credit: NewCredit
    to_prepayment: Decimal
    journal_id: int


def give(credits: Sequence[NewCredit], posting: Posting, *, company_id: int, modes: Modes) -> list[Note]:
    """Work out what credits clear and add the rows to the posting; the notes are written by `write`, after the journals.

    Raises ValueError for amounts that do not add up, NoPostingRule.
    """
    notes: list[Note] = []
    books = posting.books(company_id)
    for note_id, credit in zip(reserve_ids("credit_note", len(credits)), credits, strict=True):
        draft = posting.draft(company_id, credit.unit_id, JournalKind.CREDIT)
        posting.accounts.add(credit.account_id)
        for charge_id, amount in credit.parts:
            draft.add(books.account_of_charge(charge_id, credit.unit_id), charge_id, amount)
        left = _checked(credit)
        for open_item_id in _targets(credit, posting):
            cleared = spread_credit(left, posting.desk.owed[open_item_id].parts, modes(credit.unit_id)[1])
            if cleared:
                left = take_from_credit(left, cleared)
                posting.clear(open_item_id, cleared, ClearingSource.CREDIT, note_id, draft)
            if not left:
                break
        rest = sum((amount for _, amount in left), Decimal("0.00"))
        if rest:
            posting.move(
                posting.desk.owner_ids[credit.account_id, credit.customer_id],
                MovementKind.CREDIT,
                rest,
                draft,
                source_type="CREDIT_NOTE",
                source_id=note_id,
            )
        notes.append(Note(note_id, credit, rest, draft.id))
    return notes


def write(notes: Sequence[Note], company_id: int) -> None:
    """Write the notes and their parts, whose journals are there."""
    if not notes:
        return
    copy_rows(
        "credit_note",
        (
            "id", "company_id", "unit_id", "account_id", "customer_id", "bill_id", "label", "amount", "to_prepayment",
            "journal_id",
        ),
        (
            (
                note.id, company_id, note.credit.unit_id, note.credit.account_id, note.credit.customer_id,
                note.credit.bill_id, note.credit.label, money(note.credit.amount), money(note.to_prepayment),
                note.journal_id,
            )
            for note in notes
        ),
    )  # fmt: skip
    copy_rows(
        "credit_note_part",
        ("credit_note_id", "charge_item_id", "amount"),
        ((note.id, charge_id, money(amount)) for note in notes for charge_id, amount in note.credit.parts),
    )


def _checked(credit: NewCredit) -> tuple[Part, ...]:
    """The credit's parts, netted."""
    parts = net_parts(credit.parts).parts
    if sum((amount for _, amount in parts), Decimal("0.00")) != credit.amount or credit.amount <= 0:
        raise ValueError(f"{credit.label}: the parts do not sum to {credit.amount}")
    return parts


def _targets(credit: NewCredit, posting: Posting) -> list[int]:
    """What a credit clears, in order: the bill it corrects, then what its customer owes on the account, oldest first."""
    desk = posting.desk
    corrected = None if credit.corrects_bill_id is None else desk.by_bill.get(credit.corrects_bill_id)
    targets = [] if corrected is None else [corrected]
    if parameters.boolean("ledger.credit_clears_others", unit_id=credit.unit_id, on=posting.value_date):
        owed = desk.of_account(credit.account_id, credit.customer_id)
        targets += [found.id for found in owed if found.id != corrected]
    return targets
