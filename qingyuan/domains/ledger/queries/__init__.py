"""Reads of the ledger: periods, chart, what is owed."""

from qingyuan.domains.ledger.queries.chart import (
    Books,
    ChartRow,
    NoChart,
    NoPostingRule,
    books_of,
    chart,
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
    "Books",
    "ChartRow",
    "NoChart",
    "NoPostingRule",
    "OpenPeriod",
    "OwedItem",
    "PeriodClosed",
    "PeriodMissing",
    "PeriodRow",
    "books_of",
    "chart",
    "open_period_for",
    "owed_items",
    "periods",
]
