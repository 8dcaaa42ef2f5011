"""Reads of billing: runs, bills, proposals, comparisons, proofs."""

from qingyuan.domains.billing.queries.bills import (
    BillDetail,
    Explanation,
    LineRow,
    RelatedBill,
    bill_detail,
    bill_id_of,
    bills_of_account,
    explain_bill,
)
from qingyuan.domains.billing.queries.compare import RunDifference, compare_runs
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
    "BookTotal",
    "ChargeTotal",
    "Explanation",
    "LineRow",
    "ProposalRow",
    "RelatedBill",
    "RunDifference",
    "RunItemRow",
    "RunRow",
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
