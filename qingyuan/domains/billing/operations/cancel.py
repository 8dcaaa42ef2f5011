"""Cancelling bills (应收冲正) and billing again at the same tier position (重开)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.db import transaction

from qingyuan.domains.billing.models import Bill, BillReversal, TierGroup
from qingyuan.domains.billing.operations import singles
from qingyuan.domains.billing.operations.cancelling import cancel_together
from qingyuan.domains.billing.operations.proposals import propose_later_bills
from qingyuan.domains.billing.operations.rerate import propose_for_linked
from qingyuan.domains.billing.queries.bill_facts import live_bills_of_mains
from qingyuan.domains.billing.queries.cases import load_cases
from qingyuan.domains.billing.queries.linked_bills import live_bills_moved_with
from qingyuan.domains.billing.queries.statements import rows_of
from qingyuan.domains.billing.rules.states import BillKind
from qingyuan.domains.customers import operations as customers
from qingyuan.domains.ledger import operations as ledger
from qingyuan.domains.ledger.operations.periods import hold_open_period
from qingyuan.domains.readings import operations as readings
from qingyuan.domains.readings.operations.locks import lock_items
from qingyuan.domains.tariffs.queries.catalogue import price_list
from qingyuan.kernel.actor import Actor
from qingyuan.kernel.errors import DomainError, NotFound
from qingyuan.platform.audit import operations as audit
from qingyuan.platform.locking.door import hold
from qingyuan.platform.locking.rank import Rank
from qingyuan.platform.staff import operations as staff


class BillNotLive(DomainError):
    """The bill has been cancelled already (帐单已冲正)."""

    code = "billing.bill_not_live"


class ReversalHeld(DomainError):
    """The account may not have bills cancelled at present; `reason` says why (户号禁止冲正)."""

    code = "billing.reversal_held"


class MainBilled(DomainError):
    """The bill of the main deducted this usage: the main is cancelled before its subs (先冲总表，后冲分表)."""

    code = "billing.main_billed"


class NothingToRebill(DomainError):
    """A correcting bill or a bill without a reading is cancelled only, not billed again (该帐单不能重开)."""

    code = "billing.nothing_to_rebill"


@dataclass(frozen=True, slots=True)
class Cancelled:
    """Bills cancelled together (a bill with its corrections) and the proposals that followed."""

    bill_ids: tuple[int, ...]
    proposal_ids: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Rebilled:
    """The new bill, what it replaced, and the proposals that followed."""

    bill_id: int
    cancelled_bill_ids: tuple[int, ...]
    proposal_ids: tuple[int, ...]


def cancel_bill(*, actor: Actor, bill_id: int, posting_date: date, reason: str) -> Cancelled:
    """Cancel a live bill with its live corrections: postings reversed, money that had cleared it in prepayment, its tier
    use taken back, its reading approved and free for the next run (which takes the same tier position). A correction is
    cancelled with those made after it, and what it corrected is proposed again.

    Raises NotFound, BillNotLive, ReversalHeld, MainBilled for a sub whose main's live bill deducted it, NotPermitted,
    PeriodClosed, PeriodMissing and what the ledger refuses.
    """
    bill = _found(bill_id)
    staff.require(actor, "billing.cancel", on=posting_date, unit_id=bill.unit_id, book_id=bill.book_id)
    with transaction.atomic():
        _lock(bill, posting_date)
        _refuse_before_main(bill)
        cancelled = _cancel(actor, bill, posting_date, reason)
        proposals = _propose(bill, "BILL_CANCELLED", bill.pk)
    return Cancelled(cancelled, proposals)


def rebill(*, actor: Actor, bill_id: int, posting_date: date, reason: str, due_date: date | None = None) -> Rebilled:
    """Cancel a live bill and bill its reading again as it stands now, at the same tier position, posted on `posting_date`.

    Bills of others that the former usage counted in (mains, sharers of a difference) are proposed for correction. One transaction: when the new bill cannot be made,
    nothing is cancelled. Raises as `cancel_bill` but for MainBilled, NothingToRebill, NotBillable.
    """
    bill = _found(bill_id)
    staff.require(actor, "billing.cancel", on=posting_date, unit_id=bill.unit_id, book_id=bill.book_id)
    if bill.reading_item_id is None or bill.corrects_bill_id is not None:
        raise NothingToRebill(bill=bill.bill_no)
    single = singles.prepare(
        company_id=bill.company_id,
        unit_id=bill.unit_id,
        period_id=_period_of(bill.reading_item_id),
        posting_date=posting_date,
        due_date=due_date,
        selection={"replaces": bill.bill_no, "reading_items": [bill.reading_item_id]},
    )
    with transaction.atomic():
        _lock(bill, posting_date, with_linked=True)
        ledger.hold_receivables_of(bill.account_id)
        cancelled = _cancel(actor, bill, posting_date, reason)
        cases = load_cases(
            [bill.reading_item_id],
            prices=price_list(bill.company_id),
            business_date=posting_date,
            kind=BillKind.FINAL if bill.kind == BillKind.FINAL else None,
        )
        own = [case for case in cases if case.correction is None]
        new_id, _ = singles.issue_single(actor=actor, single=single, cases=own)
        readings.mark_billed(reading_item_ids=[bill.reading_item_id])
        readings.mark_changes_answered(reading_item_ids=[bill.reading_item_id], reference=single.bill_no)
        _record(actor, "billing.bill_replaced", bill, {"by": single.bill_no}, reason)
        proposals = (*_propose(bill, "BILL_REPLACED", new_id), *propose_for_linked(_usage_of(bill)))
    return Rebilled(new_id, cancelled, proposals)


def _found(bill_id: int) -> Bill:
    bill = Bill.objects.filter(pk=bill_id).first()
    if bill is None:
        raise NotFound(bill=bill_id)
    return bill


def _lock(bill: Bill, posting_date: date, *, with_linked: bool = False) -> None:
    hold_open_period(bill.company_id, posting_date)
    linked = live_bills_moved_with(_usage_of(bill)) if with_linked else []
    groups = {bill.group_id, *(other.group_id for other in linked)}
    hold(Rank.TIER_GROUP, TierGroup, {group for group in groups if group is not None})
    customers.lock_accounts([bill.account_id])
    if bill.reading_item_id is not None:
        lock_items([bill.reading_item_id])


def _usage_of(bill: Bill) -> list[tuple[int, int, int]]:
    """By what mains' bills find the sub: (point, month, round); none for a bill without a point."""
    return [] if bill.point_id is None else [(bill.point_id, bill.yyyymm, bill.round_no)]


def _refuse_before_main(bill: Bill) -> None:
    """A correction is the sub's own affair: what it takes back comes to the main as a proposal."""
    mains = [] if bill.corrects_bill_id is not None else live_bills_of_mains(_usage_of(bill))
    if mains:
        raise MainBilled(bill=bill.bill_no, main=mains[0].bill_no)


def _cancel(actor: Actor, bill: Bill, posting_date: date, reason: str) -> tuple[int, ...]:
    """Cancel the bill and its live corrections; the locks are held."""
    if BillReversal.objects.filter(bill_id=bill.pk).exists():
        raise BillNotLive(bill=bill.bill_no)
    held = rows_of(
        "SELECT reason FROM account_hold WHERE account_id = %s AND activity = 'REVERSAL' AND from_date <= %s"
        " AND (to_date IS NULL OR %s < to_date) ORDER BY id LIMIT 1",
        [bill.account_id, posting_date, posting_date],
    )
    if held:
        raise ReversalHeld(bill=bill.bill_no, reason=held[0][0])
    together = [bill, *_standing_on(bill)]
    cancel_together(actor, together, posting_date=posting_date, reason=reason)
    for each in together:
        _record(actor, "billing.bill_cancelled", each, {"amount": str(each.amount)}, reason)
    return tuple(each.pk for each in together)


def _standing_on(bill: Bill) -> Sequence[Bill]:
    """The live corrections of a bill, or those that were made after a correction: each is the difference to the one before."""
    reversed_ids = BillReversal.objects.values("bill_id")
    later = Bill.objects.filter(corrects_bill_id=bill.corrects_bill_id or bill.pk, pk__gt=bill.pk)
    return list(later.exclude(pk__in=reversed_ids).order_by("-id"))


def _propose(bill: Bill, cause: str, cause_bill_id: int) -> tuple[int, ...]:
    if bill.group_id is None:
        return ()
    return propose_later_bills(
        group_id=bill.group_id,
        position=bill.tier_position,
        sequence=bill.tier_sequence,
        cause=cause,
        cause_bill_id=cause_bill_id,
        including=bill.corrects_bill_id is not None,
    )


def _period_of(reading_item_id: int) -> int:
    return int(rows_of("SELECT period_id FROM reading_item WHERE id = %s", [reading_item_id])[0][0])


def _record(actor: Actor, action: str, bill: Bill, after: dict[str, object], reason: str) -> None:
    audit.record(
        actor=actor,
        action=action,
        object_type="bill",
        object_key=bill.bill_no,
        company_id=bill.company_id,
        unit_id=bill.unit_id,
        after=after,
        reason=reason,
    )
