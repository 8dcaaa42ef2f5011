"""Runs of one (单张开账): a re-bill or a correcting bill is calculated, recorded as a run and issued in one transaction."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from functools import partial

from django.db import transaction
from django.db.models.functions import Now

from qingyuan.domains.billing.declarations import BILL_NUMBERS, DUE_DAYS, RUN_NUMBERS
from qingyuan.domains.billing.models import BillingRun, RunChunk
from qingyuan.domains.billing.operations.telling import ask_for_notices
from qingyuan.domains.billing.operations.writing import Issue, build_bills, copy_run_items
from qingyuan.domains.billing.queries.cases import load_use
from qingyuan.domains.billing.queries.totals import totals_of
from qingyuan.domains.billing.rules.calculate import Outcome, calculate, run_hash
from qingyuan.domains.billing.rules.case import Case
from qingyuan.domains.billing.rules.states import ChunkState, RunPurpose, RunState
from qingyuan.domains.ledger.operations.receivables import post_receivables
from qingyuan.domains.ledger.rules.posting import PostingSource
from qingyuan.domains.tariffs.queries.catalogue import price_list
from qingyuan.domains.tariffs.rules.rate import rate
from qingyuan.kernel.actor import Actor
from qingyuan.kernel.errors import DomainError
from qingyuan.platform.copying import reserve_ids
from qingyuan.platform.numbering import operations as numbering
from qingyuan.platform.organisation import queries as organisation
from qingyuan.platform.parameters import queries as parameters


class NotBillable(DomainError):
    """The case gives no bill; `reason` is the code of what stands against it (无法开账)."""

    code = "billing.not_billable"


@dataclass(frozen=True, slots=True)
class SingleRun:
    """What a run of one needs to know. Numbers are drawn before, in a transaction of their own: they come last in the order
    of locks, and bill numbers may have gaps.
    """

    company_id: int
    unit_id: int
    period_id: int | None
    business_date: date
    posting_date: date
    due_date: date
    run_no: str
    bill_no: str
    selection: dict[str, object]
    bill_nos: tuple[str, ...] = ()


def prepare(
    *,
    company_id: int,
    unit_id: int,
    period_id: int | None,
    posting_date: date,
    due_date: date | None,
    selection: dict[str, object],
    bills: int = 1,
) -> SingleRun:
    """Draw the numbers of a run of one bill, or of `bills` in a block. Call it outside the transaction that issues."""
    top = organisation.upwards(unit_id)[-1]
    if due_date is None:
        due_date = posting_date + timedelta(days=parameters.integer(DUE_DAYS, unit_id=unit_id, on=posting_date))
    with transaction.atomic():
        run_no = numbering.draw(kind=RUN_NUMBERS, unit_id=top, on=posting_date).text
        block = numbering.reserve(kind=BILL_NUMBERS, unit_id=top, on=posting_date, count=bills)
    bill_nos = tuple(block.text_of(block.first + place) for place in range(bills))
    return SingleRun(
        company_id=company_id,
        unit_id=unit_id,
        period_id=period_id,
        business_date=posting_date,
        posting_date=posting_date,
        due_date=due_date,
        run_no=run_no,
        bill_no=bill_nos[0],
        selection=selection,
        bill_nos=bill_nos,
    )


def issue_single(*, actor: Actor, single: SingleRun, cases: Sequence[Case]) -> tuple[int, Outcome]:
    """Calculate the one case, record it as an issued run and post it. In the caller's transaction, which holds the tier
    group and the account. Returns the bill's id and its outcome. Raises NotBillable and what posting raises.
    """
    prices = price_list(single.company_id)
    outcomes = calculate(cases, load_use(cases), partial(rate, catalogue=prices.catalogue))
    outcome = outcomes[0]
    if outcome.rated is None:
        assert outcome.refusal is not None
        raise NotBillable(account=outcome.case.place.account_no, reason=outcome.refusal.code)
    run = _recorded(actor, single, outcome)
    bill_id = reserve_ids("bill", 1)[0]
    issue = Issue(
        company_id=single.company_id,
        run_id=run.pk,
        posting_date=single.posting_date,
        due_date=single.due_date,
        prices=prices,
        bill_no_of=lambda _place: single.bill_no,
    )
    rowset = build_bills(issue, [(bill_id, 0, outcome)])
    rowset.copy()
    if rowset.receivables or rowset.credits:
        post_receivables(
            actor=actor,
            company_id=single.company_id,
            posting_date=single.posting_date,
            source=PostingSource(run.pk, 1),
            receivables=rowset.receivables,
            credits=rowset.credits,
        )
    return bill_id, outcome


def _recorded(actor: Actor, single: SingleRun, outcome: Outcome) -> BillingRun:
    total = outcome.rated.total if outcome.rated is not None else Decimal("0.00")
    run = BillingRun.objects.create(
        run_no=single.run_no,
        company_id=single.company_id,
        unit_id=single.unit_id,
        period_id=single.period_id,
        purpose=RunPurpose.REAL,
        state=RunState.ISSUED,
        selection=single.selection,
        business_date=single.business_date,
        posting_date=single.posting_date,
        due_date=single.due_date,
        result_hash=run_hash([outcome.hash]),
        chunk_count=1,
        scope_count=1,
        chunk_size=1,
        created_by_id=actor.staff_id,
        checked_by_id=actor.staff_id,
        issued_by_id=actor.staff_id,
        calculated_at=Now(),
        issued_at=Now(),
    )
    RunChunk.objects.create(
        run=run,
        chunk_no=1,
        state=ChunkState.ISSUED,
        reading_item_ids=[outcome.case.rows.reading_item_id] if outcome.case.rows.reading_item_id else [],
        bill_offset=0,
        bill_count=1,
        amount=total,
        attempts=1,
    )
    copy_run_items(run.pk, 1, [outcome], {})
    totals = totals_of(run.pk)
    BillingRun.objects.filter(pk=run.pk).update(totals={**totals, "issued": 1, "issued_amount": str(total), "stale": 0})
    ask_for_notices(run)
    return run
