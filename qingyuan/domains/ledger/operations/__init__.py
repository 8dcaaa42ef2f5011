"""Writes of the ledger: books and periods, posting receivables, clearing, reversing."""

from qingyuan.domains.ledger.operations.balances import open_balances
from qingyuan.domains.ledger.operations.chart import OtherCompany, add_chart_account, set_posting_rule, set_up_books
from qingyuan.domains.ledger.operations.periods import (
    EarlierPeriodOpen,
    LaterPeriodClosed,
    PeriodExists,
    PeriodNotClosed,
    close_period,
    hold_open_period,
    open_period,
    reopen_period,
)
from qingyuan.domains.ledger.operations.receivables import NothingToPost, UnknownReference, post_receivables

__all__ = [
    "EarlierPeriodOpen",
    "LaterPeriodClosed",
    "NothingToPost",
    "OtherCompany",
    "PeriodExists",
    "PeriodNotClosed",
    "UnknownReference",
    "add_chart_account",
    "close_period",
    "hold_open_period",
    "open_balances",
    "open_period",
    "post_receivables",
    "reopen_period",
    "set_posting_rule",
    "set_up_books",
]
