"""Billing past periods again in thought (复算): what issued bills would come to on the facts as they stand now, as proposals.

A wrong household size, class, relief, price or reading that was corrected later: each affected bill gets the smallest
correction, with the facts that differ. Nothing is posted until a person applies it; the bills stay as they were issued.
"""

from collections.abc import Collection, Sequence
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from django.db import transaction

from qingyuan.domains.billing.models import Bill, RerateProposal, TierGroup
from qingyuan.domains.billing.operations.proposals import (
    USAGE_CHANGED,
    apply_proposal,
    calculated,
    prices_of,
    propose,
)
from qingyuan.domains.billing.queries import bill_facts
from qingyuan.domains.billing.queries.bill_facts import LiveBill
from qingyuan.domains.billing.queries.cases import corrections_of_changes
from qingyuan.domains.billing.queries.linked_bills import live_bills_moved_with, usages_younger_than_bills
from qingyuan.domains.billing.queries.rerate_cases import FACTS_CHANGED, FactsCase, facts_cases
from qingyuan.domains.billing.queries.statements import rows_of
from qingyuan.domains.billing.rules.calculate import Outcome
from qingyuan.domains.billing.rules.case import Refusal
from qingyuan.domains.billing.rules.states import ProposalState
from qingyuan.domains.readings import queries as readings_queries
from qingyuan.kernel.actor import Actor
from qingyuan.kernel.canonical import canonical_json, sha256_hex
from qingyuan.kernel.errors import DomainError, NotFound
from qingyuan.kernel.period import Month
from qingyuan.platform.audit import operations as audit
from qingyuan.platform.locking.door import hold
from qingyuan.platform.locking.rank import Rank
from qingyuan.platform.staff import operations as staff


class Rerated(NamedTuple):
    """What a look at past bills came to. `refused`: bills that could not be made today, with the reason."""

    bills: int
    proposal_ids: tuple[int, ...]
    amount: Decimal
    refused: tuple[tuple[str, Refusal], ...]


def rerate_accounts(*, actor: Actor, account_ids: Sequence[int], since: Month, on: date) -> Rerated:
    """Propose what corrects the live bills of these accounts of one company, and of those that share tier room with them, from a month on.

    A bill that comes to the same gets no proposal, and an open one about its facts falls. Raises NotPermitted.
    """
    for (unit_id,) in rows_of("SELECT DISTINCT unit_id FROM account WHERE id = ANY(%s)", [list(account_ids)]):
        staff.require(actor, "billing.run", on=on, unit_id=unit_id)
    with transaction.atomic():
        bills = bill_facts.live_bills_since(account_ids, since.number)
        result = _propose(bills)
        _record(actor, account_ids, since, result)
    return result


def propose_for_changes(*, actor: Actor, company_id: int, on: date) -> tuple[int, ...]:
    """Propose corrections of billed periods whose usage was corrected since, and of the bills of others that it counts in:
    mains that had deducted it, points that share a difference. So do usages that came too late for the bills of others.

    Returns the ids of the proposals. Raises NotPermitted.
    """
    staff.require(actor, "billing.run", on=on, unit_id=company_id)
    changes = [
        change for change in readings_queries.unhandled_changes(company_id=company_id) if change.reason != "TRUE_UP"
    ]
    made = []
    with transaction.atomic():
        cases = corrections_of_changes(changes, USAGE_CHANGED)
        hold(Rank.TIER_GROUP, TierGroup, {case.rows.group_id for case in cases if case.rows.group_id})
        for outcome in calculated(cases):
            correction = outcome.case.correction
            bill = None if correction is None else bill_facts.live_bill(correction.bill_id)
            if bill is not None and outcome.rated is not None:
                detail = {"reason": USAGE_CHANGED, "change": outcome.case.change_id, "snapshot": outcome.snapshot}
                made.append(propose(bill, outcome.rated.total, USAGE_CHANGED, None, detail))
        corrected = [(change.point_id, change.yyyymm, change.round_no) for change in changes]
        younger = [usage for usage in usages_younger_than_bills(company_id) if usage not in set(corrected)]
        made += propose_for_linked([*corrected, *younger], also={usage[0] for usage in younger})
    return tuple(made)


def propose_for_linked(
    changed: Sequence[tuple[int, int, int]], *, also: Collection[int] = (), not_of_run: int | None = None
) -> tuple[int, ...]:
    """Propose corrections of the bills of other points that the usage of these (point, month, round) counts in: mains that were
    billed less a sub, points that share a main's difference. `also`: those of the points whose own bills are looked at too.

    In the caller's transaction. Bills that come to the same get no proposal.
    """
    if not changed:
        return ()
    return _propose(live_bills_moved_with(changed, also=sorted(also), not_of_run=not_of_run)).proposal_ids


class Applied(NamedTuple):
    """What applying several proposals came to: correcting bills, and (bill, refusal) of those that could not be applied."""

    bill_ids: tuple[int, ...]
    refused: tuple[tuple[str, DomainError], ...]


def apply_proposals(*, actor: Actor, proposal_ids: Sequence[int], posting_date: date) -> Applied:
    """Apply several proposals in the order of their bills, each in a transaction of its own: an earlier correction may move
    what a later one comes to, and is worked out again before it. What cannot be applied is told, the others go on.

    Call it outside a transaction. Raises NotFound.
    """
    found = RerateProposal.objects.filter(pk__in=proposal_ids)
    bills = {row.pk: row for row in Bill.objects.filter(pk__in=found.values("bill_id")).defer("snapshot")}
    if found.count() != len(set(proposal_ids)):
        raise NotFound(proposal=",".join(map(str, proposal_ids)))
    ordered = sorted(
        found, key=lambda one: (bills[one.bill_id].tier_position, bills[one.bill_id].tier_sequence, one.pk)
    )
    made: list[int] = []
    refused: list[tuple[str, DomainError]] = []
    for proposal in ordered:
        try:
            made.append(apply_proposal(actor=actor, proposal_id=proposal.pk, posting_date=posting_date))
        except DomainError as error:
            refused.append((bills[proposal.bill_id].bill_no, error))
    return Applied(tuple(made), tuple(refused))


def _propose(bills: Sequence[LiveBill]) -> Rerated:
    if not bills:
        return Rerated(0, (), Decimal("0.00"), ())
    hold(Rank.TIER_GROUP, TierGroup, {bill.group_id for bill in bills if bill.group_id is not None})
    by_key = {each.case.natural_key: each for each in facts_cases(bills, prices_of(bills[0]))}
    made: list[int] = []
    amount = Decimal("0.00")
    refused: list[tuple[str, Refusal]] = []
    for outcome in calculated([each.case for each in by_key.values()]):
        found = by_key[outcome.case.natural_key]
        if outcome.refusal is not None:
            refused.append((found.bill.bill_no, outcome.refusal))
        elif outcome.rated is not None and outcome.rated.lines:
            amount += outcome.rated.total
            made.append(propose(found.bill, outcome.rated.total, FACTS_CHANGED, None, _detail(found, outcome)))
        else:
            _withdraw(found.bill.bill_id)
    return Rerated(len(by_key), tuple(made), amount, tuple(refused))


def _detail(found: FactsCase, outcome: Outcome) -> dict[str, object]:
    return {
        "reason": FACTS_CHANGED,
        "changes": [list(each) for each in found.changes],
        "change": found.case.change_id,
        "snapshot": outcome.snapshot,
    }


def _withdraw(bill_id: int) -> None:
    """The bill is what it should be: an open proposal about its facts falls."""
    rows = RerateProposal.objects.filter(bill_id=bill_id, state=ProposalState.OPEN, detail__reason=FACTS_CHANGED)
    rows.update(state=ProposalState.DISMISSED)


def _record(actor: Actor, account_ids: Sequence[int], since: Month, result: Rerated) -> None:
    """One entry: under the account's number, or for several under the hash of their numbers. They are of one company, as a
    run's are.
    """
    sql = "SELECT account_no, company_id FROM account WHERE id = ANY(%s) ORDER BY account_no"
    accounts = rows_of(sql, [list(account_ids)])
    told = {"since": str(since), "bills": result.bills, "amount": str(result.amount)}
    company_id = accounts[0][1]
    if len(accounts) == 1:
        audit.record(
            actor=actor,
            action="billing.rerated",
            object_type="account",
            object_key=accounts[0][0],
            company_id=company_id,
            after=told,
        )
        return
    audit.record_bulk(
        actor=actor,
        action="billing.rerated",
        object_type="account",
        object_keys_hash=sha256_hex(canonical_json([account_no for account_no, _ in accounts])),
        count=len(accounts),
        company_id=company_id,
        details=told,
    )
