"""Payer groups (合收户): which there are, who is in one, and what its accounts owe, one by one and in all."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import Count, F, Q, Sum

from qingyuan.domains.customers.models import PayerGroup, PayerGroupMember
from qingyuan.domains.customers.queries import payers
from qingyuan.domains.ledger.models import AccountBalance, OpenItem
from qingyuan.domains.ledger.queries import AccountDues, dues_with_plans
from qingyuan.kernel.actor import Actor
from qingyuan.kernel.errors import NotFound
from qingyuan.kernel.money import ZERO_MONEY
from qingyuan.platform.staff.queries import reach

VIEW = "customers.view"
SORTS = {"code": "code", "name": "name", "members": "members_today", "owed": "owed_today"}


@dataclass(frozen=True, slots=True)
class GroupRow:
    """A group and what its accounts of the day owe and have paid ahead, in yuan."""

    code: str
    name: str
    payer_name: str
    unit_name: str
    members: int
    owed: Decimal
    prepaid: Decimal


@dataclass(frozen=True, slots=True)
class MemberRow:
    """An account of the group. `overdue` is the part of `owed` whose due date has passed; `open_count` counts bills."""

    account_no: str
    name: str
    address: str
    from_date: date
    to_date: date | None
    open_count: int
    oldest_due_date: date | None
    owed: Decimal
    overdue: Decimal
    prepaid: Decimal


@dataclass(frozen=True, slots=True)
class GroupPage:
    """A group: its accounts of the day, whose sums are told, those still to come, and those that left it."""

    id: int
    version: int
    code: str
    name: str
    unit_name: str
    payer_no: str
    payer_name: str
    members: tuple[MemberRow, ...]
    to_come: tuple[MemberRow, ...]
    former: tuple[MemberRow, ...]
    owed: Decimal
    overdue: Decimal
    prepaid: Decimal


def payer_groups(
    actor: Actor, *, text: str, sort: str, descending: bool, offset: int, limit: int, on: date
) -> tuple[tuple[GroupRow, ...], int]:
    """A page of groups within reach and how many there are; `text` is the start of a code or a part of a name."""
    wanted = reach(actor, VIEW, on=on).condition("unit_id")
    if text:
        wanted &= Q(code__istartswith=text) | Q(name__icontains=text) | Q(payer__name__icontains=text)
    found = PayerGroup.objects.filter(wanted)
    of_today = Q(members__from_date__lte=on) & (Q(members__to_date__isnull=True) | Q(members__to_date__gt=on))
    rows = found.annotate(
        members_today=Count("members", filter=of_today),
        owed_today=Sum("members__account__balance__owed", filter=of_today, default=ZERO_MONEY),
        prepaid_today=Sum("members__account__balance__prepaid", filter=of_today, default=ZERO_MONEY),
    ).select_related("payer", "unit")
    key = F(SORTS[sort])
    page = rows.order_by(key.desc() if descending else key.asc(), "code")[offset : offset + limit]
    return tuple(
        GroupRow(
            one.code, one.name, one.payer.name, one.unit.short_name or one.unit.name, one.members_today, one.owed_today,
            one.prepaid_today,
        )
        for one in page
    ), found.count()  # fmt: skip


def payer_group(actor: Actor, code: str, *, on: date, permission: str = VIEW) -> GroupPage:
    """One group. Raises NotFound for one that is not there or out of reach. Six queries beside those of the reach."""
    group = PayerGroup.objects.select_related("payer", "unit").filter(code=code).first()
    if group is None or not reach(actor, permission, on=on).covers(group.unit_id):
        raise NotFound(payer_group=code)
    spans = list(
        PayerGroupMember.objects.filter(group=group).order_by("account__account_no", "from_date", "id")
        .values_list("account_id", "from_date", "to_date")
    )  # fmt: skip
    ids = [account_id for account_id, _, _ in spans]
    rows = _members(ids, spans, on)
    lasting = [row for row in rows if row.to_date is None or row.to_date > max(on, row.from_date)]
    members = tuple(row for row in lasting if row.from_date <= on)
    return GroupPage(
        id=group.pk,
        version=group.version,
        code=group.code,
        name=group.name,
        unit_name=group.unit.short_name or group.unit.name,
        payer_no=group.payer.customer_no,
        payer_name=group.payer.name,
        members=members,
        to_come=tuple(row for row in lasting if row.from_date > on),
        former=tuple(row for row in rows if row not in lasting),
        owed=sum((row.owed for row in members), ZERO_MONEY),
        overdue=sum((row.overdue for row in members), ZERO_MONEY),
        prepaid=sum((row.prepaid for row in members), ZERO_MONEY),
    )


def _members(ids: list[int], spans: list[tuple[int, date, date | None]], on: date) -> list[MemberRow]:
    known = payers(ids, on=on)
    balances = AccountBalance.objects.in_bulk(ids)
    overdue: Mapping[int, Any] = dict(
        OpenItem.objects.filter(account_id__in=ids, outstanding__gt=0, due_date__lt=on)
        .values("account_id").order_by("account_id").annotate(late=Sum("outstanding")).values_list("account_id", "late")
    )  # fmt: skip
    dues = dues_with_plans(ids, on=on)
    rows = []
    for account_id, from_date, to_date in spans:
        balance, agreed = balances.get(account_id), dues.get(account_id)
        rows.append(
            MemberRow(
                account_no=known[account_id].account_no,
                name=known[account_id].name,
                address=known[account_id].address,
                from_date=from_date,
                to_date=to_date,
                open_count=0 if balance is None else balance.open_count,
                oldest_due_date=_oldest(balance, agreed),
                owed=ZERO_MONEY if balance is None else balance.owed,
                overdue=overdue.get(account_id, ZERO_MONEY) if agreed is None else agreed.overdue,
                prepaid=ZERO_MONEY if balance is None else balance.prepaid,
            )
        )
    return rows


def _oldest(balance: AccountBalance | None, agreed: AccountDues | None) -> date | None:
    """When the oldest debt is due: by the agreement, where one is kept."""
    if agreed is not None:
        return agreed.oldest
    return None if balance is None else balance.oldest_due_date
