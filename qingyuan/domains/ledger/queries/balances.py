"""What accounts owe and have paid ahead (欠费、预存), from the stored balances."""

from collections.abc import Iterable, Mapping
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from qingyuan.domains.ledger.models import AccountBalance


class Balance(NamedTuple):
    """One account's figures; `oldest_due_date` None when nothing is owed."""

    owed: Decimal
    oldest_due_date: date | None
    open_count: int
    prepaid: Decimal


def balances(account_ids: Iterable[int]) -> Mapping[int, Balance]:
    """By account; accounts without a balance row are left out. One query."""
    rows = AccountBalance.objects.filter(account_id__any=list(account_ids))
    found = rows.values_list("account_id", "owed", "oldest_due_date", "open_count", "prepaid")
    return {account_id: Balance(owed, oldest, count, prepaid) for account_id, owed, oldest, count, prepaid in found}
