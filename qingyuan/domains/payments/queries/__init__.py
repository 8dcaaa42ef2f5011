"""Reads of payments: the counter, sessions, payments, receipts."""

from qingyuan.domains.payments.queries.counter import (
    CounterAccount,
    OwedBill,
    OwedCharge,
    account_at_counter,
    accounts_at_counter,
)
from qingyuan.domains.payments.queries.payments import (
    PaymentFilter,
    PaymentRow,
    PaymentTotals,
    ReceiptPage,
    payment_totals,
    payments,
    receipt,
)
from qingyuan.domains.payments.queries.reach import counter_reach
from qingyuan.domains.payments.queries.sessions import (
    SessionPage,
    SessionRow,
    open_session_of,
    page_of,
    session_page,
    sessions,
)
from qingyuan.domains.payments.queries.tally import TenderTotal

__all__ = [
    "CounterAccount",
    "OwedBill",
    "OwedCharge",
    "PaymentFilter",
    "PaymentRow",
    "PaymentTotals",
    "ReceiptPage",
    "SessionPage",
    "SessionRow",
    "TenderTotal",
    "account_at_counter",
    "accounts_at_counter",
    "counter_reach",
    "open_session_of",
    "page_of",
    "payment_totals",
    "payments",
    "receipt",
    "session_page",
    "sessions",
]
