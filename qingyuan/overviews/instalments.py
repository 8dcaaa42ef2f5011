"""Instalment agreements (分次收费协议) for their list and their page, and what an account owes to agree on."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import F, Q, QuerySet

from qingyuan.domains.customers.queries.payers import payers
from qingyuan.domains.ledger.models import InstalmentItem, InstalmentPlan, OpenItem
from qingyuan.domains.ledger.queries import AgreedPlan, plans
from qingyuan.domains.ledger.rules.instalments import OpenInstalment, PlanState
from qingyuan.kernel.actor import Actor
from qingyuan.kernel.errors import NotFound
from qingyuan.platform.staff.queries import reach

VIEW = "ledger.view"
SORTS = {"plan_no": "id", "account_no": "account__account_no", "amount": "amount"}


@dataclass(frozen=True, slots=True)
class PlanRow:
    """An agreement as the list shows it. `current` is what is to be paid now; money in yuan."""

    plan_no: str
    account_no: str
    account_name: str
    unit_name: str
    state: PlanState
    is_broken: bool
    amount: Decimal
    paid: Decimal
    overdue: Decimal
    current: OpenInstalment | None
    count: int


@dataclass(frozen=True, slots=True)
class PlanPage:
    """One agreement. `plan` has its receivables and instalments as they stand on the day."""

    row: PlanRow
    plan: AgreedPlan
    reason: str
    document_no: str
    requested_by: str
    requested_by_id: int | None
    requested_on: date
    decided_by: str
    decided_on: date | None
    decision_note: str
    ended_by: str
    ended_on: date | None
    end_reason: str
    version: int


@dataclass(frozen=True, slots=True)
class OpenBill:
    """A receivable that may be agreed on. `plan_no`: it stands in that agreement already."""

    open_item_id: int
    label: str
    yyyymm: int
    due_date: date
    outstanding: Decimal
    plan_no: str


def plan_list(
    actor: Actor, *, filters: Mapping[str, Any], sort: str, descending: bool, offset: int, limit: int, on: date
) -> tuple[tuple[PlanRow, ...], int]:
    """A page of agreements within reach, and how many there are. `filters`: q (account or agreement number), state."""
    wanted = reach(actor, VIEW, on=on).condition("unit_id")
    if text := str(filters.get("q") or "").strip():
        wanted &= Q(account__account_no=text) | Q(plan_no=text)
    if filters.get("state"):
        wanted &= Q(state=filters["state"])
    found = InstalmentPlan.objects.filter(wanted)
    key = F(SORTS[sort]).desc() if descending else F(SORTS[sort]).asc()
    page = _rows(found.order_by(key, "-id"))[offset : offset + limit]
    return tuple(row for row, _plan, _stored in _shown(page, on)), found.count()


def plan_page(actor: Actor, plan_no: str, *, on: date, permission: str = VIEW) -> PlanPage:
    """One agreement. Raises NotFound for one out of reach."""
    wanted = reach(actor, permission, on=on).condition("unit_id")
    rows = _rows(InstalmentPlan.objects.filter(wanted, plan_no=plan_no)).select_related(
        "account", "unit", "requested_by", "decided_by", "ended_by"
    )
    found = _shown(rows, on)
    if not found:
        raise NotFound(plan=plan_no)
    row, plan, stored = found[0]
    return PlanPage(
        row=row,
        plan=plan,
        reason=stored.reason,
        document_no=stored.document_no,
        requested_by=_name(stored.requested_by),
        requested_by_id=stored.requested_by_id,
        requested_on=stored.requested_on,
        decided_by=_name(stored.decided_by),
        decided_on=stored.decided_on,
        decision_note=stored.decision_note,
        ended_by=_name(stored.ended_by),
        ended_on=stored.ended_on,
        end_reason=stored.end_reason,
        version=stored.version,
    )


def open_bills(account_id: int) -> tuple[OpenBill, ...]:
    """What an account owes, oldest due first. Two queries."""
    items = list(OpenItem.objects.filter(account_id=account_id, outstanding__gt=0).order_by("due_date", "id"))
    live = InstalmentItem.objects.filter(is_live=True, open_item_id__in=[one.pk for one in items])
    plan_of = dict(live.values_list("open_item_id", "plan__plan_no"))
    return tuple(
        OpenBill(one.pk, one.label, one.yyyymm, one.due_date, one.outstanding, plan_of.get(one.pk, "")) for one in items
    )


def _rows(found: "QuerySet[InstalmentPlan, InstalmentPlan]") -> "QuerySet[InstalmentPlan, InstalmentPlan]":
    return found.select_related("account", "unit")


def _shown(
    rows: "QuerySet[InstalmentPlan, InstalmentPlan]", on: date
) -> list[tuple[PlanRow, AgreedPlan, InstalmentPlan]]:
    stored = {row.pk: row for row in rows}
    standing = {plan.id: plan for plan in plans(InstalmentPlan.objects.filter(pk__in=list(stored)), on=on)}
    holders = payers((row.account_id for row in stored.values()), on=on)
    return [(_row(row, standing[key], holders[row.account_id].name), standing[key], row) for key, row in stored.items()]


def _row(row: InstalmentPlan, plan: AgreedPlan, name: str) -> PlanRow:
    stands = plan.standing
    return PlanRow(
        plan_no=row.plan_no,
        account_no=row.account.account_no,
        account_name=name,
        unit_name=row.unit.short_name or row.unit.name,
        state=plan.state,
        is_broken=plan.state is PlanState.AGREED and stands.is_broken,
        amount=row.amount,
        paid=stands.paid,
        overdue=stands.overdue if plan.counts else Decimal("0.00"),
        current=stands.current if plan.state is PlanState.AGREED else None,
        count=len(stands.instalments),
    )


def _name(person: Any) -> str:
    return "" if person is None else str(person.name)
