"""Reads of billing: runs, bills, proposals, comparisons, proofs."""

from qingyuan.domains.billing.queries.bills import (
    BillDetail,
    LineRow,
    RelatedBill,
    bill_detail,
    bill_id_of,
    bills_of_account,
)
from qingyuan.domains.billing.queries.compare import RunDifference, compare_runs
from qingyuan.domains.billing.queries.explain import BillExplanation, UsageEvidence, explain_bill
from qingyuan.domains.billing.queries.proposals import ProposalRow, proposals
from qingyuan.domains.billing.queries.run_pages import (
    BookTotal,
    ChargeTotal,
    RunItemRow,
    book_totals,
    charge_totals,
    exceptions,
    notices,
    run_items,
    run_list,
    run_of,
)
from qingyuan.domains.billing.queries.runs import RunRow, run_row

__all__ = [
    "BillDetail",
    "BillExplanation",
    "BookTotal",
    "ChargeTotal",
    "LineRow",
    "ProposalRow",
    "RelatedBill",
    "RunDifference",
    "RunItemRow",
    "RunRow",
    "UsageEvidence",
    "bill_detail",
    "bill_id_of",
    "bills_of_account",
    "book_totals",
    "charge_totals",
    "compare_runs",
    "exceptions",
    "explain_bill",
    "notices",
    "proposals",
    "run_items",
    "run_list",
    "run_of",
    "run_row",
]
