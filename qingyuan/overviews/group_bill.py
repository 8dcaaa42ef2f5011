"""The group bill (合收账单): a statement over the bills of a payer group's accounts. It is no receivable: the bills are.

Of a reading period it holds the bills of the accounts that were in the group on the bill's posting date; of all that is
owed, the open receivables of the accounts that are in the group on the day. Cancelled bills are left out, corrections
are rows of their own.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, ClassVar

from django.db import connection

from qingyuan.domains.customers.models import PayerGroup
from qingyuan.domains.customers.queries import payers
from qingyuan.kernel.actor import Actor
from qingyuan.kernel.errors import DomainError, NotFound
from qingyuan.kernel.money import ZERO_MONEY
from qingyuan.kernel.period import Month
from qingyuan.platform.staff.queries import reach

VIEW = "billing.view"
MOST = 20_000


class GroupBillTooLarge(DomainError):
    """The statement holds more bills than one can be made of (合收账单过大)."""

    code: ClassVar[str] = "office.group_bill_too_large"


@dataclass(frozen=True, slots=True)
class ItemColumn:
    """A charge item that at least one bill of the statement has."""

    id: int
    name: str
    name_en: str


@dataclass(frozen=True, slots=True)
class GroupBillRow:
    """A bill. `items` by charge item id; `amount` = their sum = `cleared` + `owed`, in yuan.

    `kind` and `volume` (m³) are None for a debt taken over without a bill. A credit (退减) is below zero and wholly
    cleared: it is never owed. `corrects_no` is the number of the bill that it corrects, or "".
    """

    account_no: str
    name: str
    bill_no: str
    yyyymm: int
    kind: str | None
    corrects_no: str
    posting_date: date
    due_date: date
    volume: Decimal | None
    items: Mapping[int, Decimal]
    amount: Decimal
    owed: Decimal

    @property
    def cleared(self) -> Decimal:
        """What was paid, taken from prepayment or credited (已销)."""
        return self.amount - self.owed


@dataclass(frozen=True, slots=True)
class GroupBillSum:
    """The sums of an account's bills, or of all: `account_no` and `name` are "" for the whole group."""

    account_no: str
    name: str
    bills: int
    volume: Decimal
    items: Mapping[int, Decimal]
    amount: Decimal
    cleared: Decimal
    owed: Decimal


@dataclass(frozen=True, slots=True)
class GroupBill:
    """The statement. `month` None: all that is owed. Rows by account number, period and age; `accounts` in that order."""

    code: str
    name: str
    unit_name: str
    payer_no: str
    payer_name: str
    month: Month | None
    items: tuple[ItemColumn, ...]
    rows: tuple[GroupBillRow, ...]
    accounts: tuple[GroupBillSum, ...]
    total: GroupBillSum


# Either way one row a bill: bill or 0, receivable or 0, account, and what the statement says of it.
_OF_PERIOD = """
    SELECT b.id, 0, b.account_id, b.bill_no, b.yyyymm, b.kind, COALESCE(c.bill_no, ''), b.posting_date, b.due_date,
           b.volume, b.amount, COALESCE(o.outstanding, 0)
    FROM payer_group_member m
    JOIN bill b ON b.account_id = m.account_id AND b.posting_date >= m.from_date
        AND (m.to_date IS NULL OR b.posting_date < m.to_date)
    LEFT JOIN open_item o ON o.bill_id = b.id
    LEFT JOIN bill c ON c.id = b.corrects_bill_id
    WHERE m.group_id = %(group)s AND b.yyyymm = %(yyyymm)s
        AND NOT EXISTS (SELECT 1 FROM bill_reversal r WHERE r.bill_id = b.id)
    ORDER BY b.account_id, b.id LIMIT %(limit)s
"""
_OWED = """
    SELECT COALESCE(b.id, 0), CASE WHEN b.id IS NULL THEN o.id ELSE 0 END, o.account_id, COALESCE(b.bill_no, o.label),
           o.yyyymm, b.kind, COALESCE(c.bill_no, ''), o.posting_date, o.due_date, b.volume, o.amount, o.outstanding
    FROM payer_group_member m
    JOIN open_item o ON o.account_id = m.account_id AND o.outstanding > 0
    LEFT JOIN bill b ON b.id = o.bill_id
    LEFT JOIN bill c ON c.id = b.corrects_bill_id
    WHERE m.group_id = %(group)s AND m.from_date <= %(on)s AND (m.to_date IS NULL OR m.to_date > %(on)s)
    ORDER BY o.account_id, o.id LIMIT %(limit)s
"""
# A debt without a bill has its parts; a bill its lines, which may be below zero where the parts are netted.
_ITEMS = """
    SELECT part.bill_id, part.open_item_id, i.id, i.name, COALESCE(NULLIF(i.name_en, ''), i.name), part.amount
    FROM (
        SELECT l.bill_id, 0::bigint AS open_item_id, l.charge_item_id, sum(l.amount) AS amount
        FROM bill_line l WHERE l.bill_id = ANY(%(bills)s) GROUP BY l.bill_id, l.charge_item_id
        UNION ALL
        SELECT 0, p.open_item_id, p.charge_item_id, p.amount
        FROM open_item_part p WHERE p.open_item_id = ANY(%(debts)s)
    ) part JOIN charge_item i ON i.id = part.charge_item_id
    ORDER BY i.position, i.id
"""


def group_bill(actor: Actor, code: str, *, month: Month | None, on: date) -> GroupBill:
    """The statement of the group `code` for a reading period, or (None) of all that is owed on the day.

    Four queries beside those of the reach. Raises NotFound for a group that is not there or out of the reach of
    `billing.view`, GroupBillTooLarge above MOST bills.
    """
    group = PayerGroup.objects.select_related("payer", "unit").filter(code=code).first()
    if group is None or not reach(actor, VIEW, on=on).covers(group.unit_id):
        raise NotFound(payer_group=code)
    asked = {"group": group.pk, "on": on, "limit": MOST + 1, "yyyymm": None if month is None else month.number}
    found = _asked(_OWED if month is None else _OF_PERIOD, asked)
    if len(found) > MOST:
        raise GroupBillTooLarge(group=code, maximum=MOST)
    keys = {"bills": [row[0] for row in found if row[0]], "debts": [row[1] for row in found if row[1]]}
    columns, amounts = _items(_asked(_ITEMS, keys))
    rows = _rows(found, amounts, on)
    return GroupBill(
        code=group.code,
        name=group.name,
        unit_name=group.unit.short_name or group.unit.name,
        payer_no=group.payer.customer_no,
        payer_name=group.payer.name,
        month=month,
        items=columns,
        rows=rows,
        accounts=_by_account(rows),
        total=_sum("", "", rows),
    )


def _asked(statement: str, params: Mapping[str, Any]) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(statement, params)
        rows: list[tuple[Any, ...]] = cursor.fetchall()
        return rows


def _items(
    found: Iterable[tuple[Any, ...]],
) -> tuple[tuple[ItemColumn, ...], Mapping[tuple[int, int], dict[int, Decimal]]]:
    columns: dict[int, ItemColumn] = {}
    amounts: defaultdict[tuple[int, int], dict[int, Decimal]] = defaultdict(dict)
    for bill_id, open_item_id, item_id, name, name_en, amount in found:
        columns.setdefault(item_id, ItemColumn(item_id, name, name_en))
        amounts[bill_id, open_item_id][item_id] = amount
    return tuple(columns.values()), amounts


def _rows(
    found: Sequence[tuple[Any, ...]], amounts: Mapping[tuple[int, int], Mapping[int, Decimal]], on: date
) -> tuple[GroupBillRow, ...]:
    known = payers({row[2] for row in found}, on=on)
    ordered = sorted(found, key=lambda row: (known[row[2]].account_no, row[4]))  # then by age, as the query has them
    rows = []
    for bill_id, open_item_id, account_id, number, yyyymm, kind, corrects, posted, due, volume, amount, owed in ordered:
        payer, items = known[account_id], amounts.get((bill_id, open_item_id), {})
        rows.append(
            GroupBillRow(
                account_no=payer.account_no,
                name=payer.name,
                bill_no=number,
                yyyymm=yyyymm,
                kind=kind,
                corrects_no=corrects,
                posting_date=posted,
                due_date=due,
                volume=volume,
                items=items,
                amount=amount,
                owed=owed,
            )
        )
    return tuple(rows)


def _by_account(rows: Sequence[GroupBillRow]) -> tuple[GroupBillSum, ...]:
    of_account: defaultdict[tuple[str, str], list[GroupBillRow]] = defaultdict(list)
    for row in rows:
        of_account[row.account_no, row.name].append(row)
    return tuple(_sum(account_no, name, own) for (account_no, name), own in of_account.items())


def _sum(account_no: str, name: str, rows: Sequence[GroupBillRow]) -> GroupBillSum:
    items: dict[int, Decimal] = {}
    for row in rows:
        for item_id, amount in row.items.items():
            items[item_id] = items.get(item_id, ZERO_MONEY) + amount
    return GroupBillSum(
        account_no=account_no,
        name=name,
        bills=len(rows),
        volume=sum((row.volume for row in rows if row.volume is not None), Decimal(0)),
        items=items,
        amount=sum((row.amount for row in rows), ZERO_MONEY),
        cleared=sum((row.cleared for row in rows), ZERO_MONEY),
        owed=sum((row.owed for row in rows), ZERO_MONEY),
    )
