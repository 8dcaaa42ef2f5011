"""Correction proposals (退补建议): later bills whose tier room moved, bills whose usage changed; a person applies or dismisses."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import partial
from typing import Any

from django.db import transaction
from django.db.models import F
from django.db.models.functions import Now

from qingyuan.domains.billing.models import RerateProposal, TierGroup
from qingyuan.domains.billing.operations import singles
from qingyuan.domains.billing.queries import bill_facts
from qingyuan.domains.billing.queries.cases import correction_case, corrections_of_changes, load_use
from qingyuan.domains.billing.queries.rerate_cases import FACTS_CHANGED, facts_cases
from qingyuan.domains.billing.queries.statements import rows_of
from qingyuan.domains.billing.rules.calculate import Outcome, calculate
from qingyuan.domains.billing.rules.case import Case, Correction
from qingyuan.domains.billing.rules.snapshot_reading import parse
from qingyuan.domains.billing.rules.states import ProposalState
from qingyuan.domains.customers import operations as customers
from qingyuan.domains.ledger.operations.periods import hold_open_period
from qingyuan.domains.readings import operations as readings
from qingyuan.domains.readings import queries as readings_queries
from qingyuan.domains.tariffs.queries.catalogue import PriceList, price_list
from qingyuan.domains.tariffs.rules.rate import rate
from qingyuan.kernel.actor import Actor
from qingyuan.kernel.errors import DomainError, NotFound
from qingyuan.platform.audit import operations as audit
from qingyuan.platform.locking.door import hold
from qingyuan.platform.locking.rank import Rank
from qingyuan.platform.staff import operations as staff

ROOM_MOVED = "ROOM_MOVED"
USAGE_CHANGED = "USAGE_CHANGED"


class ProposalDecided(DomainError):
    """The proposal was applied or dismissed before (退补建议已处理)."""

    code = "billing.proposal_decided"


class ProposalOutdated(DomainError):
    """What the correction comes to has changed since it was proposed; it has to be worked out again (退补建议已过期)."""

    code = "billing.proposal_outdated"


@dataclass(frozen=True, slots=True)
class Difference:
    """What a live bill should be corrected by, on the tier use of the moment. `moved`: its room is not what it was."""

    bill: bill_facts.LiveBill
    outcome: Outcome
    moved: bool

    @property
    def amount(self) -> Decimal:
        return Decimal("0.00") if self.outcome.rated is None else self.outcome.rated.total


def later_differences(group_id: int, position: int, sequence: int, *, including: bool = False) -> list[Difference]:
    """All live bills of the group after the tier position, in tier order, with what their correction would come to;
    `including` also the one in the position.
    """
    bills = bill_facts.live_bills_after(group_id, position, sequence, including=including)
    if not bills:
        return []
    cases = _later_cases(bills)
    by_key = {case.natural_key: bill for case, bill in zip(cases, bills, strict=True)}
    outcomes = {outcome.case.natural_key: outcome for outcome in calculated(cases)}
    return [Difference(bill, outcomes[key], _moved(bill, outcomes[key])) for key, bill in by_key.items()]


def propose_later_bills(
    *, group_id: int, position: int, sequence: int, cause: str, cause_bill_id: int | None, including: bool = False
) -> tuple[int, ...]:
    """Propose corrections of the later bills whose room moved; returns the proposals' ids in tier order. `including`: also
    of the bill in the position, whose correction was cancelled.

    A bill that keeps its amount gets a proposal of 0.00 that is dismissed at once, so that it is seen to have been looked
    at. In the caller's transaction, which holds the tier group.
    """
    made = []
    for difference in later_differences(group_id, position, sequence, including=including):
        correction = difference.outcome.case.correction
        if correction is not None and correction.cause == FACTS_CHANGED:
            made.append(renew(difference.bill.bill_id, difference.outcome))
        elif difference.moved:
            detail = {"reason": ROOM_MOVED, "snapshot": difference.outcome.snapshot}
            made.append(propose(difference.bill, difference.amount, cause, cause_bill_id, detail))
        else:
            _withdraw(difference.bill.bill_id)
    return tuple(made)


def apply_proposal(
    *, actor: Actor, proposal_id: int, posting_date: date, version: int | None = None, due_date: date | None = None
) -> int:
    """Issue the correcting bill that was proposed, as a run of one; returns its id.

    Raises NotFound, ProposalDecided, ProposalOutdated, NotPermitted, PeriodClosed, PeriodMissing, NotBillable.
    """
    proposal = _found(proposal_id)
    bill = bill_facts.live_bill(proposal.bill_id)
    if bill is None or bill.group_id is None:
        raise ProposalOutdated(bill=proposal.bill_id, proposed=proposal.amount, now="")
    staff.require(actor, "billing.decide_proposals", on=posting_date, unit_id=bill.unit_id, book_id=bill.book_id)
    single = singles.prepare(
        company_id=proposal.company_id,
        unit_id=bill.unit_id,
        period_id=_period_of(proposal.company_id, bill),
        posting_date=posting_date,
        due_date=due_date,
        selection={"corrects": bill.bill_no, "proposal": proposal_id},
    )
    with transaction.atomic():
        hold_open_period(proposal.company_id, posting_date)
        hold(Rank.TIER_GROUP, TierGroup, [bill.group_id])
        customers.lock_accounts([bill.account_id])
        proposal = _open(proposal_id, version)
        case = _case_of(proposal)
        new_id, outcome = singles.issue_single(actor=actor, single=single, cases=[case])
        assert outcome.rated is not None
        if outcome.rated.total != proposal.amount:
            raise ProposalOutdated(bill=bill.bill_no, proposed=proposal.amount, now=outcome.rated.total)
        if case.change_id is not None:
            readings.mark_changes_answered(reading_item_ids=[case.rows.reading_item_id], reference=single.bill_no)
        _decide(actor, proposal, ProposalState.APPLIED, new_id)
        if outcome.rated.entries:
            propose_later_bills(
                group_id=bill.group_id,
                position=bill.tier_position,
                sequence=bill.tier_sequence,
                cause=USAGE_CHANGED,
                cause_bill_id=new_id,
            )
        _record(actor, "billing.proposal_applied", proposal, bill.bill_no, {"bill": single.bill_no})
    return new_id


def dismiss_proposal(*, actor: Actor, proposal_id: int, on: date, reason: str, version: int | None = None) -> None:
    """Decide that nothing is corrected. Raises NotFound, ProposalDecided, NotPermitted."""
    with transaction.atomic():
        proposal = _open(proposal_id, version)
        staff.require(actor, "billing.decide_proposals", on=on, unit_id=proposal.company_id)
        _decide(actor, proposal, ProposalState.DISMISSED, None)
        _record(actor, "billing.proposal_dismissed", proposal, str(proposal.bill_id), {}, reason)


def _rerate_case(bill: bill_facts.LiveBill) -> Case:
    standing = bill.standing
    correction = Correction(bill.bill_id, bill.bill_no, standing.after, standing.after, ROOM_MOVED)
    return correction_case(bill, correction, standing.revision)


def _later_cases(bills: Sequence[bill_facts.LiveBill]) -> list[Case]:
    """What corrects each bill: by its room alone, or by all facts where a proposal about them is open already."""
    wanted = RerateProposal.objects.filter(
        bill_id__in=[bill.bill_id for bill in bills], state=ProposalState.OPEN, detail__reason=FACTS_CHANGED
    )
    ids = set(wanted.values_list("bill_id", flat=True))
    about_facts = facts_cases([bill for bill in bills if bill.bill_id in ids], prices_of(bills[0])) if ids else ()
    known = {each.bill.bill_id: each.case for each in about_facts}
    return [known.get(bill.bill_id) or _rerate_case(bill) for bill in bills]


def renew(bill_id: int, outcome: Outcome) -> int:
    """An open proposal about changed facts, worked out again since something before the bill moved; returns its id."""
    known = RerateProposal.objects.get(bill_id=bill_id, state=ProposalState.OPEN)
    amount = Decimal("0.00") if outcome.rated is None else outcome.rated.total
    state = ProposalState.OPEN if amount else ProposalState.DISMISSED
    RerateProposal.objects.filter(pk=known.pk).update(
        amount=amount,
        state=state,
        detail={**known.detail, "snapshot": outcome.snapshot},
        version=F("version") + 1,
    )
    return known.pk


def prices_of(bill: bill_facts.LiveBill) -> PriceList:
    """The prices of the bill's company."""
    return price_list(rows_of("SELECT company_id FROM account WHERE id = %s", [bill.account_id])[0][0])


def calculated(cases: Sequence[Case]) -> list[Outcome]:
    """What the cases come to, by the prices and the tier use of the moment."""
    if not cases:
        return []
    company_id = rows_of("SELECT company_id FROM account WHERE id = %s", [cases[0].rows.account_id])[0][0]
    catalogue = price_list(company_id).catalogue
    return calculate(cases, load_use(cases), partial(rate, catalogue=catalogue))


def _moved(bill: bill_facts.LiveBill, outcome: Outcome) -> bool:
    if outcome.rated is None:
        return True
    now = parse(outcome.snapshot).after.tier_use
    before = bill.standing.after.tier_use
    return {use for use in now if use.volume} != {use for use in before if use.volume}


def propose(
    bill: bill_facts.LiveBill, amount: Decimal, cause: str, cause_bill_id: int | None, detail: Mapping[str, object]
) -> int:
    """Write or renew the proposal of a bill; returns its id. In the caller's transaction, which holds the tier group."""
    state = ProposalState.OPEN if amount else ProposalState.DISMISSED
    company_id = rows_of("SELECT company_id FROM account WHERE id = %s", [bill.account_id])[0][0]
    values: dict[str, Any] = {
        "amount": amount,
        "cause": cause,
        "cause_bill_id": cause_bill_id,
        "detail": dict(detail),
        "state": state,
    }
    known = RerateProposal.objects.filter(bill_id=bill.bill_id, state=ProposalState.OPEN).first()
    if known is not None:
        RerateProposal.objects.filter(pk=known.pk).update(**values, version=F("version") + 1)
        return known.pk
    made = RerateProposal.objects.create(
        company_id=company_id, account_id=bill.account_id, bill_id=bill.bill_id, **values
    )
    return made.pk


def _withdraw(bill_id: int) -> None:
    """The bill's room is again what it was billed by: an open proposal about it falls."""
    rows = RerateProposal.objects.filter(bill_id=bill_id, state=ProposalState.OPEN, detail__reason=ROOM_MOVED)
    rows.update(state=ProposalState.DISMISSED, version=F("version") + 1)


def _case_of(proposal: RerateProposal) -> Case:
    change_id = proposal.detail.get("change")
    bill = bill_facts.live_bill(proposal.bill_id)
    if bill is None:
        raise ProposalOutdated(bill=proposal.bill_id, proposed=proposal.amount, now="")
    if proposal.detail.get("reason") == FACTS_CHANGED:
        return facts_cases([bill], prices_of(bill))[0].case
    if change_id is None:
        return _rerate_case(bill)
    changes = [
        change
        for change in readings_queries.unhandled_changes(point_ids=[bill.point_id])
        if change.reading_item_id == bill.reading_item_id
    ]
    cases = corrections_of_changes(changes, USAGE_CHANGED)
    if not cases:
        raise ProposalOutdated(bill=bill.bill_no, proposed=proposal.amount, now="")
    return cases[0]


def _found(proposal_id: int) -> RerateProposal:
    proposal = RerateProposal.objects.filter(pk=proposal_id).first()
    if proposal is None:
        raise NotFound(proposal=proposal_id)
    return proposal


def _open(proposal_id: int, version: int | None) -> RerateProposal:
    """The proposal, locked by its bill's rank, still open. Raises NotFound, ProposalDecided."""
    hold(Rank.BILL, RerateProposal, [proposal_id])
    proposal = RerateProposal.objects.get(pk=proposal_id)
    if proposal.state != ProposalState.OPEN or (version is not None and version != proposal.version):
        raise ProposalDecided(state=proposal.state)
    return proposal


def _decide(actor: Actor, proposal: RerateProposal, state: ProposalState, applied_bill_id: int | None) -> None:
    RerateProposal.objects.filter(pk=proposal.pk).update(
        state=state,
        applied_bill_id=applied_bill_id,
        decided_by_id=actor.staff_id,
        decided_at=Now(),
        version=F("version") + 1,
    )


def _period_of(company_id: int, bill: bill_facts.LiveBill) -> int:
    sql = "SELECT id FROM reading_period WHERE company_id = %s AND yyyymm = %s AND round_no = %s"
    return int(rows_of(sql, [company_id, bill.yyyymm, bill.round_no])[0][0])


def _record(
    actor: Actor, action: str, proposal: RerateProposal, bill_no: str, after: dict[str, object], reason: str = ""
) -> None:
    audit.record(
        actor=actor,
        action=action,
        object_type="rerate_proposal",
        object_key=bill_no,
        company_id=proposal.company_id,
        after={"amount": str(proposal.amount), **after},
        reason=reason,
    )
