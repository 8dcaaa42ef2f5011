"""Bills that are to be told (账单通知): what a notice says of each, and how its account wants to be told."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db import connection

from qingyuan.domains.billing.rules.states import BillKind


@dataclass(frozen=True, slots=True)
class ToldBill:
    """A live bill with its account. `wants` and `language` are the account's own choices, empty for none; the contact is the
    chosen one while it is the debtor's, else the debtor's main one. `corrected_no`: the bill that this one corrects. `fee`:
    the name of a fee, empty for other bills.
    """

    id: int
    bill_no: str
    company_id: int
    unit_id: int
    book_id: int | None
    account_id: int
    account_no: str
    name: str
    kind: BillKind
    yyyymm: int
    from_date: date
    to_date: date
    volume: Decimal
    amount: Decimal
    due_date: date
    address: str
    corrected_no: str
    fee: str
    wants: str
    language: str
    phone: str
    may_message: bool


def bounds_of_run(run_id: int) -> tuple[int, int] | None:
    """The least and the greatest id of the run's bills, None when it has none."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT min(id), max(id) FROM bill WHERE run_id = %s", [run_id])
        first, last = cursor.fetchone()
    return None if first is None else (first, last)


def accounts_of_run(run_id: int, *, after: int, until: int) -> tuple[int, ...]:
    """The accounts of the run's bills with ids in (after, until]."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT DISTINCT account_id FROM bill WHERE id > %s AND id <= %s AND run_id = %s ORDER BY 1",
            [after, until, run_id],
        )
        return tuple(row[0] for row in cursor.fetchall())


def bills_of_run(run_id: int, *, after: int, until: int) -> tuple[ToldBill, ...]:
    """The run's live bills with ids in (after, until], in their order."""
    return _bills("b.id > %s AND b.id <= %s AND b.run_id = %s", [after, until, run_id])


def bill_to_tell(bill_no: str) -> ToldBill | None:
    """A bill by its number; None when there is none or it was cancelled."""
    found = _bills("b.bill_no = %s", [bill_no])
    return found[0] if found else None


def latest_bill(company_id: int, kinds: Sequence[BillKind], *, corrections: bool) -> ToldBill | None:
    """The company's newest live bill of these kinds, for a preview; corrections or others."""
    found = _bills(
        "b.id = (SELECT n.id FROM bill n WHERE n.company_id = %s AND n.kind = ANY(%s)"
        " AND (n.corrects_bill_id IS NOT NULL) = %s"
        " AND NOT EXISTS (SELECT 1 FROM bill_reversal r WHERE r.bill_id = n.id) ORDER BY n.id DESC LIMIT 1)",
        [company_id, [kind.value for kind in kinds], corrections],
    )
    return found[0] if found else None


def _bills(condition: str, params: list[int | str | bool | list[str]]) -> tuple[ToldBill, ...]:
    with connection.cursor() as cursor:
        cursor.execute(f"{_BILLS} WHERE {condition} AND {_LIVE} ORDER BY b.id", params)
        return tuple(_told(row) for row in cursor.fetchall())


def _told(row: Sequence[object]) -> ToldBill:
    values = list(row)
    values[8] = BillKind(str(values[8]))
    return ToldBill(*values)  # type: ignore[arg-type]  # the columns stand in the order of the fields


_LIVE = "NOT EXISTS (SELECT 1 FROM bill_reversal r WHERE r.bill_id = b.id)"
_BILLS = """
    SELECT b.id, b.bill_no, b.company_id, b.unit_id, b.book_id, b.account_id, a.account_no, c.name, b.kind, b.yyyymm,
           b.from_date, b.to_date, b.volume, b.amount, b.due_date, coalesce(p.address, ''),
           coalesce((SELECT o.bill_no FROM bill o WHERE o.id = b.corrects_bill_id), ''),
           coalesce((SELECT t.name FROM fee_charge f JOIN fee_type t ON t.id = f.fee_type_id WHERE f.bill_id = b.id), ''),
           coalesce(n.channel, ''), coalesce(n.language, ''), coalesce(k.phone, ''), coalesce(k.may_message, false)
    FROM bill b
    JOIN account a ON a.id = b.account_id
    JOIN customer c ON c.id = b.customer_id
    LEFT JOIN premise p ON p.id = a.premise_id
    LEFT JOIN account_notices n ON n.account_id = b.account_id
    LEFT JOIN LATERAL (
        SELECT one.phone, one.may_message FROM contact one WHERE one.customer_id = b.customer_id
        ORDER BY (one.id = n.contact_id) IS TRUE DESC, one.is_primary DESC, one.id LIMIT 1
    ) k ON true
"""
