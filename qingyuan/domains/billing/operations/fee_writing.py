"""Writing fees (其它费用入帐): their bills, lines, postings and charges, for one fee or for thousands.

The number of statements does not grow with the fees. The caller holds the locks and has judged each fee.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.db.models.functions import Now

from qingyuan.domains.billing.models import Bill, BillingRun, BillLine, FeeCharge, RunChunk
from qingyuan.domains.billing.operations.singles import SingleRun
from qingyuan.domains.billing.operations.telling import ask_for_notices
from qingyuan.domains.billing.operations.writing import line_rows, parts_of
from qingyuan.domains.billing.rules.calculate import item_hash, run_hash
from qingyuan.domains.billing.rules.fees import FORMAT, Fee, fee_text, rated_fee
from qingyuan.domains.billing.rules.lines import Rated, lines_text
from qingyuan.domains.billing.rules.states import BillBasis, BillKind, ChunkState, RunPurpose, RunState
from qingyuan.domains.customers.queries.payers import PayerFacts
from qingyuan.domains.ledger.operations.receivables import post_receivables
from qingyuan.domains.ledger.rules.posting import NewReceivable, PostingSource
from qingyuan.domains.tariffs.queries.catalogue import price_list
from qingyuan.kernel.actor import Actor
from qingyuan.platform.copying import reserve_ids


@dataclass(frozen=True, slots=True)
class Charged:
    """A fee that is to be issued: on which account, of which type, the key under which it is charged once, and the
    recurring fee (周期费用) that it comes of, if any.
    """

    account: PayerFacts
    fee_type_id: int
    fee: Fee
    request_key: str
    standing_fee_id: int | None = None


@dataclass(frozen=True, slots=True)
class PricedFee:
    """What the bill of a fee holds: its line, its canonical input, and the hash over both."""

    rated: Rated
    text: str
    digest: str


def priced_fee(fee: Fee) -> PricedFee:
    """The bill of a fee, worked out."""
    rated, text = rated_fee(fee), fee_text(fee)
    return PricedFee(rated, text, item_hash(text, lines_text(rated.lines)))


def issue_fees(*, actor: Actor, single: SingleRun, charged: Sequence[Charged]) -> tuple[int, list[int]]:
    """Record one issued run and write its bills. `single` has a bill number for each fee.

    Returns the run's id and the bills' ids in the order of the fees. Raises what the ledger refuses.
    """
    priced = [priced_fee(one.fee) for one in charged]
    run = _recorded(actor, single, priced)
    return run.pk, write_fees(
        actor=actor, run=run, chunk_no=1, bill_nos=single.bill_nos, charged=charged, priced=priced
    )


def write_fees(
    *,
    actor: Actor,
    run: BillingRun,
    chunk_no: int,
    bill_nos: Sequence[str],
    charged: Sequence[Charged],
    priced: Sequence[PricedFee],
    offset: int = 0,
) -> list[int]:
    """Write the bills of a run's chunk, post them, and return their ids in the order of the fees.

    `offset` is the chunk's place in the run, `bill_nos` has a number for each fee. Raises what the ledger refuses.
    """
    assert run.posting_date is not None
    prices = price_list(run.company_id)
    ids = reserve_ids("bill", len(charged))
    bills: list[Bill] = []
    bill_lines: list[BillLine] = []
    receivables: list[NewReceivable] = []
    for place, (bill_id, one) in enumerate(zip(ids, charged, strict=True)):
        lines = line_rows(prices, (), priced[place].rated)
        bills.append(_bill(run, bill_id, bill_nos[place], offset + place + 1, one, priced[place]))
        bill_lines += [BillLine(bill_id=bill_id, **line._asdict()) for line in lines]
        receivables.append(_receivable(bills[-1], parts_of(lines)))
    Bill.objects.bulk_create(bills)
    BillLine.objects.bulk_create(bill_lines)
    post_receivables(
        actor=actor,
        company_id=run.company_id,
        posting_date=run.posting_date,
        source=PostingSource(run.pk, chunk_no),
        receivables=receivables,
    )
    FeeCharge.objects.bulk_create(
        FeeCharge(
            company_id=run.company_id,
            account_id=one.account.account_id,
            fee_type_id=one.fee_type_id,
            bill_id=bill_id,
            quantity=one.fee.quantity,
            price=one.fee.price,
            amount=one.fee.amount,
            standing_fee_id=one.standing_fee_id,
            note=one.fee.note,
            charged_date=run.posting_date,
            request_key=one.request_key,
            charged_by_id=actor.staff_id,
        )
        for bill_id, one in zip(ids, charged, strict=True)
    )
    return ids


def _bill(run: BillingRun, bill_id: int, bill_no: str, place: int, one: Charged, priced: PricedFee) -> Bill:
    """A recurring fee's bill is of its period, any other of its day."""
    account, fee, day = one.account, one.fee, run.posting_date
    assert account.customer_id is not None and day is not None and run.due_date is not None
    start, end, months = day, day, 0
    if fee.period is not None:
        first, last = fee.period
        start, end, months = first.first_date, last.span.last_date or day, last.months_since(first) + 1
    yyyymm = start.year * 100 + start.month
    return Bill(
        pk=bill_id,
        bill_no=bill_no,
        company_id=account.company_id,
        unit_id=account.unit_id,
        run=run,
        run_position=place,
        kind=BillKind.OTHER,
        basis=BillBasis.MANUAL,
        account_id=account.account_id,
        customer_id=account.customer_id,
        yyyymm=yyyymm,
        round_no=1,
        tier_position=yyyymm * 100 + 1,
        tier_sequence=bill_id,
        from_date=start,
        to_date=end,
        months=months,
        volume=priced.rated.volume,
        amount=priced.rated.total,
        tax_amount=priced.rated.tax,
        posting_date=day,
        due_date=run.due_date,
        hash_format=FORMAT,
        hash=priced.digest,
        snapshot=priced.text,
    )


def _receivable(bill: Bill, parts: tuple[tuple[int, Decimal], ...]) -> NewReceivable:
    return NewReceivable(
        bill.pk,
        bill.bill_no,
        bill.unit_id,
        bill.account_id,
        bill.customer_id,
        bill.yyyymm,
        bill.due_date,
        bill.amount,
        parts,
    )


def _recorded(actor: Actor, single: SingleRun, priced: Sequence[PricedFee]) -> BillingRun:
    amount = sum((each.rated.total for each in priced), Decimal("0.00"))
    count, total = len(priced), str(amount)
    run = BillingRun.objects.create(
        run_no=single.run_no,
        company_id=single.company_id,
        unit_id=single.unit_id,
        purpose=RunPurpose.REAL,
        state=RunState.ISSUED,
        selection=single.selection,
        business_date=single.business_date,
        posting_date=single.posting_date,
        due_date=single.due_date,
        result_hash=run_hash([each.digest for each in priced]),
        totals={
            "bills": count,
            "volume": "0.000",
            "amount": total,
            "exceptions": {},
            "notices": {},
            "held": 0,
            "held_amount": "0.00",
            "issued": count,
            "issued_amount": total,
            "stale": 0,
        },
        chunk_count=1,
        scope_count=count,
        chunk_size=count,
        created_by_id=actor.staff_id,
        checked_by_id=actor.staff_id,
        issued_by_id=actor.staff_id,
        calculated_at=Now(),
        issued_at=Now(),
    )
    RunChunk.objects.create(
        run=run, chunk_no=1, state=ChunkState.ISSUED, bill_offset=0, bill_count=count, amount=amount, attempts=1
    )
    ask_for_notices(run)
    return run
