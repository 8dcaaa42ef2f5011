"""Cancelling what was posted (应收冲正): receivables and credit notes of cancelled bills.

A cancelled bill that was paid: the money goes to the prepayment of the bill's customer (its clearings are undone by rows
of their own), so that the bill that replaces it can be cleared from there. Nothing is changed or removed.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import date
from decimal import Decimal

from django.db import transaction

from qingyuan.domains.ledger.models import CreditNote, Entry, OpenItem, OpenItemNetting, OpenItemPart
from qingyuan.domains.ledger.operations import balances, credit_reversals
from qingyuan.domains.ledger.operations.desk import add_prepayments
from qingyuan.domains.ledger.operations.instalments import refuse_in_plans
from qingyuan.domains.ledger.operations.periods import hold_open_period
from qingyuan.domains.ledger.operations.posting import Posting
from qingyuan.domains.ledger.operations.undoing import desk_for_undoing, hold_funds_of, undo_offsets
from qingyuan.domains.ledger.queries.clearings import LiveClearing, live_of_items, live_of_source
from qingyuan.domains.ledger.queries.owed import OwedItem
from qingyuan.domains.ledger.rules.netting import Netting, Part, gross_parts
from qingyuan.domains.ledger.rules.posting import PostingSource, ReversedReceivables
from qingyuan.domains.ledger.rules.states import ChartRole, ClearingSource, JournalKind, MovementKind
from qingyuan.kernel.actor import Actor
from qingyuan.kernel.canonical import sha256_hex
from qingyuan.kernel.errors import DomainError, NotFound
from qingyuan.platform.audit import operations as audit

_ZERO = Decimal("0.00")
_RETURNED = {
    ClearingSource.PAYMENT: (JournalKind.MONEY_RETURNED, MovementKind.FROM_CANCELLED),
    ClearingSource.CREDIT: (JournalKind.CREDIT, MovementKind.CREDIT),
}


class AlreadyReversed(DomainError):
    """The bill's receivable was reversed before (应收已冲正)."""

    code = "ledger.already_reversed"


class WrittenOff(DomainError):
    """A receivable that was written off cannot be reversed (已核销呆坏账，不能冲正)."""

    code = "ledger.written_off"


def reverse_receivables(
    *,
    actor: Actor,
    company_id: int,
    posting_date: date,
    bill_ids: Sequence[int],
    reason: str,
    source: PostingSource | None = None,
) -> ReversedReceivables:
    """Reverse the receivables and credit notes of cancelled bills in the caller's transaction (or its own).

    Unpaid: closed by a REVERSAL clearing. Paid by payments or credits: those clearings are undone, the money goes to
    prepayment. Fed by prepayment: the offset is undone. A credit note: what it cleared is owed again, what went to
    prepayment is taken back, undoing newer offsets where it was used. Nothing is offset again here: the posting of the
    bill that replaces it does that.

    Raises NotFound for a bill without posting, InInstalments, AlreadyReversed, WrittenOff, PrepaymentSpent, PeriodClosed, PeriodMissing.
    """
    with transaction.atomic():
        period_id = hold_open_period(company_id, posting_date)
        bills = sorted(set(bill_ids))
        notes = credit_reversals.notes_of(company_id, bills)
        items = _items(company_id, bills, notes)
        touched = {live.open_item_id for live in live_of_source(ClearingSource.CREDIT, (note.id for note in notes))}
        desk, offsets = desk_for_undoing({*items, *touched}, credit_reversals.funds_of(notes))
        refuse_in_plans(items)
        posting = Posting(desk, posting_date)
        credit_reversals.reverse(posting, notes, offsets)
        undone = {row.reverses_id for row in posting.clearings}
        lives = [live for live in live_of_items(items) if live.id not in undone]
        _refuse(lives)
        hold_funds_of(desk, lives)
        returned = _give_back(posting, lives)
        _close(posting, items)
        posting.write(actor=actor, periods={company_id: period_id}, posting_date=posting_date, source=source)
        credit_reversals.write(posting, notes, reason)
        balances.refresh_balances(sorted(posting.accounts))
        audit.record_bulk(
            actor=actor,
            action="ledger.reverse_receivables",
            object_type="bill",
            object_keys_hash=sha256_hex(",".join(map(str, bills))),
            count=len(bills),
            company_id=company_id,
            reason=reason,
        )
    return ReversedReceivables(to_prepayment=returned, journal_ids=_journals(posting, items, notes))


def _items(company_id: int, bills: Sequence[int], notes: Sequence[CreditNote]) -> list[int]:
    """The open items of the bills. Each bill must have been posted, as a receivable or as a credit note."""
    found = dict(
        OpenItem.objects.filter(company_id=company_id, bill_id__any=bills).order_by("id").values_list("bill_id", "id")
    )
    missing = set(bills) - set(found) - {note.bill_id for note in notes}
    if missing:
        raise NotFound(kind="receivable", bills=sorted(missing))
    return sorted(found.values())


def _refuse(lives: Iterable[LiveClearing]) -> None:
    for live in lives:
        if live.source is ClearingSource.REVERSAL:
            raise AlreadyReversed(bill=live.source_id)
        if live.source is ClearingSource.WRITE_OFF:
            raise WrittenOff(open_item=live.open_item_id)


def _give_back(posting: Posting, lives: Sequence[LiveClearing]) -> dict[int, Decimal]:
    """Undo what stands on the receivables; returns what went to prepayment, by bill."""
    desk = posting.desk
    undo_offsets(posting, [live for live in lives if live.source is ClearingSource.PREPAYMENT])
    returned: defaultdict[int, Decimal] = defaultdict(lambda: _ZERO)
    sums: defaultdict[tuple[int, ClearingSource], list[LiveClearing]] = defaultdict(list)
    for live in lives:
        returned[desk.owed[live.open_item_id].bill_id or 0] += live.amount
        if live.source in _RETURNED:
            sums[live.open_item_id, live.source].append(live)
    owners = [desk.owed[open_item_id] for open_item_id, _ in sums]
    add_prepayments(desk, owners=[(found.company_id, found.account_id, found.customer_id) for found in owners])
    posting.expect_movements(len(sums))
    for (open_item_id, source), clearings in sums.items():
        owed = desk.owed[open_item_id]
        journal_kind, movement_kind = _RETURNED[source]
        draft = posting.draft(owed.company_id, owed.unit_id, journal_kind)
        for live in clearings:
            posting.undo(live, draft)
        posting.move(
            desk.owner_ids[owed.account_id, owed.customer_id],
            movement_kind,
            sum((live.amount for live in clearings), _ZERO),
            draft,
            source_type="OPEN_ITEM",
            source_id=owed.id,
        )
    return dict(returned)


def _close(posting: Posting, items: Sequence[int]) -> None:
    """Close receivables by their reversal: receivable against the accounts that the posting used, item by item."""
    if not items:
        return
    parts: defaultdict[int, list[Part]] = defaultdict(list)
    for item_id, charge_id, amount in OpenItemPart.objects.filter(open_item_id__any=items).values_list(
        "open_item_id", "charge_item_id", "amount"
    ):
        parts[item_id].append((charge_id, amount))
    nettings: defaultdict[int, list[Netting]] = defaultdict(list)
    for item_id, from_charge, into_charge, amount in OpenItemNetting.objects.filter(
        open_item_id__any=items
    ).values_list("open_item_id", "from_charge_id", "into_charge_id", "amount"):
        nettings[item_id].append(Netting(from_charge, into_charge, amount))
    journal_of = dict(OpenItem.objects.filter(id__any=items).values_list("id", "journal_id"))
    accounts = accounts_used(journal_of.values())
    for item_id in items:
        owed: OwedItem = posting.desk.owed[item_id]
        draft = posting.draft(owed.company_id, owed.unit_id, JournalKind.BILL_REVERSAL)
        for charge_id, amount in gross_parts(parts[item_id], nettings[item_id]):
            draft.add(accounts[journal_of[item_id], charge_id], charge_id, amount)
        assert owed.bill_id is not None
        posting.clear(item_id, sorted(parts[item_id]), ClearingSource.REVERSAL, owed.bill_id, draft)


def accounts_used(journal_ids: Iterable[int]) -> dict[tuple[int, int], int]:
    """(journal, charge item) → the account its charges were booked to: a reversal takes the same one, whatever the
    posting rules say today.
    """
    rows = Entry.objects.filter(journal_id__in=set(journal_ids), charge_item__isnull=False).exclude(
        chart_account__role=ChartRole.RECEIVABLE.value
    )
    found = rows.values_list("journal_id", "charge_item_id", "chart_account_id")
    return {(journal, int(charge or 0)): account for journal, charge, account in found}


def _journals(posting: Posting, items: Sequence[int], notes: Sequence[CreditNote]) -> dict[int, int]:
    journals: dict[int, int] = {}
    for item_id in items:
        owed = posting.desk.owed[item_id]
        if owed.bill_id is not None:
            journals[owed.bill_id] = posting.drafts[owed.company_id, owed.unit_id, JournalKind.BILL_REVERSAL].id
    for note in notes:
        journals[note.bill_id] = posting.drafts[note.company_id, note.unit_id, JournalKind.CREDIT_REVERSAL].id
    return journals
