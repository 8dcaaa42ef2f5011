"""Accounts by their numbers, for the domains above (户号 → 账户)."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from qingyuan.domains.customers.models import Account, Customer
from qingyuan.domains.customers.rules.states import AccountState
from qingyuan.kernel.errors import NotFound


@dataclass(frozen=True, slots=True)
class AccountRef:
    """What an upper domain needs to hang something on an account."""

    id: int
    account_no: str
    company_id: int
    unit_id: int
    premise_id: int | None
    state: AccountState
    opened_date: date


_FIELDS = ("id", "account_no", "company_id", "unit_id", "premise_id", "state", "opened_date")


def account_refs(account_nos: Iterable[str]) -> Mapping[str, AccountRef]:
    """By account number; unknown numbers are left out. One query."""
    wanted = list(account_nos)
    return {ref.account_no: ref for ref in _refs(account_no__any=wanted)}


def account_refs_by_id(account_ids: Iterable[int]) -> Mapping[int, AccountRef]:
    """By account id; unknown ids are left out. One query."""
    return {ref.id: ref for ref in _refs(id__any=list(account_ids))}


def account_ref(account_no: str) -> AccountRef:
    """The account with this number. Raises NotFound."""
    found = account_refs([account_no]).get(account_no)
    if found is None:
        raise NotFound(account_no=account_no)
    return found


def customer_id_of(company_id: int, customer_no: str) -> int | None:
    """The company's customer with this number; None when there is none. One query."""
    found = Customer.objects.filter(company_id=company_id, customer_no=customer_no)
    return found.values_list("id", flat=True).first()


def _refs(**conditions: object) -> list[AccountRef]:
    rows = Account.objects.filter(**conditions).order_by("id").values_list(*_FIELDS)
    return [
        AccountRef(id_, number, company, unit, premise, AccountState(state), opened)
        for id_, number, company, unit, premise, state, opened in rows
    ]
