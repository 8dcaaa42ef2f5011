"""Reversing credit notes (贷项冲正): what a note cleared is owed again, what it put into prepayment is taken back."""

from collections.abc import Sequence
from decimal import Decimal

from qingyuan.domains.ledger.models import CreditNote, CreditNotePart, CreditNoteReversal, Entry, Prepayment
from qingyuan.domains.ledger.operations.posting import Posting
from qingyuan.domains.ledger.operations.undoing import Offsets, PrepaymentSpent, make_available
from qingyuan.domains.ledger.queries.clearings import live_of_source
from qingyuan.domains.ledger.rules.states import ChartRole, ClearingSource, JournalKind, MovementKind
from qingyuan.kernel.errors import DomainError


class CreditAlreadyReversed(DomainError):
    """The credit note was reversed before (贷项已冲正)."""

    code = "ledger.credit_already_reversed"


def notes_of(company_id: int, bill_ids: Sequence[int]) -> list[CreditNote]:
    """The credit notes of bills. Raises CreditAlreadyReversed."""
    notes = list(CreditNote.objects.filter(company_id=company_id, bill_id__in=bill_ids).order_by("id"))
    done = CreditNoteReversal.objects.filter(credit_note__in=notes).values_list("credit_note__label", flat=True)
    if done:
        raise CreditAlreadyReversed(label=done[0])
    return notes


def funds_of(notes: Sequence[CreditNote]) -> list[int]:
    """The prepayments of the notes' accounts and customers, as far as there are any."""
    owners = {(note.account_id, note.customer_id) for note in notes}
    rows = Prepayment.objects.filter(account_id__in={account for account, _ in owners})
    found = rows.values_list("id", "account_id", "customer_id")
    return [fund for fund, account, customer in found if (account, customer) in owners]


def reverse(posting: Posting, notes: Sequence[CreditNote], offsets: Offsets) -> None:
    """Add the reversal of notes to a posting on whose desk all that they touched lies. Raises PrepaymentSpent.

    A clearing of the note that a cancelled bill gave back went to prepayment; it is taken from there.
    """
    for note in notes:
        draft = posting.draft(note.company_id, note.unit_id, JournalKind.CREDIT_REVERSAL)
        posting.accounts.add(note.account_id)
        accounts = _accounts_used(note)
        for charge_id, amount in CreditNotePart.objects.filter(credit_note=note).values_list(
            "charge_item_id", "amount"
        ):
            draft.add(accounts[charge_id], charge_id, -amount)
        lives = live_of_source(ClearingSource.CREDIT, [note.id])
        for live in lives:
            posting.undo(live, draft)
        rest = note.amount - sum((live.amount for live in lives), Decimal("0.00"))
        if rest:
            fund = posting.desk.owner_ids.get((note.account_id, note.customer_id))
            if fund is None:
                raise PrepaymentSpent(account=note.account_id, balance=Decimal("0.00"), needed=rest)
            make_available(posting, offsets, fund, rest)
            posting.move(fund, MovementKind.VOID, -rest, draft, source_type="CREDIT_NOTE", source_id=note.id)


def write(posting: Posting, notes: Sequence[CreditNote], reason: str) -> None:
    """Write which notes were reversed, after the journals."""
    CreditNoteReversal.objects.bulk_create(
        CreditNoteReversal(
            credit_note=note,
            journal_id=posting.drafts[note.company_id, note.unit_id, JournalKind.CREDIT_REVERSAL].id,
            reason=reason,
        )
        for note in notes
    )


def _accounts_used(note: CreditNote) -> dict[int, int]:
    rows = (
        Entry.objects.filter(journal_id=note.journal_id, charge_item__isnull=False)
        .exclude(chart_account__role=ChartRole.RECEIVABLE.value)
        .values_list("charge_item_id", "chart_account_id")
    )
    return {int(charge or 0): account for charge, account in rows}
