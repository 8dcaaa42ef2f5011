"""Cash differences of a shift (长短款): what was counted is not what it should be."""

from datetime import date
from decimal import Decimal

from django.db import transaction

from qingyuan.domains.ledger.operations.journals import Draft, post_journals
from qingyuan.domains.ledger.operations.periods import hold_open_period
from qingyuan.domains.ledger.queries.chart import books_of
from qingyuan.domains.ledger.rules.posting import PostingSource
from qingyuan.domains.ledger.rules.states import ChartRole, JournalKind
from qingyuan.kernel.actor import Actor


def post_over_short(
    *, actor: Actor, company_id: int, unit_id: int, posting_date: date, amount: Decimal, source: PostingSource
) -> int:
    """Book a difference between cash counted and cash expected (`amount` > 0: over, < 0: short); returns the journal.

    Raises PeriodClosed, PeriodMissing, NoChart; ValueError for 0.00.
    """
    if not amount:
        raise ValueError("no difference to post")
    with transaction.atomic():
        period_id = hold_open_period(company_id, posting_date)
        books = books_of(company_id)
        draft = Draft(company_id, unit_id, JournalKind.SHIFT)
        draft.add(books.account(ChartRole.CASH), None, amount)
        draft.add(books.account(ChartRole.OVER_SHORT), None, -amount)
        (journal_id,) = post_journals(
            [draft], actor=actor, periods={company_id: period_id}, posting_date=posting_date, source=source
        )
    return journal_id
