"""Tier groups (阶梯共用户): made with the account, shared by an operation; tier use entered by hand or from a migration."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal

from django.db import connection, transaction

from qingyuan.domains.billing.models import TierEntry, TierGroup, TierGroupMember
from qingyuan.domains.billing.queries.statements import rows_of
from qingyuan.domains.billing.rules.states import TierSource
from qingyuan.kernel.actor import Actor
from qingyuan.kernel.errors import DomainError, NotFound
from qingyuan.platform.audit import operations as audit
from qingyuan.platform.locking.door import hold
from qingyuan.platform.locking.rank import Rank
from qingyuan.platform.staff import operations as staff

FROM_EVER = date(1900, 1, 1)
"""From when an account belongs to its own group: long before anything is billed."""


class NotFirstOfMonth(DomainError):
    """Membership in a tier group changes on the first day of a month (共用关系须自月初起)."""

    code = "billing.not_first_of_month"


class NegativeUse(DomainError):
    """The entry would make the group's use negative (阶梯用量不能为负)."""

    code = "billing.negative_tier_use"


def ensure_tier_groups(*, actor: Actor, account_ids: Sequence[int]) -> int:
    """A group of its own (numbered as the account) for each account that is in none. Returns how many were made.

    Set-wise, in the caller's transaction or its own; audited by the opening of the accounts, of which it is a part.
    """
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(_GROUPS, [list(account_ids)])
        cursor.execute(_MEMBERS, [FROM_EVER, list(account_ids)])
        return int(cursor.rowcount)


_GROUPS = """
    INSERT INTO tier_group (company_id, group_no, name)
    SELECT a.company_id, a.account_no, '' FROM account a
    WHERE a.id = ANY(%s) AND NOT EXISTS (SELECT 1 FROM tier_group_member m WHERE m.account_id = a.id AND m.point_id IS NULL)
    ORDER BY a.id ON CONFLICT (group_no) DO NOTHING
"""
_MEMBERS = """
    INSERT INTO tier_group_member (company_id, group_id, account_id, from_date)
    SELECT a.company_id, g.id, a.id, %s FROM account a JOIN tier_group g ON g.group_no = a.account_no
    WHERE a.id = ANY(%s) AND NOT EXISTS (SELECT 1 FROM tier_group_member m WHERE m.account_id = a.id AND m.point_id IS NULL)
    ORDER BY a.id
"""


def share_tier_room(
    *, actor: Actor, company_id: int, group_no: str, account_ids: Sequence[int], from_date: date, name: str = ""
) -> int:
    """Put accounts into one group (made if it is not there) from the first day of a month on. Returns the group's id.

    Use counted before stays where it was counted. Raises NotFirstOfMonth, NotFound, NotPermitted.
    """
    if from_date.day != 1:
        raise NotFirstOfMonth(date=from_date)
    staff.require(actor, "billing.tier_groups", on=from_date, unit_id=company_id)
    with transaction.atomic():
        group, _ = TierGroup.objects.get_or_create(group_no=group_no, defaults={"company_id": company_id, "name": name})
        old = _groups_of_accounts(account_ids, from_date)
        hold(Rank.TIER_GROUP, TierGroup, {group.pk, *old.values()})
        for account_id in sorted(set(account_ids)):
            if old.get(account_id) == group.pk:
                continue
            rows = TierGroupMember.objects.filter(account_id=account_id, point__isnull=True)
            rows.filter(from_date__gte=from_date).delete()
            rows.filter(to_date__isnull=True).update(to_date=from_date)
            TierGroupMember.objects.create(
                company_id=company_id, group=group, account_id=account_id, from_date=from_date
            )
        _record(
            actor, "billing.tier_group_shared", group, {"accounts": len(account_ids), "from": from_date.isoformat()}
        )
    return group.pk


def place_point(*, actor: Actor, group_id: int, account_id: int, point_id: int, from_date: date) -> None:
    """Put one point of an account into another group than the account's. Raises NotFirstOfMonth, NotFound, NotPermitted."""
    if from_date.day != 1:
        raise NotFirstOfMonth(date=from_date)
    with transaction.atomic():
        hold(Rank.TIER_GROUP, TierGroup, [group_id])
        group = TierGroup.objects.get(pk=group_id)
        staff.require(actor, "billing.tier_groups", on=from_date, unit_id=group.company_id)
        TierGroupMember.objects.filter(point_id=point_id, to_date__isnull=True).update(to_date=from_date)
        TierGroupMember.objects.create(
            company_id=group.company_id, group=group, account_id=account_id, point_id=point_id, from_date=from_date
        )
        _record(actor, "billing.tier_group_shared", group, {"point": point_id, "from": from_date.isoformat()})


def enter_tier_use(
    *,
    actor: Actor,
    group_id: int,
    counter: str,
    cycle_start_date: date,
    position: int,
    volume: Decimal,
    source: TierSource,
    note: str,
    on: date,
) -> int:
    """Count use that no bill of ours counted: OPENING (migration), RESET (transfer), ADJUST. Returns the entry's id.

    `position` is yyyymm × 100 + round: bills with a later one find it used before. Raises NotFound, NotPermitted,
    NegativeUse; ValueError for source BILL.
    """
    if source is TierSource.BILL:
        raise ValueError("entries of bills are written by issue")
    with transaction.atomic():
        hold(Rank.TIER_GROUP, TierGroup, [group_id])
        group = TierGroup.objects.get(pk=group_id)
        staff.require(actor, "billing.tier_groups", on=on, unit_id=group.company_id)
        used = rows_of(
            "SELECT COALESCE(sum(volume), 0) FROM tier_entry WHERE group_id = %s AND counter = %s"
            " AND cycle_start_date = %s",
            [group_id, counter, cycle_start_date],
        )[0][0]
        if used + volume < 0:
            raise NegativeUse(used=used, volume=volume)
        entry = TierEntry.objects.create(
            group=group,
            counter=counter,
            cycle_start_date=cycle_start_date,
            position=position,
            sequence=0,
            volume=volume,
            source=source,
            note=note,
        )
        _record(actor, "billing.tier_use_entered", group, {"counter": counter, "volume": str(volume), "source": source})
    return entry.pk


def _groups_of_accounts(account_ids: Sequence[int], day: date) -> dict[int, int]:
    rows = TierGroupMember.objects.filter(account_id__in=account_ids, point__isnull=True, from_date__lte=day)
    found = {row.account_id: row.group_id for row in rows if row.to_date is None or day < row.to_date}
    missing = sorted(set(account_ids) - set(found))
    if missing:
        raise NotFound(accounts=missing[:5])
    return found


def _record(actor: Actor, action: str, group: TierGroup, after: dict[str, object]) -> None:
    audit.record(
        actor=actor,
        action=action,
        object_type="tier_group",
        object_key=group.group_no,
        company_id=group.company_id,
        after=after,
    )
