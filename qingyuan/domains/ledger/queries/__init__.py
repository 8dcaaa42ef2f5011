"""Reads of the ledger: periods, chart, what is owed."""

from qingyuan.domains.ledger.queries.account import (
    NOTHING_OWED,
    Balance,
    Movement,
    Receivable,
    balances_of,
    movements_of,
    receivables_of,
)
from qingyuan.domains.ledger.queries.chart import (
    Books,
    ChartRow,
    NoChart,
    NoPostingRule,
    books_of,
    chart,
)
from qingyuan.domains.ledger.queries.instalments import (
    AccountDues,
    AgreedPlan,
    agreed_plans,
    dues_with_plans,
    plans,
)
from qingyuan.domains.ledger.queries.owed import OwedItem, owed_items
from qingyuan.domains.ledger.queries.periods import (
    OpenPeriod,
    PeriodClosed,
    PeriodMissing,
    PeriodRow,
    open_period_for,
    periods,
)

__all__ = [
    "NOTHING_OWED",
    "AccountDues",
    "AgreedPlan",
    "Balance",
    "Books",
    "ChartRow",
    "Movement",
    "NoChart",
    "NoPostingRule",
    "OpenPeriod",
    "OwedItem",
    "PeriodClosed",
    "PeriodMissing",
    "PeriodRow",
    "Receivable",
    "agreed_plans",
    "balances_of",
    "books_of",
    "chart",
    "dues_with_plans",
    "movements_of",
    "open_period_for",
    "owed_items",
    "periods",
    "plans",
    "receivables_of",
]
