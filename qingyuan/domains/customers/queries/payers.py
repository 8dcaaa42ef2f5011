"""Who pays for accounts (缴费户): what a counter shows and a receipt says."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from django.db import connection

from qingyuan.domains.customers.rules.states import AccountState
from qingyuan.platform.columns import array_of


@dataclass(frozen=True, slots=True)
class PayerFacts:
    """An account as a cashier sees it. `customer_id` is the holder of the day, else the last one before it, None when
    there never was one. `payment_hold` is the reason of a PAYMENT hold in force, empty without one.
    """

    account_id: int
    account_no: str
    company_id: int
    unit_id: int
    state: AccountState
    customer_id: int | None
    name: str
    address: str
    payment_hold: str


_PAYERS = """
SELECT a.id, a.account_no, a.company_id, a.unit_id, a.state, h.customer_id, coalesce(c.name, ''),
       coalesce(p.address, ''), coalesce(b.reason, '')
  FROM account a
  LEFT JOIN premise p ON p.id = a.premise_id
  LEFT JOIN LATERAL (
    SELECT customer_id FROM account_holder WHERE account_id = a.id AND from_date <= %s
     ORDER BY from_date DESC, id DESC LIMIT 1
  ) h ON true
  LEFT JOIN customer c ON c.id = h.customer_id
  LEFT JOIN LATERAL (
    SELECT reason FROM account_hold WHERE account_id = a.id AND activity = 'PAYMENT' AND from_date <= %s
       AND (to_date IS NULL OR to_date > %s)
     ORDER BY id LIMIT 1
  ) b ON true
 WHERE a.id = ANY(%s)
"""


def payers(account_ids: Iterable[int], *, on: date) -> Mapping[int, PayerFacts]:
    """By account id; unknown ids are left out. One query."""
    with connection.cursor() as cursor:
        cursor.execute(_PAYERS, [on, on, on, array_of(sorted(set(account_ids)))])
        rows = cursor.fetchall()
    return {
        key: PayerFacts(key, number, company, unit, AccountState(state), customer, name, address, reason)
        for key, number, company, unit, state, customer, name, address, reason in rows
    }
