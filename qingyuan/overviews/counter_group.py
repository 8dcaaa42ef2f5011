"""A payer group at the counter (合收户缴费): what its accounts owe, member by member and bill by bill, as a cashier may see it."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db.models import Count, Q, Sum

from qingyuan.domains.customers import queries as customers
from qingyuan.domains.customers.models import PayerGroupMember
from qingyuan.domains.customers.queries import PayerFacts
from qingyuan.domains.payments import queries as payments
from qingyuan.domains.payments.queries import CounterAccount, OwedBill
from qingyuan.kernel.actor import Actor
from qingyuan.kernel.errors import NotFound
from qingyuan.kernel.money import ZERO_MONEY
from qingyuan.platform.staff.queries import Reach, reach

OWN_ACCOUNTS = "customers.view"
HITS = 3
MOST_BILLS = 400
"""So many bills stand on one card, the first members' first: more are paid in a second payment."""


@dataclass(frozen=True, slots=True)
class FoundGroup:
    """A group among the counter's hits: how many accounts of the day the counter reaches, and what they owe, in yuan."""

    code: str
    name: str
    payer_name: str
    members: int
    owed: Decimal


@dataclass(frozen=True, slots=True)
class GroupMember:
    """An account of the group with what it owes. `is_own` False: of another hall (通收). `payment_hold` and `has_holder`
    say why nothing can be taken for it.
    """

    account_id: int
    account_no: str
    name: str
    address: str
    is_own: bool
    payment_hold: str
    has_holder: bool
    owed: Decimal
    bills: tuple[OwedBill, ...]

    @property
    def is_payable(self) -> bool:
        return self.has_holder and not self.payment_hold


@dataclass(frozen=True, slots=True)
class GroupCard:
    """What a cashier sees of a group. `members` are those that owe, by number; `settled` counts those that owe nothing,
    `beyond` those that lie outside the counter's reach and are not shown. `owed` is of all that are reached; `left_off`
    counts bills that stand on no card of this length. `keeps_on`: the account, of number and name, in whose prepayment a
    rest may stay, "" without one.
    """

    code: str
    name: str
    payer_name: str
    members: tuple[GroupMember, ...]
    settled: int
    beyond: int
    owed: Decimal
    left_off: int
    keeps_on: str


def find_groups(within: Reach, text: str, *, on: date) -> tuple[FoundGroup, ...]:
    """The first few groups kept by units in the counter's reach. One query, two where groups are found."""
    found = customers.find_groups(text, None if within.everything else within.whole_unit_ids, limit=HITS)
    if not found:
        return ()
    in_force = Q(from_date__lte=on) & (Q(to_date__isnull=True) | Q(to_date__gt=on))
    members = PayerGroupMember.objects.filter(
        in_force & within.condition("account__unit_id"), group_id__in=[group.id for group in found]
    )
    sums = {
        row["group_id"]: (row["count"], row["owed"])
        for row in members.values("group_id")
        .annotate(count=Count("id"), owed=Sum("account__balance__owed", default=ZERO_MONEY))
        .order_by("group_id")
    }
    return tuple(
        FoundGroup(group.code, group.name, group.payer_name, *sums.get(group.id, (0, ZERO_MONEY))) for group in found
    )


def group_card(actor: Actor, code: str, *, on: date) -> GroupCard:
    """The group at the counter. Raises NotFound for one that the counter reaches neither by its unit nor by a member.

    At most twelve queries.
    """
    group = customers.group_ref(code)
    within = payments.counter_reach(actor, on=on)
    payers = _in_order(customers.payers(customers.members_on([group.id], on=on)[group.id], on=on).values())
    reached = [payer for payer in payers if within.covers(payer.unit_id)]
    if not reached and not within.covers(group.unit_id):
        raise NotFound(payer_group=code)
    own = reach(actor, OWN_ACCOUNTS, on=on)
    units = {payer.account_id: payer.unit_id for payer in reached}
    shown = payments.accounts_at_counter(reached, on=on)
    owing = [_member(account, own.covers(units[account.account_id])) for account in shown if account.bills]
    members, left_off = _bounded(owing)
    keeps = customers.account_of_payer(group, reached)
    return GroupCard(
        code=group.code,
        name=group.name,
        payer_name=group.payer_name,
        members=members,
        settled=len(shown) - len(owing),
        beyond=len(payers) - len(reached),
        owed=sum((account.owed for account in shown), ZERO_MONEY),
        left_off=left_off,
        keeps_on="" if keeps is None else f"{keeps.account_no} {keeps.name}",
    )


def _in_order(payers: Iterable[PayerFacts]) -> list[PayerFacts]:
    return sorted(payers, key=lambda payer: payer.account_no)


def _bounded(members: list[GroupMember]) -> tuple[tuple[GroupMember, ...], int]:
    """Whole members as long as their bills fit on one card (the first one whatever it owes), and how many bills are left."""
    taken: list[GroupMember] = []
    count = 0
    for member in members:
        if taken and count + len(member.bills) > MOST_BILLS:
            break
        taken.append(member)
        count += len(member.bills)
    return tuple(taken), sum(len(member.bills) for member in members) - count


def _member(account: CounterAccount, is_own: bool) -> GroupMember:
    return GroupMember(
        account_id=account.account_id,
        account_no=account.account_no,
        name=account.name,
        address=account.address,
        is_own=is_own,
        payment_hold=account.payment_hold,
        has_holder=account.has_holder,
        owed=account.owed,
        bills=account.bills,
    )
