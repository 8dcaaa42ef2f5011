from qingyuan.domains.ledger.models.balance import AccountBalance, Prepayment, PrepaymentMovement
from qingyuan.domains.ledger.models.chart import AccountingPeriod, ChartAccount, PostingRule
from qingyuan.domains.ledger.models.instalment import InstalmentItem, InstalmentPlan, InstalmentRow
from qingyuan.domains.ledger.models.journal import Entry, Journal
from qingyuan.domains.ledger.models.open_item import (
    Clearing,
    CreditNote,
    CreditNotePart,
    CreditNoteReversal,
    OpenItem,
    OpenItemNetting,
    OpenItemPart,
)

__all__ = [
    "AccountBalance",
    "AccountingPeriod",
    "ChartAccount",
    "Clearing",
    "CreditNote",
    "CreditNotePart",
    "CreditNoteReversal",
    "Entry",
    "InstalmentItem",
    "InstalmentPlan",
    "InstalmentRow",
    "Journal",
    "OpenItem",
    "OpenItemNetting",
    "OpenItemPart",
    "PostingRule",
    "Prepayment",
    "PrepaymentMovement",
]
