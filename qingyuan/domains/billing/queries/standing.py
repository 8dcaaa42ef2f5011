"""Recurring fees that are due (到期周期费用): whose period begins in a month and does not stand charged."""

from collections.abc import Collection
from dataclasses import dataclass
from decimal import Decimal

from qingyuan.domains.billing.queries.statements import array_literal, rows_of
from qingyuan.kernel.period import Month


@dataclass(frozen=True, slots=True)
class DueFee:
    """A recurring fee whose period begins in the month asked for."""

    standing_fee_id: int
    account_id: int
    account_no: str
    fee_type_id: int
    fee_name: str
    quantity: Decimal | None
    amount: Decimal | None
    every_months: int
    note: str


def due_fees(
    month: Month,
    *,
    company_id: int,
    unit_ids: Collection[int] | None = None,
    fee_type_id: int | None = None,
    standing_fee_ids: Collection[int] | None = None,
) -> tuple[DueFee, ...]:
    """What is due in the month, by account number; of these units, of this type, or of the given ones alone. One query.

    A fee of an account that was closed before the month is not due any more.
    """
    given = {
        "company": company_id,
        "month": month.number,
        "first": month.first_date,
        "units": None if unit_ids is None else array_literal(sorted(unit_ids)),
        "type": fee_type_id,
        "ids": None if standing_fee_ids is None else array_literal(standing_fee_ids),
    }
    return tuple(DueFee(*row) for row in rows_of(_DUE, given))


_INDEX = "(({0}) / 100 * 12 + ({0}) %% 100)"
_DUE = f"""
    SELECT s.id, s.account_id, a.account_no, s.fee_type_id, t.name, s.quantity, s.amount, s.every_months, s.note
    FROM standing_fee s JOIN account a ON a.id = s.account_id JOIN fee_type t ON t.id = s.fee_type_id
    WHERE s.company_id = %(company)s AND s.from_yyyymm <= %(month)s
      AND (s.until_yyyymm IS NULL OR s.until_yyyymm >= %(month)s)
      AND ({_INDEX.format("%(month)s::int")} - {_INDEX.format("s.from_yyyymm")}) %% s.every_months = 0
      AND (a.state <> 'CLOSED' OR a.closed_date >= %(first)s)
      AND (%(units)s::bigint[] IS NULL OR a.unit_id = ANY(%(units)s::bigint[]))
      AND (%(type)s::bigint IS NULL OR s.fee_type_id = %(type)s)
      AND (%(ids)s::bigint[] IS NULL OR s.id = ANY(%(ids)s::bigint[]))
      AND NOT EXISTS (SELECT 1 FROM standing_fee_live l WHERE l.standing_fee_id = s.id AND l.yyyymm = %(month)s)
    ORDER BY a.account_no COLLATE "C", s.id
"""
