"""Calculating a chunk, and closing the calculation of a run (试算、计费)."""

from functools import partial

from django.db import connection, transaction
from django.db.models import F
from django.db.models.functions import Now

from qingyuan.domains.billing.models import BillingRun, RunChunk
from qingyuan.domains.billing.operations.bulk_calculation import calculate_bulk, left_over
from qingyuan.domains.billing.operations.chunks import claimed, mark_calculated
from qingyuan.domains.billing.operations.planning import look_up_readings
from qingyuan.domains.billing.operations.runs import held_run
from qingyuan.domains.billing.operations.writing import copy_run_items
from qingyuan.domains.billing.queries.bill_facts import recent_means
from qingyuan.domains.billing.queries.cases import load_cases, load_use
from qingyuan.domains.billing.queries.totals import bills_of_chunk, totals_of
from qingyuan.domains.billing.rules.calculate import Outcome, calculate, run_hash
from qingyuan.domains.billing.rules.notices import Notice, notice, rules_of
from qingyuan.domains.billing.rules.states import BillKind, ChunkState, RunState
from qingyuan.domains.tariffs.queries.catalogue import PriceList, price_list
from qingyuan.domains.tariffs.rules.rate import rate


def calculate_chunk(*, run_id: int, chunk_no: int | None) -> int:
    """Calculate one waiting chunk (None: any that is free) and write its run items, in one transaction; returns how many
    readings it has, 0 when there is nothing to do here (it is done, or in other hands). Takes no account lock.

    Usual readings are calculated set-wise, the others one by one: both ways give the same bytes.
    """
    with transaction.atomic():
        chunk = claimed(run_id, chunk_no, ChunkState.WAITING)
        if chunk is None:
            return 0
        run = BillingRun.objects.get(pk=run_id)
        if run.state != RunState.CALCULATING or run.is_paused:
            return 0
        prices = price_list(run.company_id)
        look_up_readings(chunk)
        done = calculate_bulk(run, chunk, prices)
        if left := left_over(run_id, chunk, done):
            outcomes = outcomes_of(run, left, prices)
            copy_run_items(run_id, chunk.chunk_no, outcomes, _notices(run, outcomes), after=len(chunk.reading_item_ids))
        bills, amount = bills_of_chunk(run_id, chunk.chunk_no)
        mark_calculated(chunk, bills=bills, amount=amount, prices=prices.fingerprint)
    return max(len(chunk.reading_item_ids), 1)


def outcomes_of(run: BillingRun, reading_item_ids: list[int], prices: PriceList) -> list[Outcome]:
    """What the items come to now, in the run's order: the one calculation, on the facts as the database has them."""
    kind = run.selection.get("kind")
    cases = load_cases(
        reading_item_ids,
        prices=prices,
        business_date=run.business_date,
        kind=None if kind is None else BillKind(kind),
    )
    return calculate(cases, load_use(cases), partial(rate, catalogue=prices.catalogue))


def finish_calculation(*, run_id: int) -> bool:
    """Close the calculation when the last chunk is done: totals and result hash. False when it is not time yet."""
    with transaction.atomic():
        run = held_run(run_id)
        if run.state != RunState.CALCULATING:
            return False
        if RunChunk.objects.filter(run_id=run_id).exclude(state=ChunkState.CALCULATED).exists():
            return False
        BillingRun.objects.filter(pk=run_id).update(
            state=RunState.CALCULATED,
            calculated_at=Now(),
            result_hash=_result_hash(run_id),
            totals=totals_of(run_id),
            is_paused=False,
            version=F("version") + 1,
        )
    return True


def _result_hash(run_id: int) -> str:
    """Read through a cursor of the server, so that memory stays flat at any size."""
    with connection.chunked_cursor() as cursor:
        cursor.execute('SELECT hash FROM run_item WHERE run_id = %s ORDER BY natural_key COLLATE "C"', [run_id])
        return run_hash(row[0] for batch in iter(lambda: cursor.fetchmany(5000), []) for row in batch)


def _notices(run: BillingRun, outcomes: list[Outcome]) -> dict[int, Notice]:
    """What a person should look at, by index; corrections were looked at when they were approved."""
    rules = rules_of(run.selection)
    totals = {
        index: outcome.rated.total
        for index, outcome in enumerate(outcomes)
        if outcome.rated is not None and outcome.case.correction is None
    }
    large = [outcomes[index].case.rows.point_id for index, total in totals.items() if total and total >= rules.least]
    means = recent_means(large) if large else {}
    found = (
        (index, notice(total, means.get(outcomes[index].case.rows.point_id), rules)) for index, total in totals.items()
    )
    return {index: one for index, one in found if one is not None}
