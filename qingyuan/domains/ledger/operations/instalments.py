"""Instalment agreements (分次收费协议): asked for, decided by another person, ended. Nothing here posts or clears money."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db import transaction
from django.db.models import F

from qingyuan.domains.ledger.declarations import INSTALMENT_GRACE, INSTALMENT_NUMBERS
from qingyuan.domains.ledger.models import InstalmentItem, InstalmentPlan, InstalmentRow, OpenItem
from qingyuan.domains.ledger.operations.writing import hold_owed
from qingyuan.domains.ledger.queries.instalments import plans
from qingyuan.domains.ledger.queries.owed import OwedItem
from qingyuan.domains.ledger.rules.instalments import LIVE_PLANS, Instalment, PlanState, check_schedule
from qingyuan.kernel.actor import Actor
from qingyuan.kernel.errors import DomainError, NotFound, StaleEdit
from qingyuan.platform.audit import operations as audit
from qingyuan.platform.numbering import operations as numbering
from qingyuan.platform.organisation import queries as organisation
from qingyuan.platform.parameters import queries as parameters
from qingyuan.platform.staff import operations as staff

AGREE = "ledger.agree_instalments"
APPROVE = "ledger.approve_instalments"
OBJECT_TYPE = "instalment_plan"


class InInstalments(DomainError):
    """The bill stands in an instalment agreement: that one is ended first (帐单在分次收费协议中)."""

    code = "ledger.in_instalments"


class InstalmentsMoved(DomainError):
    """A receivable does not owe any more what was agreed on (欠费金额已变动)."""

    code = "ledger.instalments_moved"


class InstalmentsDecided(DomainError):
    """The agreement is in a state in which this cannot be done (协议状态不允许)."""

    code = "ledger.instalments_decided"


class OwnInstalments(DomainError):
    """Nobody approves an agreement that they asked for (不能审批自己的申请)."""

    code = "ledger.own_instalments"


class NotTheAccounts(DomainError):
    """A receivable that was chosen is not owed, or not by this account (所选帐单已结清或不属于该户)."""

    code = "ledger.instalments_not_owed"


class AgreementReasonMissing(DomainError):
    """An agreement needs its reason and the document it stands on (未填原因或依据)."""

    code = "ledger.agreement_reason_missing"


@dataclass(frozen=True, slots=True)
class NewPlan:
    """An agreement to ask for: all that these receivables of the account owe, in instalments."""

    account_id: int
    open_item_ids: tuple[int, ...]
    instalments: tuple[Instalment, ...]
    reason: str
    document_no: str


def request_plan(*, actor: Actor, plan: NewPlan, on: date) -> str:
    """Ask for an agreement and return its number. It counts once another person approved it; until then, too, the
    receivables stand in no other one.

    Raises NotPermitted, AgreementReasonMissing, NotTheAccounts, InInstalments, ScheduleRefused. Two who ask for the same receivables wait for each other.
    """
    if not plan.reason.strip() or not plan.document_no.strip():
        raise AgreementReasonMissing()
    unit_id, company_id = _unit_of(plan)
    staff.require(actor, AGREE, on=on, unit_id=unit_id)
    with transaction.atomic():
        owed = _held(plan)
        refuse_in_plans([one.id for one in owed])
        amount = sum((one.outstanding for one in owed), Decimal("0.00"))
        check_schedule(amount, plan.instalments, on=on)
        row = InstalmentPlan(
            company_id=company_id,
            unit_id=unit_id,
            account_id=plan.account_id,
            amount=amount,
            grace_days=parameters.integer(INSTALMENT_GRACE, unit_id=unit_id, on=on),
            reason=plan.reason.strip()[:200],
            document_no=plan.document_no.strip()[:80],
            requested_by_id=actor.staff_id,
            requested_on=on,
        )
        top = organisation.upwards(unit_id)[-1]
        row.plan_no = numbering.draw(kind=INSTALMENT_NUMBERS, unit_id=top, on=on).text
        row.save()
        InstalmentRow.objects.bulk_create(InstalmentRow(plan=row, **one._asdict()) for one in plan.instalments)
        InstalmentItem.objects.bulk_create(
            InstalmentItem(plan=row, open_item_id=one.id, agreed=one.outstanding) for one in owed
        )
        _record(actor, "ledger.instalments_requested", row, reason=row.reason)
    return row.plan_no


def approve_plan(*, actor: Actor, plan_id: int, version: int, on: date, note: str = "") -> None:
    """Let an agreement hold: from now on its due dates count. Raises NotFound, NotPermitted, StaleEdit,
    InstalmentsDecided, OwnInstalments, InstalmentsMoved when a receivable was paid or changed meanwhile.
    """
    with transaction.atomic():
        row = _live(actor, plan_id, APPROVE, version, on, PlanState.REQUESTED)
        if row.requested_by_id is not None and row.requested_by_id == actor.staff_id:
            raise OwnInstalments()
        agreed = dict(row.receivables.values_list("open_item_id", "agreed"))
        owed = {one.id: one.outstanding for one in hold_owed(open_item_ids=sorted(agreed))}
        if owed != agreed:
            raise InstalmentsMoved(plan=row.plan_no)
        _decide(row, actor, PlanState.AGREED, on, note)
        _record(actor, "ledger.instalments_approved", row, reason=note)


def refuse_plan(*, actor: Actor, plan_id: int, version: int, on: date, note: str) -> None:
    """Refuse a request; its receivables are free. Raises as `approve_plan` but for InstalmentsMoved, and
    AgreementReasonMissing.
    """
    if not note.strip():
        raise AgreementReasonMissing()
    with transaction.atomic():
        row = _live(actor, plan_id, APPROVE, version, on, PlanState.REQUESTED)
        _decide(row, actor, PlanState.REFUSED, on, note)
        _free([row.pk])
        _record(actor, "ledger.instalments_refused", row, reason=note)


def end_plan(*, actor: Actor, plan_id: int, version: int, on: date, reason: str) -> None:
    """End an agreement, or withdraw a request: the receivables' own due dates count again. Raises NotFound, NotPermitted,
    StaleEdit, InstalmentsDecided, AgreementReasonMissing.
    """
    if not reason.strip():
        raise AgreementReasonMissing()
    with transaction.atomic():
        row = _live(actor, plan_id, AGREE, version, on, *LIVE_PLANS)
        _close(row, PlanState.ENDED, on, reason, actor.staff_id)
        _record(actor, "ledger.instalments_ended", row, reason=reason)


def close_plans(*, actor: Actor, on: date) -> tuple[int, int]:
    """Close what is paid in full or broken on the day; returns how many of each. Run every day by a worker; run twice it
    closes nothing twice.
    """
    paid = broken = 0
    due = InstalmentPlan.objects.filter(state=PlanState.AGREED).order_by("id")
    for found in plans(due, on=on):
        if found.standing.current is not None and not found.standing.is_broken:
            continue
        with transaction.atomic():
            row = InstalmentPlan.objects.select_for_update(no_key=True).get(pk=found.id)
            [again] = plans(InstalmentPlan.objects.filter(pk=row.pk), on=on)
            if row.state != PlanState.AGREED:
                continue
            if again.standing.current is None:
                _close(row, PlanState.FULFILLED, on, "", None)
                _record(actor, "ledger.instalments_fulfilled", row)
                paid += 1
            elif again.standing.is_broken:
                _close(row, PlanState.BROKEN, on, "", None)
                _record(actor, "ledger.instalments_broken", row)
                broken += 1
    return paid, broken


def refuse_in_plans(open_item_ids: Collection[int]) -> None:
    """Raises InInstalments when one of these receivables stands in an agreement that is asked for or kept."""
    rows = InstalmentItem.objects.filter(is_live=True, open_item_id__in=list(open_item_ids))
    found = rows.order_by("id").values_list("open_item__label", "plan__plan_no").first()
    if found is not None:
        raise InInstalments(bill=found[0], plan=found[1])


def _unit_of(plan: NewPlan) -> tuple[int, int]:
    found = OpenItem.objects.filter(pk__in=plan.open_item_ids, account_id=plan.account_id).first()
    if found is None:
        raise NotTheAccounts(label="")
    return found.unit_id, found.company_id


def _held(plan: NewPlan) -> Sequence[OwedItem]:
    """The receivables under lock, oldest due first; each owed, and by this account."""
    owed = hold_owed(open_item_ids=sorted(set(plan.open_item_ids)))
    strange = [one.label for one in owed if one.account_id != plan.account_id or one.outstanding <= 0]
    if strange or len(owed) != len(set(plan.open_item_ids)):
        raise NotTheAccounts(label=strange[0] if strange else "")
    return sorted(owed, key=lambda one: (one.due_date, one.id))


def _live(actor: Actor, plan_id: int, permission: str, version: int, on: date, *states: PlanState) -> InstalmentPlan:
    """The agreement, locked, in one of these states. Its row comes before the receivables."""
    row = InstalmentPlan.objects.select_for_update(no_key=True).filter(pk=plan_id).first()
    if row is None:
        raise NotFound(plan=plan_id)
    staff.require(actor, permission, on=on, unit_id=row.unit_id)
    if row.state not in states:
        raise InstalmentsDecided(plan=row.plan_no)
    if row.version != version:
        raise StaleEdit
    return row


def _decide(row: InstalmentPlan, actor: Actor, state: PlanState, on: date, note: str) -> None:
    InstalmentPlan.objects.filter(pk=row.pk).update(
        state=state,
        decided_by_id=actor.staff_id,
        decided_on=on,
        decision_note=note.strip()[:200],
        version=F("version") + 1,
    )
    row.refresh_from_db()


def _close(row: InstalmentPlan, state: PlanState, on: date, reason: str, staff_id: int | None) -> None:
    InstalmentPlan.objects.filter(pk=row.pk).update(
        state=state, ended_by_id=staff_id, ended_on=on, end_reason=reason.strip()[:200], version=F("version") + 1
    )
    _free([row.pk])
    row.refresh_from_db()


def _free(plan_ids: Sequence[int]) -> None:
    InstalmentItem.objects.filter(plan_id__in=plan_ids).update(is_live=False)


def _record(actor: Actor, action: str, row: InstalmentPlan, *, reason: str = "") -> None:
    audit.record(
        actor=actor,
        action=action,
        object_type=OBJECT_TYPE,
        object_key=row.plan_no,
        company_id=row.company_id,
        unit_id=row.unit_id,
        after={"state": row.state, "account": row.account_id, "amount": str(row.amount)},
        reason=reason,
    )
