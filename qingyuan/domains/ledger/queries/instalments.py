"""Instalment agreements as they stand (分次收费查询): read from what the receivables owe, nothing is stored twice."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import OuterRef, Prefetch, QuerySet, Subquery

from qingyuan.domains.ledger.models import InstalmentItem, InstalmentPlan, InstalmentRow, OpenItem
from qingyuan.domains.ledger.rules.instalments import HeldItem, Instalment, PlanState, Standing, standing

_ZERO = Decimal("0.00")


@dataclass(frozen=True, slots=True)
class HeldReceivable:
    """A receivable of an agreement: what was agreed, what it owes now, when it was due by itself, which bill it is."""

    open_item_id: int
    label: str
    bill_id: int | None
    yyyymm: int
    due_date: date
    agreed: Decimal
    outstanding: Decimal


@dataclass(frozen=True, slots=True)
class AgreedPlan:
    """An agreement with its receivables (oldest due first) and how it stands on the day asked for."""

    id: int
    plan_no: str
    account_id: int
    unit_id: int
    state: PlanState
    amount: Decimal
    held: tuple[HeldReceivable, ...]
    standing: Standing

    @property
    def counts(self) -> bool:
        """Whether the instalments' due dates count, and not the receivables' own."""
        return self.state is PlanState.AGREED and not self.standing.is_broken


@dataclass(frozen=True, slots=True)
class AccountDues:
    """When an account's open receivables are due, agreements counted: `due_of` by receivable, the oldest date, and how
    much is overdue on the day (yuan).
    """

    due_of: Mapping[int, date]
    oldest: date | None
    overdue: Decimal


def plans(wanted: "QuerySet[InstalmentPlan, InstalmentPlan]", *, on: date) -> tuple[AgreedPlan, ...]:
    """These agreements as they stand on the day, in the order given. Two queries, one where there is none."""
    items = InstalmentItem.objects.select_related("open_item").order_by("open_item__due_date", "open_item_id")
    rows = _with_parts(wanted.prefetch_related(Prefetch("receivables", queryset=items)))
    return tuple(_plan(row, on) for row in rows)


def agreed_plans(account_ids: Iterable[int], *, on: date) -> tuple[AgreedPlan, ...]:
    """The agreements of these accounts that are being kept, or were broken and not ended yet."""
    wanted = InstalmentPlan.objects.filter(account_id__in=sorted(set(account_ids)), state=PlanState.AGREED)
    return plans(wanted.order_by("account_id", "id"), on=on)


def dues_with_plans(account_ids: Iterable[int], *, on: date) -> Mapping[int, AccountDues]:
    """The due dates of accounts for which an agreement counts on the day; all other accounts are left out.

    One query where there is no agreement, two otherwise.
    """
    wanted = InstalmentPlan.objects.filter(account_id__in=sorted(set(account_ids)), state=PlanState.AGREED)
    rows = list(_with_parts(wanted.order_by("account_id", "id")))
    accounts = sorted({row.account_id for row in rows})
    if not accounts:
        return {}
    inside = InstalmentItem.objects.filter(open_item=OuterRef("pk"), is_live=True)
    items = list(
        OpenItem.objects.filter(account_id__in=accounts, outstanding__gt=0)
        .order_by("due_date", "id")
        .annotate(plan_id=Subquery(inside.values("plan_id")[:1]), agreed=Subquery(inside.values("agreed")[:1]))
        .values_list("account_id", "plan_id", "id", "agreed", "outstanding", "due_date")
    )
    standings = {
        row.pk: standing(
            _schedule(row),
            [HeldItem(*values) for _account, plan_id, *values in items if plan_id == row.pk],
            on=on,
            grace_days=row.grace_days,
        )
        for row in rows
    }
    kept = {row.account_id for row in rows if not standings[row.pk].is_broken}
    return {account_id: _dues(account_id, items, standings, on) for account_id in accounts if account_id in kept}


def _dues(
    account_id: int,
    items: Iterable[tuple[int, int | None, int, Decimal | None, Decimal, date]],
    standings: Mapping[int, Standing],
    on: date,
) -> AccountDues:
    due_of: dict[int, date] = {}
    overdue = _ZERO
    counted: set[int] = set()
    for owner, plan_id, key, agreed, outstanding, day in items:
        if owner != account_id:
            continue
        stands = standings.get(plan_id or 0)
        if stands is None or stands.is_broken:
            due_of[key] = day
            overdue += outstanding if day < on else _ZERO
            continue
        due_of[key] = stands.due_of[key]
        overdue += max(outstanding - (agreed or _ZERO), _ZERO) if day < on else _ZERO
        if plan_id is not None and plan_id not in counted:
            counted.add(plan_id)
            overdue += stands.overdue
    return AccountDues(due_of, min(due_of.values(), default=None), overdue)


def bills_in_plans(bill_ids: Iterable[int]) -> tuple[tuple[int, str], ...]:
    """(bill, number of the agreement) of bills that stand in an agreement that is asked for or kept."""
    rows = InstalmentItem.objects.filter(is_live=True, open_item__bill_id__in=list(bill_ids))
    found = rows.order_by("open_item__bill_id").values_list("open_item__bill_id", "plan__plan_no")
    return tuple((int(bill_id or 0), plan_no) for bill_id, plan_no in found)


def _plan(row: InstalmentPlan, on: date) -> AgreedPlan:
    held = tuple(
        HeldReceivable(
            one.open_item_id,
            one.open_item.label,
            one.open_item.bill_id,
            one.open_item.yyyymm,
            one.open_item.due_date,
            one.agreed,
            one.open_item.outstanding,
        )
        for one in row.receivables.all()
    )
    stands = standing(
        _schedule(row),
        [HeldItem(one.open_item_id, one.agreed, one.outstanding, one.due_date) for one in held],
        on=on,
        grace_days=row.grace_days,
    )
    return AgreedPlan(row.pk, row.plan_no, row.account_id, row.unit_id, PlanState(row.state), row.amount, held, stands)


def _with_parts(wanted: "QuerySet[InstalmentPlan, InstalmentPlan]") -> "QuerySet[InstalmentPlan, InstalmentPlan]":
    """With the dates and amounts of the instalments, in their order, in the same query."""
    parts = InstalmentRow.objects.filter(plan=OuterRef("pk")).order_by("number")
    return wanted.annotate(
        due_dates=ArraySubquery(parts.values("due_date")), amounts=ArraySubquery(parts.values("amount"))
    )


def _schedule(row: InstalmentPlan) -> list[Instalment]:
    parts = zip(row.due_dates, row.amounts, strict=True)  # type: ignore[attr-defined]
    return [Instalment(number, *part) for number, part in enumerate(parts, start=1)]
