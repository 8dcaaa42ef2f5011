"""Payer groups (合收户): set up, accounts added and taken out from a date."""

from collections.abc import Mapping, Sequence
from datetime import date

from django.db import IntegrityError, transaction
from django.db.models import Q

from qingyuan.domains.customers.declarations import BACKDATE_DAYS, CHANGE
from qingyuan.domains.customers.models import Account, Customer, PayerGroup, PayerGroupMember
from qingyuan.domains.customers.operations.locks import lock_accounts
from qingyuan.domains.customers.operations.pinyin import readings_of
from qingyuan.domains.customers.operations.succession import AccountClosed
from qingyuan.domains.customers.rules.address import clean
from qingyuan.domains.customers.rules.history import ChangeBeforeCurrent, NothingChanges, check_change, check_evidence
from qingyuan.domains.customers.rules.opening import NameMissing
from qingyuan.domains.customers.rules.payer_groups import checked_members, group_code, group_initials
from qingyuan.domains.customers.rules.states import AccountState
from qingyuan.kernel.actor import Actor
from qingyuan.kernel.errors import DomainError, NotFound, StaleEdit
from qingyuan.platform.audit.operations import record
from qingyuan.platform.organisation import queries as organisation
from qingyuan.platform.parameters.queries import integer
from qingyuan.platform.staff.operations import require
from qingyuan.platform.staff.queries import reach


class GroupCodeTaken(DomainError):
    """Another payer group has this code."""

    code = "customers.group_code_taken"


class PayerUnknown(DomainError):
    """The company has no customer with this number."""

    code = "customers.payer_unknown"


class MembersUnknown(DomainError):
    """`account_nos`: the company has no such accounts, or they lie outside the person's reach."""

    code = "customers.members_unknown"


class InOtherGroup(DomainError):
    """The account is in the group `group` on or after that day."""

    code = "customers.in_other_group"


class NotMember(DomainError):
    """The account is not in the group on that day."""

    code = "customers.not_member"


def create_payer_group(*, actor: Actor, unit_id: int, code: str, name: str, payer_no: str, on: date) -> int:
    """A group kept by the unit, without members yet; `payer_no` is the number of the customer who pays. Returns its id.

    Raises NotPermitted, GroupCodeInvalid, NameMissing, PayerUnknown, GroupCodeTaken.
    """
    require(actor, CHANGE, on=on, unit_id=unit_id)
    code = group_code(code)
    if not clean(name):
        raise NameMissing()
    company_id = organisation.company_of(unit_id)
    payer = _payer(company_id, payer_no)
    group = PayerGroup(
        company_id=company_id,
        unit_id=unit_id,
        code=code,
        name=name.strip(),
        initials=group_initials(readings_of(name.strip())),
        payer=payer,
    )
    with transaction.atomic():
        try:
            with transaction.atomic():
                group.save(force_insert=True)
        except IntegrityError as error:
            raise GroupCodeTaken(group=code) from error
        _audit(actor, group, "customers.create_payer_group", {"name": group.name, "payer": payer.customer_no})
    return group.pk


def change_payer_group(*, actor: Actor, group_id: int, version: int, name: str, payer_no: str, on: date) -> None:
    """The group has another name, or another customer pays for it from now on; what was paid stays as it was.

    `version` as it was read. Raises NotFound, NotPermitted, StaleEdit, NameMissing, PayerUnknown, NothingChanges.
    """
    if not clean(name):
        raise NameMissing()
    with transaction.atomic():
        group = _locked(actor, group_id, on)
        if group.version != version:
            raise StaleEdit(payer_group=group.code)
        payer = _payer(group.company_id, payer_no)
        before = {"name": group.name, "payer": group.payer.customer_no}
        after = {"name": name.strip(), "payer": payer.customer_no}
        if before == after:
            raise NothingChanges(payer_group=group.code)
        group.name, group.payer, group.version = name.strip(), payer, version + 1
        group.initials = group_initials(readings_of(group.name))
        group.save(update_fields=["name", "initials", "payer", "version"])
        _audit(actor, group, "customers.change_payer_group", after, before=before)


def add_members(*, actor: Actor, group_id: int, account_nos: Sequence[str], from_date: date, on: date) -> int:
    """The accounts are in the group from the day on, all of them or none; returns how many.

    Each must lie within the person's reach. Raises NotFound, NotPermitted, MembersMissing, TooManyMembers,
    MembersUnknown, AccountClosed, InOtherGroup, ChangeBeforeCurrent (before an account was opened), ChangeTooFarBack.
    """
    numbers = checked_members(account_nos)
    with transaction.atomic():
        group = _locked(actor, group_id, on)
        check_change(None, from_date=from_date, on=on, days_back=integer(BACKDATE_DAYS, unit_id=group.unit_id, on=on))
        accounts = _members_to_be(actor, group, numbers, from_date, on)
        PayerGroupMember.objects.bulk_create(
            PayerGroupMember(company_id=group.company_id, group=group, account=account, from_date=from_date)
            for account in accounts
        )
        _audit(actor, group, "customers.add_group_members", {"accounts": list(numbers), "from_date": from_date})
    return len(accounts)


def remove_member(*, actor: Actor, group_id: int, account_no: str, to_date: date, reason: str, on: date) -> None:
    """The account leaves the group on `to_date` (the first day on which it is no longer in it).

    Raises NotFound, NotPermitted, EvidenceMissing, NotMember, ChangeBeforeCurrent, ChangeTooFarBack.
    """
    check_evidence(reason)
    with transaction.atomic():
        group = _locked(actor, group_id, on)
        member = PayerGroupMember.objects.filter(group=group, account__account_no=account_no, to_date=None).first()
        if member is None:
            raise NotMember(account_no=account_no, group=group.code)
        days_back = integer(BACKDATE_DAYS, unit_id=group.unit_id, on=on)
        check_change(None, from_date=to_date, on=on, days_back=days_back)
        if to_date < member.from_date:
            raise ChangeBeforeCurrent(from_date=to_date, current_from=member.from_date)
        # an account that is closed or transferred meanwhile has left already
        if not PayerGroupMember.objects.filter(pk=member.pk, to_date=None).update(to_date=to_date):
            raise NotMember(account_no=account_no, group=group.code)
        after = {"account": account_no, "to_date": to_date}
        _audit(actor, group, "customers.remove_group_member", after, reason=reason)


def leave_payer_group(account: Account, *, from_date: date, on: date, keep_payer_id: int | None = None) -> str | None:
    """The account, which the caller holds locked, leaves its group with a closing or a transfer: from the day on, at the
    earliest from the business date, so that past statements stay as they are. A membership that begins later never comes.
    It stays where `keep_payer_id` (the new holder) is who pays. Returns the group's code, None where it left none.
    """
    last_day = max(from_date, on)
    members = PayerGroupMember.objects.filter(account=account).filter(Q(to_date=None) | Q(to_date__gt=last_day))
    if keep_payer_id is not None:
        members = members.exclude(group__payer_id=keep_payer_id)
    left: str | None = None
    for member in members.select_related("group").order_by("from_date", "id"):
        PayerGroupMember.objects.filter(pk=member.pk).update(to_date=max(last_day, member.from_date))
        left = left or member.group.code
    return left


def _payer(company_id: int, payer_no: str) -> Customer:
    payer = Customer.objects.filter(company_id=company_id, customer_no=payer_no.strip()).first()
    if payer is None:
        raise PayerUnknown(customer_no=payer_no.strip())
    return payer


def _locked(actor: Actor, group_id: int, on: date) -> PayerGroup:
    """The group, its row locked: members are added and taken out one person after another."""
    group = PayerGroup.objects.select_for_update().filter(pk=group_id).first()
    if group is None:
        raise NotFound(payer_group=group_id)
    require(actor, CHANGE, on=on, unit_id=group.unit_id)
    return group


def _members_to_be(actor: Actor, group: PayerGroup, numbers: Sequence[str], from_date: date, on: date) -> list[Account]:
    held = reach(actor, CHANGE, on=on)
    ids = Account.objects.filter(company_id=group.company_id, account_no__in=numbers).values_list("id", flat=True)
    lock_accounts(ids)
    found = {one.account_no: one for one in Account.objects.filter(id__in=ids) if held.covers(one.unit_id)}
    if unknown := [number for number in numbers if number not in found]:
        raise MembersUnknown(account_nos="、".join(unknown[:10]))
    for account in found.values():
        if account.state == AccountState.CLOSED:
            raise AccountClosed(account_no=account.account_no)
        if from_date < account.opened_date:
            raise ChangeBeforeCurrent(from_date=from_date, current_from=account.opened_date)
    rows = PayerGroupMember.objects.filter(account__in=found.values()).exclude(to_date__lte=from_date)
    other = rows.order_by("account__account_no", "id").values_list("account__account_no", "group__code").first()
    if other is not None:
        raise InOtherGroup(account_no=other[0], group=other[1])
    return [found[number] for number in numbers]


def _audit(
    actor: Actor,
    group: PayerGroup,
    action: str,
    after: Mapping[str, object],
    *,
    before: Mapping[str, object] | None = None,
    reason: str = "",
) -> None:
    record(
        actor=actor,
        action=action,
        object_type="payer_group",
        object_key=group.code,
        company_id=group.company_id,
        unit_id=group.unit_id,
        before=before,
        after=after,
        reason=reason,
    )
