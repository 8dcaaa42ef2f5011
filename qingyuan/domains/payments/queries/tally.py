"""The sums of a session (班次汇总), per tender as total, void and standing."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.db import connection

_ZERO = Decimal("0.00")


@dataclass(frozen=True, slots=True)
class TenderTotal:
    """Payments of a session by one tender: how many tenders and how much, voided ones apart. Yuan."""

    kind: str
    count: int
    amount: Decimal
    void_count: int
    void_amount: Decimal


@dataclass(frozen=True, slots=True)
class SessionCash:
    """The cash of the payments that stand."""

    cash_in: Decimal
    change_out: Decimal


_TENDERS = """
SELECT t.kind, count(*) FILTER (WHERE v.id IS NULL), coalesce(sum(t.amount) FILTER (WHERE v.id IS NULL), 0),
       count(v.id), coalesce(sum(t.amount) FILTER (WHERE v.id IS NOT NULL), 0)
  FROM payment p JOIN payment_tender t ON t.payment_id = p.id LEFT JOIN payment_void v ON v.payment_id = p.id
 WHERE p.session_id = %s GROUP BY t.kind ORDER BY t.kind
"""
_CHANGE = """
SELECT coalesce(sum(p.change_given), 0) FROM payment p
 WHERE p.session_id = %s AND NOT EXISTS (SELECT 1 FROM payment_void v WHERE v.payment_id = p.id)
"""


def totals_of_session(session_id: int) -> tuple[TenderTotal, ...]:
    """Per tender, by its code. One query."""
    with connection.cursor() as cursor:
        cursor.execute(_TENDERS, [session_id])
        return tuple(TenderTotal(*row) for row in cursor.fetchall())


def cash_of_session(session_id: int) -> SessionCash:
    """What cash came in and went out as change. Two queries."""
    return cash_within(totals_of_session(session_id), session_id)


def cash_within(totals: Sequence[TenderTotal], session_id: int) -> SessionCash:
    """The same where the session's totals are known. One query."""
    cash = sum((row.amount for row in totals if row.kind == "CASH"), _ZERO)
    with connection.cursor() as cursor:
        cursor.execute(_CHANGE, [session_id])
        (change,) = cursor.fetchone()
    return SessionCash(cash, change)
