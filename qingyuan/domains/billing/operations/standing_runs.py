"""Charging the recurring fees of a month (周期费用开账): looked through first, then a run of chunks that workers issue.

A period is charged once: `standing_fee_live` holds it, and a chunk takes the accounts before it looks again.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal

from django.db import transaction
from django.db.models.functions import Now

from qingyuan.domains.billing.declarations import (
    BILL_NUMBERS,
    CHUNK_SIZE,
    DUE_DAYS,
    RUN_NUMBERS,
    STANDING_WHILE_SUSPENDED,
)
from qingyuan.domains.billing.models import BillingRun, FeeType, RunChunk, RunItem, RunPricing
from qingyuan.domains.billing.operations.fee_writing import PricedFee, priced_fee
from qingyuan.domains.billing.operations.fees import FeeFacts, NewFee, fee_facts, worked_out
from qingyuan.domains.billing.queries.standing import DueFee, due_fees
from qingyuan.domains.billing.rules.calculate import run_hash
from qingyuan.domains.billing.rules.fees import Fee
from qingyuan.domains.billing.rules.lines import lines_text
from qingyuan.domains.billing.rules.states import BillKind, ChunkState, RunItemState, RunPurpose, RunState
from qingyuan.domains.customers.queries.payers import PayerFacts, payers
from qingyuan.domains.customers.rules.states import AccountState
from qingyuan.domains.ledger.operations.periods import hold_open_period
from qingyuan.kernel.actor import Actor
from qingyuan.kernel.canonical import canonical_json, sha256_hex
from qingyuan.kernel.errors import DomainError, NotFound
from qingyuan.kernel.period import Month
from qingyuan.platform.audit import operations as audit
from qingyuan.platform.locking.door import hold_name
from qingyuan.platform.numbering import operations as numbering
from qingyuan.platform.organisation import queries as organisation
from qingyuan.platform.parameters import queries as parameters
from qingyuan.platform.staff import operations as staff

CHARGE = "billing.charge_standing_fees"
_AT_ONCE = 2000


class StandingAccountIdle(DomainError):
    """The account is suspended, or not opened yet, so that its recurring fees are not charged (报停或预立户不收周期费用)."""

    code = "billing.standing_account_idle"


class StandingMonthRefused(DomainError):
    """The month has not begun yet (该月尚未开始)."""

    code = "billing.standing_month_refused"


class StandingNothingDue(DomainError):
    """No recurring fee can be charged for the month (该月没有可收取的周期费用)."""

    code = "billing.standing_nothing_due"


class StandingMoved(DomainError):
    """Something that was judged has changed since it was looked at (核对后资料有变动)."""

    code = "billing.standing_moved"


class StandingRunUnderWay(DomainError):
    """A run is charging this month's recurring fees already (该月周期费用正在开账)."""

    code = "billing.standing_run_under_way"


@dataclass(frozen=True, slots=True)
class StandingScope:
    """What is charged in one go: the month, the accounts of a unit and the units below it, and one fee type or all."""

    unit_id: int
    month: Month
    fee_type_id: int | None = None


@dataclass(frozen=True, slots=True)
class JudgedStanding:
    """A due fee with what it comes to, or the code and values of what stands against it."""

    due: DueFee
    account: PayerFacts
    fee: Fee | None = None
    code: str = ""
    params: dict[str, object] | None = None


@dataclass(frozen=True, slots=True)
class JudgedMonth:
    """All that is due, by account number. `stamp` moves with anything that was judged; `total` in yuan."""

    rows: tuple[JudgedStanding, ...]
    stamp: str
    total: Decimal

    @property
    def good(self) -> int:
        return sum(row.fee is not None for row in self.rows)

    @property
    def refused(self) -> int:
        return len(self.rows) - self.good


def judge_month(*, actor: Actor, scope: StandingScope, on: date) -> JudgedMonth:
    """What charging the month on the day would come to, row by row; nothing is changed or locked.

    Raises NotPermitted, NotFound, StandingMonthRefused.
    """
    staff.require(actor, CHARGE, on=on, unit_id=scope.unit_id)
    if scope.month > Month.of(on):
        raise StandingMonthRefused(month=str(scope.month))
    company_id = organisation.company_of(scope.unit_id)
    if scope.fee_type_id is not None and not FeeType.objects.filter(pk=scope.fee_type_id, company_id=company_id):
        raise NotFound(fee_type=scope.fee_type_id)
    due = due_fees(
        scope.month,
        company_id=company_id,
        unit_ids=organisation.subtree_ids(scope.unit_id),
        fee_type_id=scope.fee_type_id,
    )
    rows = judge_due(actor, company_id, scope.month, due, on)
    told = [
        [row.due.standing_fee_id, row.account.unit_id, row.account.customer_id, row.code, str(row.fee)] for row in rows
    ]
    total = sum((row.fee.amount for row in rows if row.fee is not None), Decimal("0.00"))
    return JudgedMonth(rows, sha256_hex(canonical_json([on.isoformat(), told])), total)


def judge_due(
    actor: Actor, company_id: int, month: Month, due: Sequence[DueFee], on: date
) -> tuple[JudgedStanding, ...]:
    """What each due fee comes to on the day. The same few statements, however many fees and units."""
    accounts = payers({one.account_id for one in due}, on=on)
    types = {one.pk: one for one in FeeType.objects.filter(company_id=company_id)}
    facts = fee_facts(actor, company_id, list(accounts.values()), on)
    idle_pays = parameters.at_units(
        STANDING_WHILE_SUSPENDED, unit_ids={account.unit_id for account in accounts.values()}, on=on
    )
    judged = []
    for one in due:
        account = accounts[one.account_id]
        try:
            _refuse_idle(account, pays=idle_pays[account.unit_id] is True)
            fee = _fee(facts, account, types[one.fee_type_id], one, month)
        except DomainError as error:
            judged.append(JudgedStanding(one, account, code=error.code, params=dict(error.params)))
        else:
            judged.append(JudgedStanding(one, account, fee))
    return tuple(judged)


def _refuse_idle(account: PayerFacts, *, pays: bool) -> None:
    suspended = account.state is AccountState.SUSPENDED and not pays
    if suspended or account.state is AccountState.PRE_OPENED:
        raise StandingAccountIdle(account=account.account_no, state=account.state.value)


def _fee(facts: FeeFacts, account: PayerFacts, fee_type: FeeType, due: DueFee, month: Month) -> Fee:
    asked = NewFee(due.account_id, due.fee_type_id, due.note, due.quantity, due.amount)
    return replace(worked_out(facts, account, fee_type, asked), period=(month, month.plus(due.every_months - 1)))


def start_standing_run(
    *,
    actor: Actor,
    scope: StandingScope,
    stamp: str,
    expected_total: Decimal,
    posting_date: date,
    due_date: date | None = None,
) -> int:
    """Begin to charge what `judge_month` showed, and return the run's id; the caller defers its chunks.

    `stamp` and `expected_total` (as the person typed it) are the preview's. What cannot be charged stays in the run with
    its reason, and is due again. Raises as `judge_month`, StandingMoved, StandingNothingDue, StandingRunUnderWay, PeriodClosed,
    PeriodMissing.
    """
    company_id = organisation.company_of(scope.unit_id)
    with transaction.atomic():
        hold_name(f"recurring fees {company_id} {scope.month.number}")
        hold_open_period(company_id, posting_date)
        _refuse_second_run(company_id, scope.month)
        judged = judge_month(actor=actor, scope=scope, on=posting_date)
        if judged.stamp != stamp or judged.total != expected_total:
            raise StandingMoved()
        if not judged.good:
            raise StandingNothingDue(month=str(scope.month))
        run = _recorded(actor, scope, company_id, judged, posting_date, due_date)
        audit.record(
            actor=actor,
            action="billing.standing_fees_charged",
            object_type="billing_run",
            object_key=run.run_no,
            company_id=company_id,
            unit_id=scope.unit_id,
            after={"month": scope.month.number, "bills": judged.good, "total": str(judged.total)},
        )
    return run.pk


def _refuse_second_run(company_id: int, month: Month) -> None:
    """What another run is about to charge still looks due here."""
    other = BillingRun.objects.filter(
        company_id=company_id, state=RunState.ISSUING, selection__standing=month.number
    ).first()
    if other is not None:
        raise StandingRunUnderWay(run=other.run_no, month=str(month))


def _recorded(
    actor: Actor,
    scope: StandingScope,
    company_id: int,
    judged: JudgedMonth,
    posting_date: date,
    due_date: date | None,
) -> BillingRun:
    """The run with its chunks and items, all of them calculated."""
    top = organisation.upwards(scope.unit_id)[-1]
    size = parameters.integer(CHUNK_SIZE, unit_id=scope.unit_id, on=posting_date)
    if due_date is None:
        due_date = posting_date + timedelta(days=parameters.integer(DUE_DAYS, unit_id=scope.unit_id, on=posting_date))
    run = BillingRun(
        company_id=company_id,
        unit_id=scope.unit_id,
        purpose=RunPurpose.REAL,
        state=RunState.ISSUING,
        selection={"standing": scope.month.number, "fee_type": scope.fee_type_id},
        business_date=posting_date,
        posting_date=posting_date,
        due_date=due_date,
        totals=_totals(judged),
        chunk_count=-(-len(judged.rows) // size),
        scope_count=len(judged.rows),
        chunk_size=size,
        created_by_id=actor.staff_id,
        checked_by_id=actor.staff_id,
        issued_by_id=actor.staff_id,
        calculated_at=Now(),
    )
    priced = [None if row.fee is None else priced_fee(row.fee) for row in judged.rows]
    run.result_hash = run_hash([each.digest for each in priced if each is not None])
    run.run_no = numbering.draw(kind=RUN_NUMBERS, unit_id=top, on=posting_date).text
    block = numbering.reserve(kind=BILL_NUMBERS, unit_id=top, on=posting_date, count=judged.good)
    run.bill_no_start = block.first
    run.save()
    offset = 0
    for number, start in enumerate(range(0, len(judged.rows), size), start=1):
        offset += _chunk(run, number, offset, judged.rows[start : start + size], priced[start : start + size])
    return run


def _totals(judged: JudgedMonth) -> dict[str, object]:
    codes = [row.code for row in judged.rows if row.code]
    return {
        "bills": judged.good,
        "volume": "0.000",
        "amount": str(judged.total),
        "exceptions": {code: codes.count(code) for code in sorted(set(codes))},
        "notices": {},
        "held": 0,
        "held_amount": "0.00",
    }


def _chunk(
    run: BillingRun, number: int, offset: int, rows: Sequence[JudgedStanding], priced: Sequence[PricedFee | None]
) -> int:
    """One chunk with its items and pricings; returns how many bills it gives."""
    pricings: dict[str, RunPricing] = {}
    elements = []
    for position, (row, each) in enumerate(zip(rows, priced, strict=True), start=1):
        pricing = None if each is None else _pricing(pricings, run, number, each)
        elements.append(
            RunItem(
                run=run,
                chunk_no=number,
                position=position,
                natural_key=f"{row.due.account_no}\t{row.due.standing_fee_id}\t{run.yyyymm}",
                state=RunItemState.CALCULATED if pricing else RunItemState.EXCEPTION,
                kind=BillKind.OTHER,
                account_id=row.due.account_id,
                amount=Decimal("0.00") if each is None else each.rated.total,
                exception_code=row.code,
                exception_params=_plain(row.params),
                pricing_no=None if pricing is None else pricing.pricing_no,
                hash="" if each is None else each.digest,
            )
        )
    good = [each for each in priced if each is not None]
    RunChunk.objects.create(
        run=run,
        chunk_no=number,
        state=ChunkState.CALCULATED,
        standing_fee_ids=[row.due.standing_fee_id for row in rows],
        account_ids=sorted({row.due.account_id for row in rows}),
        bill_offset=offset,
        bill_count=len(good),
        amount=sum((each.rated.total for each in good), Decimal("0.00")),
    )
    RunItem.objects.bulk_create(elements, batch_size=_AT_ONCE)
    RunPricing.objects.bulk_create(pricings.values(), batch_size=_AT_ONCE)
    return len(good)


def _pricing(pricings: dict[str, RunPricing], run: BillingRun, number: int, each: PricedFee) -> RunPricing:
    """Fees of the same lines share a pricing: the run's totals are summed over them."""
    text = lines_text(each.rated.lines)
    if text not in pricings:
        pricings[text] = RunPricing(
            run=run,
            chunk_no=number,
            pricing_no=len(pricings) + 1,
            lines=text,
            volume=each.rated.volume,
            amount=each.rated.total,
            tax_amount=each.rated.tax,
        )
    return pricings[text]


def _plain(params: dict[str, object] | None) -> dict[str, str] | None:
    return None if params is None else {name: str(value) for name, value in params.items()}
