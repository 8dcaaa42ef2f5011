"""The life of an account (转正、报停、复水、销户): each step by its rule, under the account's lock."""

from datetime import date

from django.db import transaction

from qingyuan.domains.customers.declarations import CLOSE, OPEN
from qingyuan.domains.customers.models import Account, AccountHolder, AccountRelief, HouseholdSize
from qingyuan.domains.customers.operations.payer_groups import leave_payer_group
from qingyuan.domains.customers.operations.succession import audit_account, locked_account
from qingyuan.domains.customers.rules.history import check_evidence
from qingyuan.domains.customers.rules.lifecycle import Clearance, check_clearance, check_transition
from qingyuan.domains.customers.rules.states import AccountState
from qingyuan.kernel.actor import Actor


def activate(*, actor: Actor, account_id: int, reason: str, on: date) -> None:
    """A pre-opened account becomes active (预立户转正式): it is read and billed from now on.

    Raises NotFound, NotPermitted, AccountClosed, StateNotAllowed, EvidenceMissing.
    """
    _step(actor, account_id, AccountState.ACTIVE, OPEN, "customers.activate", reason, on)


def suspend(*, actor: Actor, account_id: int, reason: str, on: date) -> None:
    """The account pauses (报停): it is not read. Raises as `activate`."""
    _step(actor, account_id, AccountState.SUSPENDED, CLOSE, "customers.suspend", reason, on)


def resume(*, actor: Actor, account_id: int, reason: str, on: date) -> None:
    """A suspended account, or one whose closing is given up, is active again (复水、撤销销户). Raises as `activate`."""
    _step(actor, account_id, AccountState.ACTIVE, CLOSE, "customers.resume", reason, on)


def start_closing(*, actor: Actor, account_id: int, reason: str, on: date) -> None:
    """Closing begins (销户中): nothing new is hung on the account; it is read, billed and paid to the end.

    Raises as `activate`.
    """
    _step(actor, account_id, AccountState.CLOSING, CLOSE, "customers.start_closing", reason, on)


def close_account(*, actor: Actor, account_id: int, clearance: Clearance, on: date) -> None:
    """Close the account (销户); what holds for it over time ends on the day, and it leaves its payer group. It can still be
    found, and still pay.

    Raises NotFound, NotPermitted, AccountClosed, StateNotAllowed, and the refusals of `check_clearance`.
    """
    with transaction.atomic():
        account = locked_account(actor, account_id, CLOSE, on=on)
        check_transition(AccountState(account.state), AccountState.CLOSED)
        check_clearance(clearance, account_id=account_id, on=on)
        _end_facts(account, on)
        left = leave_payer_group(account, from_date=on, on=on)
        before = account.state
        account.state = AccountState.CLOSED
        account.closed_date = on
        account.version += 1
        account.save(update_fields=["state", "closed_date", "version"])
        audit_account(
            actor,
            account,
            "customers.close_account",
            before={"state": before, **({"payer_group": left} if left else {})},
            after={"state": account.state, "closed_date": on},
        )


def _step(
    actor: Actor, account_id: int, wanted: AccountState, permission: str, action: str, reason: str, on: date
) -> None:
    check_evidence(reason)
    with transaction.atomic():
        account = locked_account(actor, account_id, permission, on=on)
        before = AccountState(account.state)
        check_transition(before, wanted)
        account.state = wanted
        account.version += 1
        account.save(update_fields=["state", "version"])
        audit_account(actor, account, action, before={"state": before}, after={"state": wanted}, reason=reason)


def _end_facts(account: Account, on: date) -> None:
    """Reliefs and household size end; the holder stays, who owes and is owed. Rows that begin later never come."""
    for model in (HouseholdSize, AccountRelief):
        rows = model.objects.filter(account_id=account.pk)
        rows.filter(from_date__lte=on, to_date__isnull=True).update(to_date=on)
        rows.filter(from_date__lte=on, to_date__gt=on).update(to_date=on)
        for later in rows.filter(from_date__gt=on):
            model.objects.filter(pk=later.pk).update(to_date=later.from_date)
    for later_holder in AccountHolder.objects.filter(account_id=account.pk, from_date__gt=on):
        AccountHolder.objects.filter(pk=later_holder.pk).update(to_date=later_holder.from_date)
