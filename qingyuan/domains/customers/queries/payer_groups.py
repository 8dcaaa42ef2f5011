"""Payer groups (合收户) as upper domains need them: found by what is typed, through an account, with who is in them."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from django.db.models import Q, QuerySet

from qingyuan.domains.customers.models import PayerGroup, PayerGroupMember
from qingyuan.domains.customers.queries.payers import PayerFacts
from qingyuan.domains.customers.rules.states import AccountState
from qingyuan.kernel.errors import NotFound


@dataclass(frozen=True, slots=True)
class GroupRef:
    """A payer group: who keeps it, and the customer who pays."""

    id: int
    code: str
    name: str
    unit_id: int
    payer_id: int
    payer_name: str


_FIELDS = ("id", "code", "name", "unit_id", "payer_id", "payer__name")


def group_ref(code: str) -> GroupRef:
    """The group with this code. One query. Raises NotFound."""
    found = PayerGroup.objects.filter(code=code).values_list(*_FIELDS).first()
    if found is None:
        raise NotFound(payer_group=code)
    return GroupRef(*found)


def group_of_account(account_id: int, *, on: date) -> GroupRef | None:
    """The group that the account is in on the day. One query."""
    member = _on(on).filter(account_id=account_id).order_by("id")
    found = member.values_list(*(f"group__{field}" for field in _FIELDS)).first()
    return None if found is None else GroupRef(*found)


def find_groups(text: str, unit_ids: Collection[int] | None, *, limit: int) -> tuple[GroupRef, ...]:
    """Groups kept by the units (None: by all): the beginning of a code or of pinyin initials, a part of the group's or
    the payer's name; a whole code first, then by code. One query, none where nothing was typed.
    """
    words = text.split()
    if not words:
        return ()
    wanted = Q() if unit_ids is None else Q(unit_id__in=unit_ids)
    for word in words:
        wanted &= (
            Q(code__istartswith=word)
            | Q(name__icontains=word)
            | Q(initials__contains=f" {word.lower()}")
            | Q(payer__name__icontains=word)
        )
    found = [GroupRef(*row) for row in PayerGroup.objects.filter(wanted).order_by("code").values_list(*_FIELDS)[:50]]
    found.sort(key=lambda group: (group.code.lower() != text.strip().lower(), group.code))
    return tuple(found[:limit])


def members_on(group_ids: Iterable[int], *, on: date) -> Mapping[int, tuple[int, ...]]:
    """The accounts that are in each group on the day, by account number. One query."""
    members: dict[int, tuple[int, ...]] = dict.fromkeys(group_ids, ())
    rows = _on(on).filter(group_id__in=members).order_by("group_id", "account__account_no", "id")
    for group_id, account_id in rows.values_list("group_id", "account_id"):
        members[group_id] += (account_id,)
    return members


def account_of_payer(group: GroupRef, members: Iterable[PayerFacts]) -> PayerFacts | None:
    """The member whose prepayment keeps what the payer pays ahead: held by the group's payer, neither closed nor
    blocked, the lowest number of several. None where there is none.
    """
    own = (
        member
        for member in members
        if member.customer_id == group.payer_id and not member.payment_hold and member.state != AccountState.CLOSED
    )
    return min(own, key=lambda member: member.account_no, default=None)


def _on(on: date) -> QuerySet[PayerGroupMember]:
    return PayerGroupMember.objects.filter(Q(to_date__isnull=True) | Q(to_date__gt=on), from_date__lte=on)
