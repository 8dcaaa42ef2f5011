"""Writes of the ledger: books and periods, posting receivables, clearing, reversing."""

from qingyuan.domains.ledger.operations.balances import open_balances
from qingyuan.domains.ledger.operations.cash import post_over_short
from qingyuan.domains.ledger.operations.chart import OtherCompany, add_chart_account, set_posting_rule, set_up_books
from qingyuan.domains.ledger.operations.credit_reversals import CreditAlreadyReversed
from qingyuan.domains.ledger.operations.instalments import (
    InInstalments,
    NewPlan,
    approve_plan,
    close_plans,
    end_plan,
    refuse_plan,
    request_plan,
)
from qingyuan.domains.ledger.operations.payment_clearing import NotOwed, OwedOtherwise, clear_by_payment
from qingyuan.domains.ledger.operations.payment_undoing import undo_payment
from qingyuan.domains.ledger.operations.periods import (
    EarlierPeriodOpen,
    LaterPeriodClosed,
    PeriodExists,
    PeriodNotClosed,
    close_period,
    hold_open_period,
    hold_open_periods,
    open_period,
    reopen_period,
)
from qingyuan.domains.ledger.operations.receivables import NothingToPost, UnknownReference, post_receivables
from qingyuan.domains.ledger.operations.reversals import (
    AlreadyReversed,
    WrittenOff,
    reverse_receivables,
)
from qingyuan.domains.ledger.operations.undoing import PrepaymentSpent
from qingyuan.domains.ledger.operations.writing import hold_receivables_of

__all__ = [
    "AlreadyReversed",
    "CreditAlreadyReversed",
    "EarlierPeriodOpen",
    "InInstalments",
    "LaterPeriodClosed",
    "NewPlan",
    "NotOwed",
    "NothingToPost",
    "OtherCompany",
    "OwedOtherwise",
    "PeriodExists",
    "PeriodNotClosed",
    "PrepaymentSpent",
    "UnknownReference",
    "WrittenOff",
    "add_chart_account",
    "approve_plan",
    "clear_by_payment",
    "close_period",
    "close_plans",
    "end_plan",
    "hold_open_period",
    "hold_open_periods",
    "hold_receivables_of",
    "open_balances",
    "open_period",
    "post_over_short",
    "post_receivables",
    "refuse_plan",
    "reopen_period",
    "request_plan",
    "reverse_receivables",
    "set_posting_rule",
    "set_up_books",
    "undo_payment",
]
