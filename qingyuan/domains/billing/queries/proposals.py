"""Correction proposals as their list shows them (退补建议)."""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from qingyuan.domains.billing.queries.statements import rows_of
from qingyuan.kernel.actor import Actor
from qingyuan.platform.staff.queries import reach


@dataclass(frozen=True, slots=True)
class ProposalRow:
    """A proposal: what the bill should be corrected by, and why. `cause_bill_no` is the bill that moved the room."""

    id: int
    account_no: str
    bill_no: str
    yyyymm: int
    bill_amount: Decimal
    amount: Decimal
    cause: str
    cause_bill_no: str
    state: str
    created_at: datetime
    unit_id: int
    version: int


def proposals(
    *, actor: Actor, company_id: int, on: date, state: str = "OPEN", account_id: int | None = None, limit: int = 500
) -> tuple[ProposalRow, ...]:
    """Proposals within the actor's reach (billing.view), the largest money first; `state` empty: all."""
    sql = """
        SELECT p.id, a.account_no, b.bill_no, b.yyyymm, b.amount, p.amount, p.cause, COALESCE(c.bill_no, ''), p.state,
               p.created_at, b.unit_id, p.version
        FROM rerate_proposal p JOIN bill b ON b.id = p.bill_id JOIN account a ON a.id = p.account_id
        LEFT JOIN bill c ON c.id = p.cause_bill_id
        WHERE p.company_id = %(company)s AND (%(state)s = '' OR p.state = %(state)s)
          AND (%(account)s::bigint IS NULL OR p.account_id = %(account)s)
        ORDER BY abs(p.amount) DESC, p.id LIMIT %(limit)s
    """
    reached = reach(actor, "billing.view", on=on)
    rows = rows_of(sql, {"company": company_id, "state": state, "account": account_id, "limit": limit})
    return tuple(_row(row) for row in rows if reached.covers(row[10]))


def _row(row: tuple[Any, ...]) -> ProposalRow:
    return ProposalRow(*row)
