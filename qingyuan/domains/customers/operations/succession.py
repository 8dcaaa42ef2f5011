"""One account under its lock, and facts of it that follow one another over time (时效变更)."""

from collections.abc import Mapping
from datetime import date
from typing import TypeVar

from django.db import IntegrityError, transaction
from django.db.models import QuerySet

from qingyuan.domains.customers.declarations import BACKDATE_DAYS
from qingyuan.domains.customers.models import Account, AccountHolder, AccountRelief, AccountTax, HouseholdSize
from qingyuan.domains.customers.operations.locks import lock_accounts
from qingyuan.domains.customers.rules.history import ChangeBeforeCurrent, InForce, spans_to_close
from qingyuan.domains.customers.rules.states import AccountState
from qingyuan.kernel.actor import Actor
from qingyuan.kernel.errors import DomainError, NotFound
from qingyuan.platform.audit.operations import record
from qingyuan.platform.parameters.queries import integer
from qingyuan.platform.staff.operations import require

Fact = TypeVar("Fact", AccountHolder, HouseholdSize, AccountRelief, AccountTax)


class AccountClosed(DomainError):
    """The account is closed: its file is not changed any more."""

    code = "customers.account_closed"


def locked_account(actor: Actor, account_id: int, permission: str, *, on: date, closed_too: bool = False) -> Account:
    """The account, locked in the caller's transaction, which the actor may change.

    Raises NotFound, NotPermitted, and AccountClosed unless `closed_too`.
    """
    unit_id = Account.objects.filter(id=account_id).values_list("unit_id", flat=True).first()
    if unit_id is None:
        raise NotFound(account_id=account_id)
    require(actor, permission, on=on, unit_id=unit_id)
    lock_accounts([account_id])
    account = Account.objects.get(id=account_id)
    if account.state == AccountState.CLOSED and not closed_too:
        raise AccountClosed(account_no=account.account_no)
    return account


def last_of(rows: "QuerySet[Fact]") -> Fact | None:
    """The row that began last."""
    return rows.order_by("-from_date", "-id").first()


def close_last(rows: "QuerySet[Fact]", *, account: Account, from_date: date, on: date) -> None:
    """End the row in force at `from_date`, so that the next may begin there. Raises the refusals of `history`."""
    last = last_of(rows)
    spans = [] if last is None else [InForce(last.from_date, last.to_date)]
    days_back = integer(BACKDATE_DAYS, unit_id=account.unit_id, on=on)
    closes = spans_to_close(spans, opened_date=account.opened_date, from_date=from_date, on=on, days_back=days_back)
    if last is not None and any(closes):
        rows.filter(pk=last.pk).update(to_date=from_date)


def add(fact: Fact) -> Fact:
    """Save the next row. Raises ChangeBeforeCurrent when a row in force stands in its way after all."""
    try:
        with transaction.atomic():
            fact.save(force_insert=True)
    except IntegrityError as error:
        raise ChangeBeforeCurrent(from_date=fact.from_date, current_from=fact.from_date) from error
    return fact


def audit_account(
    actor: Actor,
    account: Account,
    action: str,
    *,
    before: Mapping[str, object] | None = None,
    after: Mapping[str, object] | None = None,
    reason: str = "",
) -> None:
    """One entry about the account."""
    record(
        actor=actor,
        action=action,
        object_type="account",
        object_key=account.account_no,
        company_id=account.company_id,
        unit_id=account.unit_id,
        before=before,
        after=after,
        reason=reason,
    )
