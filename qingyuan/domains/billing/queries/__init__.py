"""Reads of billing: inputs of a calculation, runs for workers, comparisons, proofs. Pages read through `overviews`."""

from qingyuan.domains.billing.queries.compare import RunDifference, compare_runs
from qingyuan.domains.billing.queries.explain import BillExplanation, UsageEvidence, explain_bill
from qingyuan.domains.billing.queries.runs import RunRow, run_row, runs_of_month

__all__ = [
    "BillExplanation",
    "RunDifference",
    "RunRow",
    "UsageEvidence",
    "compare_runs",
    "explain_bill",
    "run_row",
    "runs_of_month",
]
