"""Posting receivables and credits (应收入账): the billing run's way into the books, ten thousand at a time.

Everything is worked out in memory first, prepayment offsets too, so that each row is written once: one COPY per table.
The bulk tables have no row-level foreign keys; one statement at the end checks all references of the call.
"""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal

from django.db import connection, transaction

from qingyuan.domains.ledger.operations import balances, bulk_rows, offsets
from qingyuan.domains.ledger.operations import credits as credit_notes
from qingyuan.domains.ledger.operations.bulk_rows import BulkRows
from qingyuan.domains.ledger.operations.desk import Desk, lay_out
from qingyuan.domains.ledger.operations.journals import Draft, post_journals
from qingyuan.domains.ledger.operations.offsets import Offset
from qingyuan.domains.ledger.operations.periods import hold_open_period
from qingyuan.domains.ledger.operations.posting import Posting
from qingyuan.domains.ledger.queries.chart import Books
from qingyuan.domains.ledger.queries.owed import OwedItem
from qingyuan.domains.ledger.rules.netting import net_parts
from qingyuan.domains.ledger.rules.posting import NewCredit, NewReceivable, PostedReceivables, PostingSource
from qingyuan.domains.ledger.rules.states import ChartRole, JournalKind, ReceivableKind
from qingyuan.kernel.actor import Actor
from qingyuan.kernel.errors import DomainError
from qingyuan.platform.copying import reserve_ids


class NothingToPost(DomainError):
    """Neither receivables nor credits were given (没有可入账的内容)."""

    code = "ledger.nothing_to_post"


class UnknownReference(DomainError):
    """Receivables name accounts or customers that do not exist, or accounts of another company (引用的户号或客户不存在)."""

    code = "ledger.unknown_reference"


def post_receivables(
    *,
    actor: Actor,
    company_id: int,
    posting_date: date,
    source: PostingSource,
    receivables: Sequence[NewReceivable],
    credits: Sequence[NewCredit] = (),
    kind: ReceivableKind = ReceivableKind.BILL,
) -> PostedReceivables:
    """Post receivables and credits of one company in the caller's transaction (or its own).

    Per unit one journal for the receivables, one for the credits and one for the automatic offsets from prepayment
    (parameter `ledger.auto_offset`; accounts on a PAYMENT hold are left out). Credits come first: each clears the bill it
    corrects, then other bills of its customer, oldest first; what is left goes to prepayment, which the offsets then use.

    Locks: accounting period (shared), open items, prepayments, account balances. Raises PeriodClosed, PeriodMissing,
    NoChart, NoPostingRule, UnknownReference, NothingToPost; ValueError for amounts that do not add up or have a fraction
    of a fen; IntegrityError for a bill posted before.
    """
    if not receivables and not credits:
        raise NothingToPost()
    with transaction.atomic():
        period_id = hold_open_period(company_id, posting_date)
        modes = offsets.modes_on(posting_date)
        posting = Posting(_desk(company_id, receivables, credits), posting_date)
        notes = credit_notes.give(credits, posting, company_id=company_id, modes=modes)
        ids = reserve_ids("open_item", len(receivables))
        _put_new_on(posting, ids, receivables, company_id, kind)
        cleared = offsets.offset(
            posting, {held.account_id for held in posting.desk.prepayments.values()}, modes, posting_date
        )
        rows = bulk_rows.build(ids, receivables, _sums(cleared), company_id=company_id, kind=kind)
        drafts = _drafts(rows, posting.books(company_id))
        journal_ids = post_journals(
            [*drafts.values(), *posting.drafts.values()],
            actor=actor,
            periods={company_id: period_id},
            posting_date=posting_date,
            source=source,
        )
        rows.copy({unit: draft.id for unit, draft in drafts.items()}, posting_date)
        credit_notes.write(notes, company_id)
        posting.write_rows(new_items=ids)
        touched = sorted(posting.accounts)
        if ids:
            written = [draft.id for draft in drafts.values()]
            _check_references(ids, written)
            if touched:
                balances.hold_balances([*touched, *(row.account_id for row in receivables)])
            balances.add_new_items(lowest_id=ids[0], highest_id=ids[-1], journal_ids=written, except_accounts=touched)
        balances.refresh_balances(touched)
    return PostedReceivables(
        open_item_ids=tuple(ids),
        journal_ids=tuple(found for found in journal_ids if found),
        offset_amount=sum((one.amount for one in cleared), Decimal("0.00")),
        offset_count=len(cleared),
        credit_note_ids=tuple(note.id for note in notes),
        credit_to_prepayment=sum((note.to_prepayment for note in notes), Decimal("0.00")),
    )


def _sums(cleared: Sequence[Offset]) -> dict[int, Decimal]:
    sums: dict[int, Decimal] = {}
    for one in cleared:
        sums[one.owed.id] = sums.get(one.owed.id, Decimal("0.00")) + one.amount
    return sums


def _desk(company_id: int, receivables: Sequence[NewReceivable], credits: Sequence[NewCredit]) -> Desk:
    credited = [row.account_id for row in credits]
    return lay_out(
        money_of=[*(row.account_id for row in receivables), *credited],
        owed_of=credited,
        bill_ids=[row.corrects_bill_id for row in credits if row.corrects_bill_id is not None],
        owners=[(company_id, row.account_id, row.customer_id) for row in credits],
    )


def _put_new_on(
    posting: Posting,
    ids: Sequence[int],
    receivables: Sequence[NewReceivable],
    company_id: int,
    kind: ReceivableKind,
) -> None:
    """Put those receivables on the desk whose owner has money: the others need no thought."""
    owners = posting.desk.owner_ids
    if not owners:
        return
    books = posting.books(company_id)
    for open_item_id, row in zip(ids, receivables, strict=True):
        if (row.account_id, row.customer_id) in owners:
            posting.desk.add(
                OwedItem(
                    open_item_id, company_id, row.unit_id, row.account_id, row.customer_id, kind.value, row.bill_id,
                    row.label, row.yyyymm, row.due_date, row.amount, row.amount,
                    books.in_order(net_parts(row.parts).parts),
                )
            )  # fmt: skip


def _drafts(rows: BulkRows, books: Books) -> dict[int, Draft]:
    """One journal per unit: receivable against what each charge item is booked to."""
    drafts: dict[int, Draft] = {}
    for unit_id, owed in rows.net.items():
        draft = drafts[unit_id] = Draft(books.company_id, unit_id, JournalKind.BILLS)
        for charge_id, amount in owed.items():
            draft.add(books.account(ChartRole.RECEIVABLE), charge_id, amount)
        for charge_id, amount in rows.gross[unit_id].items():
            if amount:
                draft.add(books.account_of_charge(charge_id, unit_id), charge_id, -amount)
    return drafts


def _check_references(ids: Sequence[int], journal_ids: Sequence[int]) -> None:
    """What row-level foreign keys would have checked, in one statement. Parents cannot be deleted, so once is enough."""
    with connection.cursor() as cursor:
        cursor.execute(_STRANGERS, [ids[0], ids[-1], list(journal_ids)])
        if strangers := cursor.fetchall():
            raise UnknownReference(labels=", ".join(row[0] for row in strangers))


_STRANGERS = """
SELECT o.label FROM open_item o
  LEFT JOIN account a ON a.id = o.account_id AND a.company_id = o.company_id
  LEFT JOIN customer c ON c.id = o.customer_id AND c.company_id = o.company_id
 WHERE o.id BETWEEN %s AND %s AND o.journal_id = ANY(%s) AND (a.id IS NULL OR c.id IS NULL)
 ORDER BY o.id LIMIT 5
"""
