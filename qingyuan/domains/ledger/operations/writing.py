"""Clearings, prepayment movements and outstanding amounts, written set-wise (核销与预存的成批写入)."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from django.db import connection
from django.db.models import Q

from qingyuan.domains.ledger.models import OpenItem, Prepayment
from qingyuan.domains.ledger.operations.fen import amounts_text, fen_text, ids_text
from qingyuan.domains.ledger.queries.owed import OwedItem, owed_items
from qingyuan.domains.ledger.rules.states import ClearingSource, MovementKind
from qingyuan.platform.copying import copy_text, reserve_ids
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
    """What the accounts owe, and the given receivables and bills whether outstanding or not: locked, and read under the
    lock, so that what another transaction cleared meanwhile is seen.
    """
    wanted = Q(pk__any=list(open_item_ids))
    if account_ids:
        wanted |= Q(account_id__any=list(account_ids), outstanding__gt=0)
    if bill_ids:
        wanted |= Q(bill_id__any=list(bill_ids))
    ids = list(OpenItem.objects.filter(wanted).order_by("id").values_list("id", flat=True))
    if not ids:
        return ()
    hold(Rank.OPEN_ITEM, OpenItem, ids)
    return owed_items(open_item_ids=ids)


def hold_receivables_of(account_id: int) -> None:
    """Lock all receivables of an account, outstanding or not. For a reversal that another posting follows in the same
    transaction: the reversal goes on to prepayments, after which no receivable may be asked for. The caller holds the
    account, so that no new ones come meanwhile.
    """
    ids = OpenItem.objects.filter(account_id=account_id).order_by("id").values_list("id", flat=True)
    hold(Rank.OPEN_ITEM, OpenItem, list(ids))


def hold_prepayments(ids: Iterable[int]) -> dict[int, HeldPrepayment]:
    """Lock prepayments and read them under the lock."""
    wanted = sorted(set(ids))
    if not wanted:
        return {}
    hold(Rank.PREPAYMENT, Prepayment, wanted)
    rows = Prepayment.objects.filter(id__any=wanted).values_list(
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
            [ids_text(owners[pair] for pair in pairs), ids_text(accounts), ids_text(customers)],
        )
        cursor.execute(
            "SELECT p.account_id, p.customer_id, p.id FROM prepayment p"
            " JOIN unnest(%s::bigint[], %s::bigint[]) AS n(a, k) ON p.account_id = a AND p.customer_id = k",
            [ids_text(accounts), ids_text(customers)],
        )
        return {(account, customer): found for account, customer, found in cursor.fetchall()}


def write_clearings(clearings: Sequence[NewClearing]) -> None:
    """COPY clearings. The caller changes the outstanding amounts."""
    if not clearings:
        return
    columns = (
        "company_id", "open_item_id", "charge_item_id", "source", "source_id", "amount", "value_date", "journal_id",
        "reverses_id",
    )  # fmt: skip
    lines = [
        f"{row.company_id}\t{row.open_item_id}\t{row.charge_id}\t{row.source.value}\t{row.source_id}\t"
        f"{fen_text(row.amount)}\t{row.value_date}\t{row.journal_id}\t{_id_text(row.reverses_id)}\n"
        for row in clearings
    ]
    copy_text("clearing", columns, ["".join(lines)])


def write_movements(movements: Sequence[NewMovement]) -> None:
    """COPY movements and change the balances by them; the prepayments are held by the caller.

    IntegrityError when a balance would become negative: callers look first, under the lock.
    """
    if not movements:
        return
    columns = (
        "id", "prepayment_id", "kind", "amount", "source_type", "source_id", "value_date", "journal_id", "reverses_id",
    )  # fmt: skip
    lines = [
        f"{row.id}\t{row.prepayment_id}\t{row.kind.value}\t{fen_text(row.amount)}\t{row.source_type}\t"
        f"{_id_text(row.source_id)}\t{row.value_date}\t{row.journal_id}\t{_id_text(row.reverses_id)}\n"
        for row in movements
    ]
    copy_text("prepayment_movement", columns, ["".join(lines)])
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


def _id_text(value: int | None) -> str:
    return "\\N" if value is None else str(value)


def _add_to(table: str, column: str, changes: Mapping[int, Decimal]) -> None:
    ids = sorted(row for row, amount in changes.items() if amount)
    if not ids:
        return
    with connection.cursor() as cursor:
        cursor.execute(
            f"UPDATE {table} t SET {column} = t.{column} + n.amount"
            " FROM unnest(%s::bigint[], %s::numeric[]) AS n(id, amount) WHERE t.id = n.id",
            [ids_text(ids), amounts_text(changes[row] for row in ids)],
        )
