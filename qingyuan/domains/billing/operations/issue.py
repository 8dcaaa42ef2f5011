"""Issuing a run (签发): each chunk is calculated again on the facts of the moment, compared, and posted in one transaction."""

from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal
from functools import partial

from django.db import connection, transaction
from django.db.models import F, Sum, Window
from django.db.models.functions import Now

from qingyuan.domains.billing.declarations import BILL_NUMBERS, DUE_DAYS
from qingyuan.domains.billing.models import BillingRun, RunChunk, RunItem, TierGroup
from qingyuan.domains.billing.operations.bulk_issue import IssuedBulk, insert_bills, post_bulk
from qingyuan.domains.billing.operations.chunks import claimed
from qingyuan.domains.billing.operations.proposals import propose_later_bills
from qingyuan.domains.billing.operations.rerate import propose_for_linked
from qingyuan.domains.billing.operations.runs import RunHasNoBills, held_run, let_go, require_state
from qingyuan.domains.billing.operations.standing_issue import issue_standing
from qingyuan.domains.billing.operations.telling import ask_for_notices
from qingyuan.domains.billing.operations.writing import Issue, Rowset, build_bills
from qingyuan.domains.billing.queries.cases import load_cases, load_use
from qingyuan.domains.billing.queries.linked_bills import linked_usages_of_run
from qingyuan.domains.billing.queries.statements import array_literal, rows_of
from qingyuan.domains.billing.queries.totals import bills_of_chunk
from qingyuan.domains.billing.rules.calculate import Outcome, calculate
from qingyuan.domains.billing.rules.states import BillKind, ChunkState, RunItemState, RunState
from qingyuan.domains.billing.rules.tier_use import UseTable
from qingyuan.domains.customers import operations as customers
from qingyuan.domains.ledger.operations.bulk_receivables import hold_money
from qingyuan.domains.ledger.operations.periods import hold_open_period
from qingyuan.domains.ledger.operations.receivables import post_receivables
from qingyuan.domains.ledger.rules.posting import PostingSource
from qingyuan.domains.readings import operations as readings
from qingyuan.domains.readings.operations.locks import lock_items
from qingyuan.domains.tariffs.queries.catalogue import PriceList, price_list
from qingyuan.domains.tariffs.rules.rate import rate
from qingyuan.kernel.actor import Actor
from qingyuan.kernel.canonical import canonical_json, sha256_hex
from qingyuan.kernel.errors import DomainError
from qingyuan.platform import registry
from qingyuan.platform.audit import operations as audit
from qingyuan.platform.copying import reserve_ids
from qingyuan.platform.locking.door import hold
from qingyuan.platform.locking.rank import Rank
from qingyuan.platform.numbering import operations as numbering
from qingyuan.platform.numbering.rules.writing import scope_of, written
from qingyuan.platform.organisation import queries as organisation
from qingyuan.platform.parameters import queries as parameters
from qingyuan.platform.staff import operations as staff

TWO_YEARS = 200
"""In months written as yyyymm: how far back an estimate that a run settles may lie."""


class TotalMismatch(DomainError):
    """The total that the person typed is not the run's (输入的总额与批次不符)."""

    code = "billing.total_mismatch"


def start_issue(
    *,
    actor: Actor,
    run_id: int,
    posting_date: date,
    due_date: date | None = None,
    expected_total: Decimal | None = None,
) -> None:
    """Begin to issue a checked real run: posting date, due date and the block of bill numbers are fixed here.

    `due_date` None: posting date plus `billing.due_days`. `expected_total` is what the person typed, None for a face that
    asks for none. The caller defers the chunks. Raises RunNotInState, RunHasNoBills, TotalMismatch, NotPermitted,
    PeriodClosed, PeriodMissing.
    """
    with transaction.atomic():
        company_id = BillingRun.objects.values_list("company_id", flat=True).get(pk=run_id)
        hold_open_period(company_id, posting_date)
        run = held_run(run_id)
        staff.require(actor, "billing.issue", on=posting_date, unit_id=run.unit_id)
        require_state(run, RunState.CHECKED)
        if expected_total is not None and expected_total != Decimal(run.totals["amount"]):
            raise TotalMismatch(typed=expected_total, total=run.totals["amount"])
        count = _set_offsets(run_id)
        if not count:
            raise RunHasNoBills(run=run.run_no)
        if due_date is None:
            due_date = posting_date + timedelta(days=parameters.integer(DUE_DAYS, unit_id=run.unit_id, on=posting_date))
        audit.record(
            actor=actor,
            action="billing.issue_started",
            object_type="billing_run",
            object_key=run.run_no,
            company_id=run.company_id,
            unit_id=run.unit_id,
            after={"total": run.totals["amount"], "bills": count, "posting_date": posting_date.isoformat()},
        )
        unit_id = organisation.upwards(run.unit_id)[-1]
        block = numbering.reserve(kind=BILL_NUMBERS, unit_id=unit_id, on=posting_date, count=count)
        BillingRun.objects.filter(pk=run_id).update(
            state=RunState.ISSUING,
            posting_date=posting_date,
            due_date=due_date,
            bill_no_start=block.first,
            issued_by_id=actor.staff_id,
            version=F("version") + 1,
        )


def issue_chunk(*, actor: Actor, run_id: int, chunk_no: int | None) -> int:
    """Issue one calculated chunk (None: any that is free) in one transaction; returns how many readings or recurring fees it
    had (1 for a chunk without any), 0 when there is nothing to do here (done, or in other hands).

    What moved since the calculation (readings, people, prices, tier use …) is not issued: its run item becomes STALE and
    its reading stays approved for the next run. Raises PeriodClosed when the period was closed after the issue began.
    """
    with transaction.atomic():
        run = BillingRun.objects.get(pk=run_id)
        if run.state != RunState.ISSUING or run.posting_date is None or run.is_paused:
            return 0
        hold_open_period(run.company_id, run.posting_date)
        chunk = claimed(run_id, chunk_no, ChunkState.CALCULATED)
        if chunk is None:
            return 0
        if "standing" in run.selection:
            issue_standing(actor, run, chunk, _bill_nos(run, chunk))
        else:
            prices = price_list(run.company_id)
            bulk = _issue_bulk(actor, run, chunk, prices)
            if len(bulk.reading_item_ids) < len(chunk.reading_item_ids):
                _issue_rest(actor, run, chunk, prices, bulk)
        bills, amount = bills_of_chunk(run_id, chunk.chunk_no)
        RunChunk.objects.filter(pk=chunk.pk).update(state=ChunkState.ISSUED, bill_count=bills, amount=amount)
    return max(len(chunk.reading_item_ids) + len(chunk.standing_fee_ids), 1)


def finish_issue(*, actor: Actor, run_id: int) -> bool:
    """Close the issue when the last chunk is done: its books and tier groups are free again. False when not time yet.

    Bills of other runs that what was billed counts in (mains that had deducted an estimate settled now or were billed before
    a sub, points that share a difference) get proposals where they come to something else.
    """
    with transaction.atomic():
        run = held_run(run_id)
        if run.state != RunState.ISSUING:
            return False
        if RunChunk.objects.filter(run_id=run_id).exclude(state=ChunkState.ISSUED).exists():
            return False
        issued = RunChunk.objects.filter(run_id=run_id).aggregate(bills=Sum("bill_count"), amount=Sum("amount"))
        stale = RunItem.objects.filter(run_id=run_id, state=RunItemState.STALE).count()
        totals = {**run.totals, "issued": issued["bills"], "issued_amount": str(issued["amount"]), "stale": stale}
        let_go(run_id)
        BillingRun.objects.filter(pk=run_id).update(
            state=RunState.ISSUED, issued_at=Now(), totals=totals, is_paused=False, version=F("version") + 1
        )
        ask_for_notices(run)
        audit.record_bulk(
            actor=actor,
            action="billing.run_issued",
            object_type="billing_run",
            object_keys_hash=sha256_hex(canonical_json([run.run_no, run.result_hash])),
            count=int(issued["bills"] or 0),
            company_id=run.company_id,
            unit_id=run.unit_id,
        )
        _propose_linked(run)
    return True


def _propose_linked(run: BillingRun) -> None:
    if run.period_id is None:
        return
    [(yyyymm,)] = rows_of("SELECT yyyymm FROM reading_period WHERE id = %s", [run.period_id])
    usages = linked_usages_of_run(run_id=run.pk, company_id=run.company_id, since=yyyymm - TWO_YEARS)
    propose_for_linked(usages, not_of_run=run.pk)


def _set_offsets(run_id: int) -> int:
    """Give each chunk its place in the block of bill numbers; returns how many numbers there are."""
    count = 0
    chunks = RunChunk.objects.filter(run_id=run_id, state=ChunkState.CALCULATED).annotate(
        until=Window(Sum("bill_count"), order_by=F("chunk_no").asc())
    )
    places = [RunChunk(pk=chunk.pk, bill_offset=chunk.until - chunk.bill_count) for chunk in chunks]
    RunChunk.objects.bulk_update(places, ["bill_offset"], batch_size=1000)
    count = RunChunk.objects.filter(run_id=run_id).aggregate(count=Sum("bill_count"))["count"] or 0
    return int(count)


def _issue_bulk(actor: Actor, run: BillingRun, chunk: RunChunk, prices: PriceList) -> IssuedBulk:
    """Take the locks of the whole chunk, and issue its bulk items as long as the prices are those they were priced by."""
    assert run.posting_date is not None and run.due_date is not None
    single = rows_of(_SINGLE, [run.pk, chunk.chunk_no])
    hold(Rank.TIER_GROUP, TierGroup, {*chunk.group_ids, *(row[0] for row in single if row[0] is not None)})
    customers.lock_accounts({*chunk.account_ids, *(row[1] for row in single)})
    lock_items(chunk.reading_item_ids)
    desk = hold_money(
        money_of=chunk.account_ids,
        owed_of={row[1] for row in single},
        bill_ids={row[2] for row in single if row[2] is not None},
    )
    if chunk.prices != prices.fingerprint:
        return IssuedBulk(0, ())
    bulk = insert_bills(run, chunk, _bill_nos(run, chunk))
    if bulk.bills:
        readings.mark_billed(reading_item_ids=bulk.reading_item_ids)
        post_bulk(actor, run, chunk.chunk_no, desk)
    return bulk


_SINGLE = """
    SELECT group_id, account_id, corrects_bill_id FROM run_item
    WHERE run_id = %s AND chunk_no = %s AND state = 'CALCULATED' AND fingerprint IS NULL
"""


def _issue_rest(actor: Actor, run: BillingRun, chunk: RunChunk, prices: PriceList, bulk: IssuedBulk) -> None:
    """Issue one by one what was calculated one by one, and look again at bulk items that are not what they were."""
    assert run.posting_date is not None
    done = set(bulk.reading_item_ids)
    left = [each for each in chunk.reading_item_ids if each not in done]
    fresh, use = _again(run, chunk, left, prices)
    rowset = _write(run, chunk, fresh, prices, after=bulk.bills)
    _mark_stale(run.pk, chunk.chunk_no, left, fresh)
    _tell_readings(run, fresh)
    if rowset.receivables or rowset.credits:
        post_receivables(
            actor=actor,
            company_id=run.company_id,
            posting_date=run.posting_date,
            source=PostingSource(run.pk, chunk.chunk_no),
            receivables=rowset.receivables,
            credits=rowset.credits,
        )
    _propose(fresh, use)


def _again(
    run: BillingRun, chunk: RunChunk, reading_item_ids: list[int], prices: PriceList
) -> tuple[list[Outcome], UseTable]:
    """Calculate again, and return what comes to the same, with the tier use as it stood."""
    rows = rows_of(
        "SELECT natural_key, hash FROM run_item WHERE run_id = %s AND chunk_no = %s AND state = 'CALCULATED'"
        " AND (reading_item_id = ANY(%s::bigint[]) OR fingerprint IS NULL)",
        [run.pk, chunk.chunk_no, reading_item_ids],
    )
    stored = dict(rows)
    kind = run.selection.get("kind")
    cases = load_cases(
        reading_item_ids,
        prices=prices,
        business_date=run.business_date,
        kind=None if kind is None else BillKind(kind),
    )

    def expected(outcome: Outcome) -> bool:
        return stored.get(outcome.case.natural_key) == outcome.hash

    use = load_use(cases)
    outcomes = calculate(cases, use, partial(rate, catalogue=prices.catalogue), expected=expected)
    return [outcome for outcome in outcomes if outcome.rated is not None and expected(outcome)], use


def _write(run: BillingRun, chunk: RunChunk, fresh: list[Outcome], prices: PriceList, *, after: int) -> Rowset:
    assert run.posting_date is not None and run.due_date is not None
    issue = Issue(
        company_id=run.company_id,
        run_id=run.pk,
        posting_date=run.posting_date,
        due_date=run.due_date,
        prices=prices,
        bill_no_of=_bill_no_of(run, run.posting_date),
    )
    ids = reserve_ids("bill", len(fresh))
    start = (chunk.bill_offset or 0) + after
    rowset = build_bills(issue, [(bill_id, start + index, fresh[index]) for index, bill_id in enumerate(ids)])
    if ids:
        rowset.copy()
    return rowset


def _bill_no_of(run: BillingRun, posting_date: date) -> Callable[[int], str]:
    declared = registry.number_kinds.get(BILL_NUMBERS)
    scope, first = scope_of(declared, posting_date), run.bill_no_start or 0
    return lambda place: written(declared, scope, first + place)


def _bill_nos(run: BillingRun, chunk: RunChunk) -> list[str]:
    """The numbers that are kept for the chunk."""
    assert run.posting_date is not None
    bill_no_of, start = _bill_no_of(run, run.posting_date), chunk.bill_offset or 0
    return [bill_no_of(start + place) for place in range(chunk.bill_count)]


def _mark_stale(run_id: int, chunk_no: int, left: list[int], fresh: list[Outcome]) -> None:
    same = [outcome.case.natural_key for outcome in fresh]
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE run_item SET state = 'STALE' WHERE run_id = %s AND chunk_no = %s AND state = 'CALCULATED'"
            " AND (reading_item_id = ANY(%s::bigint[]) OR fingerprint IS NULL) AND NOT natural_key = ANY(%s)",
            [run_id, chunk_no, array_literal(left), same],
        )


def _tell_readings(run: BillingRun, fresh: list[Outcome]) -> None:
    """The bills' items are billed now; what had changed in the usage of these and of what is corrected is answered."""
    readings.mark_billed(
        reading_item_ids=[each.case.rows.reading_item_id for each in fresh if each.case.correction is None]
    )
    readings.mark_changes_answered(
        reading_item_ids=[each.case.rows.reading_item_id for each in fresh], reference=run.run_no
    )


def _propose(fresh: list[Outcome], use: UseTable) -> None:
    """Bills that stand later in a group than what was just issued (a late supplementary run, a correction) may have lost
    or won room: they get proposals.
    """
    later = set(use.groups_with_later())
    first: dict[int, tuple[int, int]] = {}
    for outcome in fresh:
        case = outcome.case
        group_id = case.rows.group_id
        if group_id is not None and (group_id in later or case.correction is not None):
            place = (case.place.position, case.sequence)
            first[group_id] = min(first.get(group_id, place), place)
    for group_id, (position, sequence) in first.items():
        propose_later_bills(
            group_id=group_id, position=position, sequence=sequence, cause="LATE_BILL", cause_bill_id=None
        )
