"""Taking a payment back (收款作废): its clearings are undone, its prepayment is taken back."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal

from django.db import transaction

from qingyuan.domains.ledger.models import Clearing, Prepayment
from qingyuan.domains.ledger.operations import balances
from qingyuan.domains.ledger.operations.journals import Draft
from qingyuan.domains.ledger.operations.payment_clearing import settle_between
from qingyuan.domains.ledger.operations.periods import hold_open_periods
from qingyuan.domains.ledger.operations.posting import Posting
from qingyuan.domains.ledger.operations.undoing import Offsets, PrepaymentSpent, desk_for_undoing, make_available
from qingyuan.domains.ledger.queries.clearings import live_of_source
from qingyuan.domains.ledger.rules.posting import PaidPart, PostingSource
from qingyuan.domains.ledger.rules.states import ChartRole, ClearingSource, JournalKind, MovementKind
from qingyuan.kernel.actor import Actor

_ZERO = Decimal("0.00")
Owner = tuple[int, int]


def undo_payment(
    *,
    actor: Actor,
    company_id: int,
    unit_id: int,
    posting_date: date,
    parts: Sequence[PaidPart],
    money: Mapping[ChartRole, Decimal],
    reverses_id: int | None,
    source: PostingSource | None = None,
) -> int:
    """Undo the parts of one payment in the caller's transaction (or its own) and return the reversing journal.

    What the payment cleared is owed again. What it put into prepayment is taken back; where that was used meanwhile, the
    offsets it fed are undone, newest first, so that prepayment never becomes negative. Money whose clearing a cancelled
    bill gave back lies in prepayment, too. `money`: as it came in; `reverses_id`: the payment's own journal, None when it
    was posted with others.

    Raises PrepaymentSpent, PeriodClosed, PeriodMissing.
    """
    with transaction.atomic():
        periods = hold_open_periods({company_id, *(part.company_id for part in parts)}, posting_date)
        receivable_ids = [part.part_id for part in parts if part.is_receivables]
        lives = live_of_source(ClearingSource.PAYMENT, receivable_ids)
        desk, offsets = desk_for_undoing({live.open_item_id for live in lives}, _funds(parts))
        lives = live_of_source(ClearingSource.PAYMENT, receivable_ids)
        posting = Posting(desk, posting_date)
        counter = posting.draft(company_id, unit_id, JournalKind.PAYMENT_VOID)
        counter.reverses_id = reverses_id
        for role, amount in money.items():
            counter.add(posting.books(company_id).account(role), None, -amount)
        drafts = _drafts(posting, counter, parts)
        cleared: defaultdict[int, Decimal] = defaultdict(lambda: _ZERO)
        for live in lives:
            posting.undo(live, drafts[desk.owed[live.open_item_id].company_id])
            cleared[live.source_id] += live.amount
        for part in parts:
            posting.accounts.add(part.account_id)
            rest = part.amount - cleared[part.part_id]
            if rest:
                _take_back(posting, offsets, part, rest, drafts[part.company_id])
        posting.write(actor=actor, periods=periods, posting_date=posting_date, source=source)
        balances.refresh_balances(sorted(posting.accounts))
    return counter.id


def _drafts(posting: Posting, counter: Draft, parts: Sequence[PaidPart]) -> dict[int, Draft]:
    drafts = {counter.company_id: counter}
    sums: defaultdict[int, Decimal] = defaultdict(lambda: _ZERO)
    for part in parts:
        sums[part.company_id] += part.amount
    for other, amount in sums.items():
        if other != counter.company_id:
            drafts[other] = posting.draft(other, other, JournalKind.PAYMENT_VOID)
            settle_between(posting, counter, drafts[other], -amount)
    return drafts


def _take_back(posting: Posting, offsets: Offsets, part: PaidPart, amount: Decimal, draft: Draft) -> None:
    """Take money from the prepayments where it lies: of a cancelled bill's customer, or of the part's own."""
    for owner, share in _owners(part, amount):
        fund = posting.desk.owner_ids.get(owner)
        if fund is None:
            raise PrepaymentSpent(account=part.account_id, balance=_ZERO, needed=share)
        make_available(posting, offsets, fund, share)
        posting.move(fund, MovementKind.VOID, -share, draft, source_type="PAYMENT_PART", source_id=part.part_id)


def _owners(part: PaidPart, amount: Decimal) -> list[tuple[Owner, Decimal]]:
    if not part.is_receivables:
        return [((part.account_id, part.customer_id), amount)]
    # What a cancelled bill gave back went to the bill's own customer, who may have left the account since.
    sums: defaultdict[Owner, Decimal] = defaultdict(lambda: _ZERO)
    rows = Clearing.objects.filter(
        source=ClearingSource.PAYMENT.value, source_id=part.part_id, reverses__isnull=True, reversed_by__isnull=False
    )
    for account, customer, cleared in rows.values_list("open_item__account_id", "open_item__customer_id", "amount"):
        sums[account, customer] += cleared
    return sorted(sums.items())


def _funds(parts: Sequence[PaidPart]) -> list[int]:
    """All prepayments of the accounts: any of them may have to be touched."""
    accounts = {part.account_id for part in parts}
    return list(Prepayment.objects.filter(account_id__in=accounts).order_by("id").values_list("id", flat=True))
