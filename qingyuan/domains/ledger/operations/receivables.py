"""Posting receivables and credits (应收入账): the billing run's way into the books, ten thousand at a time.

Everything is worked out in memory first, prepayment offsets too, so that each row is written once: one COPY per table.
The bulk tables have no row-level foreign keys; one statement at the end checks all references of the call.
"""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal

from django.db import connection, transaction

from qingyuan.domains.ledger.models import Prepayment
from qingyuan.domains.ledger.operations import balances, bulk_rows, credits, offsets, writing
from qingyuan.domains.ledger.operations.journals import Draft, post_journals
from qingyuan.domains.ledger.operations.periods import hold_open_period
from qingyuan.domains.ledger.queries.chart import Books, books_of
from qingyuan.domains.ledger.queries.owed import OwedItem
from qingyuan.domains.ledger.rules.allocation import AllocationMode
from qingyuan.domains.ledger.rules.clearing import ClearingOrder
from qingyuan.domains.ledger.rules.netting import net_parts
from qingyuan.domains.ledger.rules.posting import NewCredit, NewReceivable, PostedReceivables, PostingSource
from qingyuan.domains.ledger.rules.states import ChartRole, JournalKind, ReceivableKind
from qingyuan.kernel.actor import Actor
from qingyuan.kernel.errors import DomainError
from qingyuan.platform.copying import copy_text, reserve_ids

Modes = dict[int, tuple[AllocationMode, ClearingOrder]]


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
    credits_given: Sequence[NewCredit] = (),
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
    if not receivables and not credits_given:
        raise NothingToPost()
    with transaction.atomic():
        period_id = hold_open_period(company_id, posting_date)
        books = books_of(company_id)
        units = {row.unit_id for row in receivables} | {row.unit_id for row in credits_given}
        modes = {unit: (offsets.offset_mode(unit, posting_date), offsets.clearing_order(unit, posting_date)) for unit in units}
        desk = _desk(receivables, credits_given, modes, posting_date)
        given = credits.plan(credits_given, desk, books=books, modes=modes, posting_date=posting_date)
        ids = reserve_ids("open_item", len(receivables))
        planned = _plan_offsets(ids, receivables, desk, company_id, books, modes, posting_date, kind)
        rows = bulk_rows.build(
            ids, receivables, {one.owed.id: one.amount for one in planned}, company_id=company_id, kind=kind
        )
        drafts = _drafts(rows, books)
        offset_rows = offsets.offset_rows(
            planned, books={company_id: books}, journal_ids=_journals_for(planned), value_date=posting_date
        )
        journal_ids = post_journals(
            [*drafts.values(), *given.drafts.values(), *offset_rows.drafts.values()],
            actor=actor,
            periods={company_id: period_id},
            posting_date=posting_date,
            source=source,
        )
        rows.copy({unit: draft.id for unit, draft in drafts.items()}, posting_date)
        credits.write(given)
        writing.write_movements([*given.movements, *offset_rows.movements])
        writing.write_clearings([*given.clearings, *offset_rows.clearings])
        writing.change_outstanding(_changes(given, planned, set(ids)))
        bill_journals = [draft.id for draft in drafts.values()]
        _check_references(ids, bill_journals)
        touched = sorted({one.owed.account_id for one in planned} | {row.account_id for row in credits_given})
        if ids:
            balances.add_new_items(
                lowest_id=ids[0], highest_id=ids[-1], journal_ids=bill_journals, except_accounts=touched
            )
        balances.refresh_balances(touched)
    return PostedReceivables(
        open_item_ids=tuple(ids),
        journal_ids=tuple(found for found in journal_ids if found),
        offset_amount=sum((one.amount for one in planned), Decimal("0.00")),
        offset_count=len(planned),
        credit_note_ids=tuple(note.id for note in given.notes),
        credit_to_prepayment=sum((note.to_prepayment for note in given.notes), Decimal("0.00")),
    )
