"""The books of one account, for its page (户账): balances, receivables, prepayment movements, within the actor's reach."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db import connection

from qingyuan.domains.ledger.models import AccountBalance, PrepaymentMovement
from qingyuan.kernel.actor import Actor
from qingyuan.kernel.errors import NotFound
from qingyuan.platform.staff import queries as staff

_ZERO = Decimal("0.00")


@dataclass(frozen=True, slots=True)
class Balance:
    """What an account owes and has paid ahead, in yuan."""

    owed: Decimal
    oldest_due_date: date | None
    open_count: int
    prepaid: Decimal


NOTHING_OWED = Balance(_ZERO, None, 0, _ZERO)


@dataclass(frozen=True, slots=True)
class Receivable:
    """A receivable with what cleared it, by where the money came from. `reversed`: the bill was cancelled."""

    id: int
    label: str
    kind: str
    bill_id: int | None
    yyyymm: int
    posting_date: date
    due_date: date
    amount: Decimal
    outstanding: Decimal
    paid: Decimal
    offset: Decimal
    credited: Decimal
    reversed: bool


@dataclass(frozen=True, slots=True)
class Movement:
    """A change of the prepayment."""

    id: int
    kind: str
    amount: Decimal
    value_date: date
    customer_id: int


def balances_of(account_ids: Iterable[int]) -> Mapping[int, Balance]:
    """The stored balances, by account; accounts without a row are left out. One query, no reach: for lists that the
    caller has filtered.
    """
    rows = AccountBalance.objects.filter(account_id__any=list(account_ids)).values_list(
        "account_id", "owed", "oldest_due_date", "open_count", "prepaid"
    )
    return {account_id: Balance(owed, oldest, count, prepaid) for account_id, owed, oldest, count, prepaid in rows}


def receivables_of(
    *, actor: Actor, account_id: int, on: date, limit: int = 50, offset: int = 0, open_only: bool = False
) -> tuple[Receivable, ...]:
    """The account's receivables, newest period first. Raises NotFound outside the reach of ledger.view."""
    _within_reach(actor, account_id, on)
    with connection.cursor() as cursor:
        cursor.execute(
            _RECEIVABLES.format(only="AND o.outstanding > 0" if open_only else ""),
            [account_id, min(limit, 500), offset],
        )
        return tuple(Receivable(*row) for row in cursor.fetchall())


def movements_of(*, actor: Actor, account_id: int, on: date, limit: int = 50, offset: int = 0) -> tuple[Movement, ...]:
    """The changes of the account's prepayment, newest first. Raises NotFound outside the reach of ledger.view."""
    _within_reach(actor, account_id, on)
    rows = PrepaymentMovement.objects.filter(prepayment__account_id=account_id).order_by("-id")
    return tuple(
        Movement(*row)
        for row in rows.values_list("id", "kind", "amount", "value_date", "prepayment__customer_id")[
            offset : offset + min(limit, 500)
        ]
    )


def _within_reach(actor: Actor, account_id: int, on: date) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT unit_id FROM account WHERE id = %s", [account_id])
        row = cursor.fetchone()
    if row is None or not staff.reach(actor, "ledger.view", on=on).covers(row[0]):
        raise NotFound(account=account_id)


_RECEIVABLES = """
SELECT o.id, o.label, o.kind, o.bill_id, o.yyyymm, o.posting_date, o.due_date, o.amount, o.outstanding,
       coalesce(sum(c.amount) FILTER (WHERE c.source = 'PAYMENT'), 0),
       coalesce(sum(c.amount) FILTER (WHERE c.source = 'PREPAYMENT'), 0),
       coalesce(sum(c.amount) FILTER (WHERE c.source = 'CREDIT'), 0),
       coalesce(bool_or(c.source = 'REVERSAL'), false)
  FROM (
    SELECT * FROM open_item o WHERE account_id = %s {only} ORDER BY yyyymm DESC, id DESC LIMIT %s OFFSET %s
  ) o
  LEFT JOIN clearing c ON c.open_item_id = o.id
 GROUP BY o.id, o.label, o.kind, o.bill_id, o.yyyymm, o.posting_date, o.due_date, o.amount, o.outstanding
 ORDER BY o.yyyymm DESC, o.id DESC
"""
