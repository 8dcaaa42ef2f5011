"""Issuing a chunk of a month's recurring fees (周期费用入帐), in the transaction that holds the chunk."""

from collections.abc import Sequence

from qingyuan.domains.billing.models import BillingRun, RunChunk, RunItem, StandingFeeLive
from qingyuan.domains.billing.operations.fee_writing import Charged, PricedFee, priced_fee, write_fees
from qingyuan.domains.billing.operations.standing_runs import JudgedStanding, judge_due
from qingyuan.domains.billing.queries.standing import due_fees
from qingyuan.domains.billing.rules.states import RunItemState
from qingyuan.domains.customers import operations as customers
from qingyuan.kernel.actor import Actor
from qingyuan.kernel.period import Month


def issue_standing(actor: Actor, run: BillingRun, chunk: RunChunk, bill_nos: Sequence[str]) -> None:
    """Charge what is still due and comes to what was looked at; the rest of the chunk becomes STALE and is due again.

    `bill_nos` has a number for each bill that the chunk was to give. Locks the accounts; raises what the ledger refuses.
    """
    assert run.posting_date is not None
    month = Month.from_number(int(run.selection["standing"]))
    customers.lock_accounts(chunk.account_ids)
    wanted = _wanted(chunk)
    due = due_fees(month, company_id=run.company_id, standing_fee_ids=list(wanted))
    fresh: list[tuple[JudgedStanding, PricedFee]] = []
    for row in judge_due(actor, run.company_id, month, due, run.posting_date):
        priced = None if row.fee is None else priced_fee(row.fee)
        if priced is not None and priced.digest == wanted[row.due.standing_fee_id]:
            fresh.append((row, priced))
    if fresh:
        ids = write_fees(
            actor=actor,
            run=run,
            chunk_no=chunk.chunk_no,
            bill_nos=bill_nos[: len(fresh)],
            charged=[_charged(run, month, row) for row, _priced in fresh],
            priced=[priced for _row, priced in fresh],
            offset=chunk.bill_offset or 0,
        )
        StandingFeeLive.objects.bulk_create(
            StandingFeeLive(bill_id=bill_id, standing_fee_id=row.due.standing_fee_id, yyyymm=month.number)
            for bill_id, (row, _priced) in zip(ids, fresh, strict=True)
        )
    charged = {row.due.standing_fee_id for row, _priced in fresh}
    moved = [place for place, key in enumerate(chunk.standing_fee_ids, start=1) if key in wanted and key not in charged]
    if moved:
        stale = RunItem.objects.filter(run_id=run.pk, chunk_no=chunk.chunk_no, position__in=moved)
        stale.update(state=RunItemState.STALE)


def _wanted(chunk: RunChunk) -> dict[int, str]:
    """The hash that each recurring fee of the chunk came to."""
    rows = RunItem.objects.filter(run_id=chunk.run_id, chunk_no=chunk.chunk_no, state=RunItemState.CALCULATED)
    return {chunk.standing_fee_ids[place - 1]: digest for place, digest in rows.values_list("position", "hash")}


def _charged(run: BillingRun, month: Month, row: JudgedStanding) -> Charged:
    assert row.fee is not None
    key = row.due.standing_fee_id
    return Charged(row.account, row.due.fee_type_id, row.fee, f"{run.pk}-{key}-{month.number}", key)
