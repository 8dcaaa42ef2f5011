"""Reads of billing: inputs of a calculation, runs for workers, comparisons, proofs. Pages read through `overviews`."""

from qingyuan.domains.billing.queries.compare import RunDifference, compare_runs
from qingyuan.domains.billing.queries.explain import BillExplanation, explain_bill, explain_bill_no
from qingyuan.domains.billing.queries.fees import FeeTypeRow, fee_types
from qingyuan.domains.billing.queries.runs import RunRow, run_row, runs_of_month

__all__ = [
    "BillExplanation",
    "FeeTypeRow",
    "RunDifference",
    "RunRow",
    "compare_runs",
    "explain_bill",
    "explain_bill_no",
    "fee_types",
    "run_row",
    "runs_of_month",
]
