"""Undoing an issued run as a whole (撤销签发): each of its bills is cancelled, chunk by chunk, its readings can be billed again.

A run is undone as long as nobody else has built on it: nothing is paid but by the run's own offsets, no bill was issued after
it on the same tier room, none was corrected. Money that comes in while the undoing is under way becomes prepayment, as with
any cancelled bill.
"""

from datetime import date
from decimal import Decimal

from django.db import transaction
from django.db.models import F
from django.db.models.functions import Now

from qingyuan.domains.billing.models import Bill, BillingRun, BillReversal, RunChunk, TierGroup
from qingyuan.domains.billing.operations.cancel import MainBilled, ReversalHeld
from qingyuan.domains.billing.operations.cancelling import cancel_together
from qingyuan.domains.billing.operations.chunks import claimed
from qingyuan.domains.billing.operations.holding import ReasonMissing
from qingyuan.domains.billing.operations.issue import TotalMismatch
from qingyuan.domains.billing.operations.proposals import propose_later_bills
from qingyuan.domains.billing.operations.runs import RunNotInState, held_run, require_state
from qingyuan.domains.billing.queries.statements import rows_of
from qingyuan.domains.billing.rules.states import ChunkState, RunState
from qingyuan.domains.customers import operations as customers
from qingyuan.domains.ledger.operations.instalments import InInstalments
from qingyuan.domains.ledger.operations.periods import hold_open_period
from qingyuan.domains.readings.operations.locks import lock_items
from qingyuan.kernel.actor import Actor
from qingyuan.kernel.canonical import canonical_json, sha256_hex
from qingyuan.kernel.errors import DomainError
from qingyuan.platform.audit import operations as audit
from qingyuan.platform.locking.door import hold
from qingyuan.platform.locking.rank import Rank
from qingyuan.platform.staff import operations as staff


class RunPaid(DomainError):
    """Bills of the run were paid, so it cannot be undone as a whole (批次帐单已有缴费).

    `count` bills, of which `bill` is the first. Void the payment, or cancel bills one by one.
    """

    code = "billing.run_paid"


class RunFollowed(DomainError):
    """Later bills stand on the run's: a correction, or a bill of a later period on the same tier room (批次之后已有帐单)."""

    code = "billing.run_followed"


def start_undo(
    *, actor: Actor, run_id: int, posting_date: date, reason: str, expected_total: Decimal | None = None
) -> None:
    """Begin to undo an issued run; the caller defers its chunks. The reversals are posted on `posting_date`.

    `expected_total` is the issued amount as the person typed it, None for a face that asks for none. Raises RunNotInState
    (also for a run of one bill: cancel that bill), ReasonMissing, TotalMismatch, RunPaid, RunFollowed, MainBilled, InInstalments, ReversalHeld,
    NotPermitted, PeriodClosed, PeriodMissing.
    """
    reason = reason.strip()
    if not reason:
        raise ReasonMissing
    with transaction.atomic():
        company_id = BillingRun.objects.values_list("company_id", flat=True).get(pk=run_id)
        hold_open_period(company_id, posting_date)
        run = held_run(run_id)
        staff.require(actor, "billing.undo", on=posting_date, unit_id=run.unit_id)
        require_state(run, RunState.ISSUED)
        if "replaces" in run.selection or "corrects" in run.selection or "fee" in run.selection:
            raise RunNotInState(run=run.run_no, state=run.state)
        if expected_total is not None and expected_total != Decimal(run.totals["issued_amount"]):
            raise TotalMismatch(typed=expected_total, total=run.totals["issued_amount"])
        _refuse(run, posting_date)
        BillingRun.objects.filter(pk=run_id).update(
            state=RunState.UNDOING,
            undo_date=posting_date,
            undo_reason=reason[:200],
            undone_by_id=actor.staff_id,
            version=F("version") + 1,
        )
        audit.record(
            actor=actor,
            action="billing.undo_started",
            object_type="billing_run",
            object_key=run.run_no,
            company_id=run.company_id,
            unit_id=run.unit_id,
            after={"total": run.totals["issued_amount"], "posting_date": posting_date.isoformat()},
            reason=reason,
        )


def undo_chunk(*, actor: Actor, run_id: int, chunk_no: int | None) -> int:
    """Cancel the bills of one issued chunk (None: any that is free) in one transaction; returns how many readings or
    recurring fees it had (1 for a chunk without any), 0 when there is nothing to do here (done, or in other hands). Bills cancelled before are left.
    """
    with transaction.atomic():
        run = BillingRun.objects.get(pk=run_id)
        if run.state != RunState.UNDOING or run.undo_date is None or run.is_paused:
            return 0
        hold_open_period(run.company_id, run.undo_date)
        chunk = claimed(run_id, chunk_no, ChunkState.ISSUED)
        if chunk is None:
            return 0
        bills = _bills(chunk)
        groups = {bill.group_id for bill in bills if bill.group_id is not None}
        hold(Rank.TIER_GROUP, TierGroup, groups)
        customers.lock_accounts({bill.account_id for bill in bills})
        lock_items([bill.reading_item_id for bill in bills if bill.reading_item_id is not None])
        cancel_together(actor, bills, posting_date=run.undo_date, reason=run.undo_reason)
        _propose(bills)
        RunChunk.objects.filter(pk=chunk.pk).update(state=ChunkState.UNDONE)
    return max(len(chunk.reading_item_ids) + len(chunk.standing_fee_ids), 1)


def finish_undo(*, actor: Actor, run_id: int) -> bool:
    """Close the undoing when the last chunk is done. False when it is not time yet."""
    with transaction.atomic():
        run = held_run(run_id)
        if run.state != RunState.UNDOING:
            return False
        if RunChunk.objects.filter(run_id=run_id).exclude(state=ChunkState.UNDONE).exists():
            return False
        count = BillReversal.objects.filter(bill_id__in=Bill.objects.filter(run_id=run_id).values("id")).count()
        BillingRun.objects.filter(pk=run_id).update(
            state=RunState.UNDONE,
            undone_at=Now(),
            totals={**run.totals, "undone": count},
            is_paused=False,
            version=F("version") + 1,
        )
        audit.record_bulk(
            actor=actor,
            action="billing.run_undone",
            object_type="billing_run",
            object_keys_hash=sha256_hex(canonical_json([run.run_no, run.result_hash])),
            count=count,
            company_id=run.company_id,
            unit_id=run.unit_id,
            reason=run.undo_reason,
        )
    return True


def _bills(chunk: RunChunk) -> list[Bill]:
    """The chunk's bills that are not cancelled: their places lie together in the run's block."""
    start = chunk.bill_offset or 0
    reversed_ids = BillReversal.objects.filter(bill_id__isnull=False).values("bill_id")
    places = Bill.objects.filter(
        run_id=chunk.run_id, run_position__gt=start, run_position__lte=start + chunk.bill_count
    )
    return list(places.exclude(pk__in=reversed_ids).defer("snapshot").order_by("id"))


def _refuse(run: BillingRun, on: date) -> None:
    given = {"run": run.pk, "on": on}
    if paid := rows_of(_PAID, given):
        raise RunPaid(run=run.run_no, count=paid[0][1], bill=paid[0][0])
    if followed := rows_of(_FOLLOWED, given):
        raise RunFollowed(run=run.run_no, bill=followed[0][0])
    if mains := rows_of(_MAINS, given):
        raise MainBilled(bill=mains[0][0], main=mains[0][1])
    if agreed := rows_of(_AGREED, given):
        raise InInstalments(bill=agreed[0][0], plan=agreed[0][1])
    if held := rows_of(_HELD, given):
        raise ReversalHeld(bill=held[0][0], reason=held[0][1])


def _propose(bills: list[Bill]) -> None:
    """A bill that was issued on the same tier room meanwhile is proposed for correction, as after any cancelling."""
    first: dict[int, tuple[int, int, int]] = {}
    for bill in bills:
        if bill.group_id is not None:
            place = (bill.tier_position, bill.tier_sequence, bill.pk)
            first[bill.group_id] = min(first.get(bill.group_id, place), place)
    later = rows_of(_LATER, {"groups": sorted(first), "positions": [first[group][0] for group in sorted(first)]})
    for group_id in sorted(row[0] for row in later):
        position, sequence, bill_id = first[group_id]
        propose_later_bills(
            group_id=group_id, position=position, sequence=sequence, cause="BILL_CANCELLED", cause_bill_id=bill_id
        )


_LIVE_BILLS = """
    bill b WHERE b.run_id = %(run)s AND NOT EXISTS (SELECT 1 FROM bill_reversal x WHERE x.bill_id = b.id)
"""
_PAID = f"""
    SELECT min(b.bill_no), count(DISTINCT b.id) FROM (SELECT b.id, b.bill_no FROM {_LIVE_BILLS}) AS b
    JOIN open_item o ON o.bill_id = b.id JOIN clearing c ON c.open_item_id = o.id
    WHERE c.source <> 'PREPAYMENT' AND c.reverses_id IS NULL
      AND NOT EXISTS (SELECT 1 FROM clearing u WHERE u.reverses_id = c.id)
    HAVING count(*) > 0
"""
_FOLLOWED = f"""
    SELECT min(later.bill_no) FROM (SELECT b.id, b.group_id, b.tier_position, b.tier_sequence FROM {_LIVE_BILLS}) AS b
    JOIN bill later ON later.run_id <> %(run)s
     AND (later.corrects_bill_id = b.id
          OR (later.group_id = b.group_id
              AND (later.tier_position, later.tier_sequence) > (b.tier_position, b.tier_sequence)))
    WHERE NOT EXISTS (SELECT 1 FROM bill_reversal x WHERE x.bill_id = later.id)
    HAVING count(*) > 0
"""
_MAINS = f"""
    SELECT b.bill_no, m.bill_no
    FROM (SELECT b.bill_no, b.point_id, b.yyyymm, b.round_no FROM {_LIVE_BILLS} AND b.corrects_bill_id IS NULL) AS b
    JOIN meter_link k ON k.sub_id = b.point_id AND k.kind IN ('DEDUCT', 'ALLOCATE')
    JOIN bill_live l ON l.point_id = k.main_id AND l.yyyymm = b.yyyymm AND l.round_no = b.round_no
    JOIN bill m ON m.id = l.bill_id AND m.run_id <> %(run)s
    WHERE k.from_date < m.to_date AND (k.to_date IS NULL OR k.to_date >= m.to_date)
    ORDER BY b.bill_no, m.bill_no LIMIT 1
"""
_AGREED = f"""
    SELECT b.bill_no, p.plan_no FROM (SELECT b.id, b.bill_no FROM {_LIVE_BILLS}) AS b
    JOIN open_item o ON o.bill_id = b.id JOIN instalment_item i ON i.open_item_id = o.id AND i.is_live
    JOIN instalment_plan p ON p.id = i.plan_id ORDER BY b.bill_no LIMIT 1
"""
_HELD = f"""
    SELECT b.bill_no, h.reason FROM (SELECT b.bill_no, b.account_id FROM {_LIVE_BILLS}) AS b
    JOIN account_hold h ON h.account_id = b.account_id AND h.activity = 'REVERSAL' AND h.from_date <= %(on)s
     AND (h.to_date IS NULL OR %(on)s < h.to_date)
    ORDER BY b.bill_no LIMIT 1
"""
_LATER = """
    SELECT DISTINCT g.id FROM unnest(%(groups)s::bigint[], %(positions)s::int[]) AS g(id, position)
    JOIN tier_entry e ON e.group_id = g.id AND e.position > g.position
"""
