"""Clearings, prepayment movements and outstanding amounts, written set-wise (核销与预存的成批写入)."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from django.db import connection

from qingyuan.domains.ledger.models import OpenItem, Prepayment
from qingyuan.domains.ledger.queries.owed import OwedItem, owed_items
from qingyuan.domains.ledger.rules.states import ClearingSource, MovementKind
from qingyuan.kernel.money import money
from qingyuan.platform.copying import copy_rows, reserve_ids
from qingyuan.platform.locking.door import hold
from qingyuan.platform.locking.rank import Rank


class NewClearing(NamedTuple):
    """A clearing to be written; `reverses_id` makes it the undoing of another, with a negative amount."""

    company_id: int
    open_item_id: int
    charge_id: int
    source: ClearingSource
    source_id: int
    amount: Decimal
    value_date: date
    journal_id: int
    reverses_id: int | None = None


class NewMovement(NamedTuple):
    """A change of a prepayment to be written."""

    id: int
    prepayment_id: int
    kind: MovementKind
    amount: Decimal
    source_type: str
    source_id: int | None
    value_date: date
    journal_id: int
    reverses_id: int | None = None


class HeldPrepayment(NamedTuple):
    """A prepayment under lock."""

    id: int
    company_id: int
    account_id: int
    customer_id: int
    balance: Decimal


def hold_owed(
    *, account_ids: Sequence[int] = (), open_item_ids: Sequence[int] = (), bill_ids: Sequence[int] = ()
) -> tuple[OwedItem, ...]:
    """`owed_items`, locked and read under the lock: what another transaction cleared meanwhile is seen."""
    if account_ids:
        found = OpenItem.objects.filter(account_id__in=account_ids, outstanding__gt=0)
    elif open_item_ids:
        found = OpenItem.objects.filter(id__in=open_item_ids)
    else:
        found = OpenItem.objects.filter(bill_id__in=bill_ids)
    ids = list(found.order_by("id").values_list("id", flat=True))
    if not ids:
        return ()
    hold(Rank.OPEN_ITEM, OpenItem, ids)
    return owed_items(open_item_ids=ids)


def hold_prepayments(ids: Iterable[int]) -> dict[int, HeldPrepayment]:
    """Lock prepayments and read them under the lock."""
    wanted = sorted(set(ids))
    if not wanted:
        return {}
    hold(Rank.PREPAYMENT, Prepayment, wanted)
    rows = Prepayment.objects.filter(id__in=wanted).values_list(
        "id", "company_id", "account_id", "customer_id", "balance"
    )
    return {row[0]: HeldPrepayment(*row) for row in rows}


def ensure_prepayments(owners: Mapping[tuple[int, int], int]) -> dict[tuple[int, int], int]:
    """The prepayment ids of (account, customer) pairs, made with 0.00 where missing. `owners`: pair → company."""
    pairs = sorted(owners)
    if not pairs:
        return {}
    accounts, customers = [pair[0] for pair in pairs], [pair[1] for pair in pairs]
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO prepayment (company_id, account_id, customer_id, balance)"
            " SELECT c, a, k, 0 FROM unnest(%s::bigint[], %s::bigint[], %s::bigint[]) AS n(c, a, k)"
            " WHERE NOT EXISTS (SELECT 1 FROM prepayment p WHERE p.account_id = a AND p.customer_id = k)"
            " ORDER BY a, k ON CONFLICT (account_id, customer_id) DO NOTHING",
            [[owners[pair] for pair in pairs], accounts, customers],
        )
        cursor.execute(
            "SELECT p.account_id, p.customer_id, p.id FROM prepayment p"
            " JOIN unnest(%s::bigint[], %s::bigint[]) AS n(a, k) ON p.account_id = a AND p.customer_id = k",
            [accounts, customers],
        )
        return {(account, customer): found for account, customer, found in cursor.fetchall()}


def write_clearings(clearings: Sequence[NewClearing]) -> None:
    """COPY clearings. The caller changes the outstanding amounts."""
    if clearings:
        copy_rows(
            "clearing",
            (
                "company_id", "open_item_id", "charge_item_id", "source", "source_id", "amount", "value_date",
                "journal_id", "reverses_id",
            ),
            ((*row[:3], row.source.value, row.source_id, money(row.amount), *row[6:]) for row in clearings),
        )  # fmt: skip


def write_movements(movements: Sequence[NewMovement]) -> None:
    """COPY movements and change the balances by them; the prepayments are held by the caller.

    IntegrityError when a balance would become negative: callers look first, under the lock.
    """
    if not movements:
        return
    copy_rows(
        "prepayment_movement",
        (
            "id", "prepayment_id", "kind", "amount", "source_type", "source_id", "value_date", "journal_id",
            "reverses_id",
        ),
        ((row.id, row.prepayment_id, row.kind.value, money(row.amount), *row[4:]) for row in movements),
    )  # fmt: skip
    changes: dict[int, Decimal] = {}
    for row in movements:
        changes[row.prepayment_id] = changes.get(row.prepayment_id, Decimal("0.00")) + row.amount
    _add_to("prepayment", "balance", changes)


def change_outstanding(changes: Mapping[int, Decimal]) -> None:
    """Add to what is outstanding of receivables (held by the caller); negative clears."""
    _add_to("open_item", "outstanding", changes)


def reserve_movements(count: int) -> list[int]:
    """Ids for movements that clearings will name."""
    return reserve_ids("prepayment_movement", count)


def _add_to(table: str, column: str, changes: Mapping[int, Decimal]) -> None:
    ids = sorted(row for row, amount in changes.items() if amount)
    if not ids:
        return
    with connection.cursor() as cursor:
        cursor.execute(
            f"UPDATE {table} t SET {column} = t.{column} + n.amount"
            " FROM unnest(%s::bigint[], %s::numeric[]) AS n(id, amount) WHERE t.id = n.id",
            [ids, [changes[row] for row in ids]],
        )
