"""The state that one posting works on (台面): receivables and prepayments under lock, changed in memory before they are
written, so that credits, payments and offsets of one call see each other.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import date
from decimal import Decimal

from django.db import connection

from qingyuan.domains.ledger.operations import writing
from qingyuan.domains.ledger.operations.writing import HeldPrepayment
from qingyuan.domains.ledger.queries.owed import OwedItem
from qingyuan.domains.ledger.rules.netting import Part
from qingyuan.platform.columns import array_of

Owner = tuple[int, int]
"""An account's and a customer's id."""


class Desk:
    """Receivables by id, prepayments by id; `owner_ids` finds the prepayment of an account and customer."""

    def __init__(self, owed: Iterable[OwedItem], prepayments: Iterable[HeldPrepayment]) -> None:
        self.owed: dict[int, OwedItem] = {found.id: found for found in owed}
        self.by_bill: dict[int, int] = {
            found.bill_id: found.id for found in self.owed.values() if found.bill_id is not None
        }
        self.prepayments: dict[int, HeldPrepayment] = {}
        self.owner_ids: dict[Owner, int] = {}
        self.put_prepayments(prepayments)
        self._by_account: defaultdict[int, list[int]] = defaultdict(list)
        for found in sorted(self.owed.values(), key=lambda one: (one.due_date, one.id)):
            self._by_account[found.account_id].append(found.id)

    def add(self, found: OwedItem) -> None:
        """Put a new receivable on the desk; it stands behind older ones of the same due date."""
        self.owed[found.id] = found
        ids = self._by_account[found.account_id]
        ids.append(found.id)
        ids.sort(key=lambda one: (self.owed[one].due_date, one))

    def of_account(self, account_id: int, customer_id: int | None = None) -> list[OwedItem]:
        """What an account owes (of one customer), oldest due first; only what is outstanding."""
        return [
            found
            for found in (self.owed[one] for one in self._by_account.get(account_id, ()))
            if found.outstanding > 0 and (customer_id is None or found.customer_id == customer_id)
        ]

    def clear(self, open_item_id: int, cleared: Sequence[Part]) -> None:
        """Take cleared parts from a receivable."""
        found = self.owed[open_item_id]
        if cleared == found.parts:
            self.owed[open_item_id] = found._replace(outstanding=Decimal("0.00"), parts=())
            return
        taken = dict(cleared)
        parts = tuple(
            (charge, amount - taken.get(charge, Decimal("0.00")))
            for charge, amount in found.parts
            if amount > taken.get(charge, Decimal("0.00"))
        )
        outstanding = found.outstanding - sum(taken.values(), Decimal("0.00"))
        self.owed[open_item_id] = found._replace(outstanding=outstanding, parts=parts)

    def unclear(self, open_item_id: int, charge_id: int, amount: Decimal) -> None:
        """Give back what a clearing took from a receivable."""
        found = self.owed[open_item_id]
        parts = dict(found.parts)
        parts[charge_id] = parts.get(charge_id, Decimal("0.00")) + amount
        self.owed[open_item_id] = found._replace(outstanding=found.outstanding + amount, parts=tuple(parts.items()))

    def put_prepayments(self, held: Iterable[HeldPrepayment]) -> None:
        """Put locked prepayments on the desk."""
        for found in held:
            self.prepayments[found.id] = found
            self.owner_ids[found.account_id, found.customer_id] = found.id

    def change_prepayment(self, prepayment_id: int, amount: Decimal) -> None:
        """Add to (or, negative, take from) a prepayment."""
        found = self.prepayments[prepayment_id]
        self.prepayments[prepayment_id] = found._replace(balance=found.balance + amount)


def accounts_on_hold(account_ids: Iterable[int], on: date) -> frozenset[int]:
    """The accounts with a PAYMENT hold on the day: their prepayment stays untouched. The hold is the customer file's row."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT DISTINCT account_id FROM account_hold WHERE account_id = ANY(%s) AND activity = 'PAYMENT'"
            " AND from_date <= %s AND (to_date IS NULL OR to_date > %s)",
            [array_of(sorted(set(account_ids))), on, on],
        )
        return frozenset(row[0] for row in cursor.fetchall())


def lay_out(
    *,
    money_of: Iterable[int] = (),
    owed_of: Iterable[int] = (),
    bill_ids: Iterable[int] = (),
    open_item_ids: Iterable[int] = (),
    prepayment_ids: Iterable[int] = (),
    owners: Iterable[tuple[int, int, int]] = (),
) -> Desk:
    """Lock and read what a posting works on, receivables before prepayments.

    `money_of`: accounts whose prepayments (if any has money) and receivables are wanted; `owed_of`: accounts whose
    receivables are wanted; `bill_ids`, `open_item_ids`: single receivables; `prepayment_ids`: single prepayments; `owners`: (company, account, customer) whose
    prepayment is wanted even if it has to be made.
    """
    with_money = _with_money(money_of)
    owed = writing.hold_owed(
        account_ids=sorted(set(owed_of) | set(with_money.values())),
        bill_ids=sorted(set(bill_ids)),
        open_item_ids=sorted(set(open_item_ids)),
    )
    desk = Desk(owed, ())
    add_prepayments(desk, owners=owners, prepayment_ids=[*with_money, *prepayment_ids])
    return desk


def add_prepayments(
    desk: Desk,
    *,
    owners: Iterable[tuple[int, int, int]] = (),
    money_of: Iterable[int] = (),
    prepayment_ids: Iterable[int] = (),
) -> None:
    """Lock and read prepayments for a desk whose receivables are there already; see `lay_out`."""
    made = writing.ensure_prepayments({(account, customer): company for company, account, customer in owners})
    wanted = {*made.values(), *_with_money(money_of), *prepayment_ids}
    desk.put_prepayments(writing.hold_prepayments(wanted).values())


def _with_money(account_ids: Iterable[int]) -> dict[int, int]:
    """The prepayments of accounts that have money: id → account."""
    wanted = sorted(set(account_ids))
    if not wanted:
        return {}
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT id, account_id FROM prepayment WHERE account_id = ANY(%s) AND balance > 0", [array_of(wanted)]
        )
        return dict(cursor.fetchall())
