"""Writes of billing: runs, issue, cancelling and billing again, proposals, tier groups."""

from qingyuan.domains.billing.operations.calculate import calculate_chunk, finish_calculation
from qingyuan.domains.billing.operations.chunks import record_failure, resume_failed, runs_under_way, unfinished
from qingyuan.domains.billing.operations.issue import TotalMismatch, finish_issue, issue_chunk, start_issue
from qingyuan.domains.billing.operations.planning import BookTaken, GroupTaken, NothingToBill
from qingyuan.domains.billing.operations.runs import (
    RunHasNoBills,
    RunNotInState,
    check_run,
    discard_run,
    recalculate_run,
    start_run,
)
from qingyuan.domains.billing.operations.tier_groups import (
    ensure_tier_groups,
    enter_tier_use,
    place_point,
    share_tier_room,
)

__all__ = [
    "BookTaken",
    "GroupTaken",
    "NothingToBill",
    "RunHasNoBills",
    "RunNotInState",
    "TotalMismatch",
    "calculate_chunk",
    "check_run",
    "discard_run",
    "ensure_tier_groups",
    "enter_tier_use",
    "finish_calculation",
    "finish_issue",
    "issue_chunk",
    "place_point",
    "recalculate_run",
    "record_failure",
    "resume_failed",
    "runs_under_way",
    "share_tier_room",
    "start_issue",
    "start_run",
    "unfinished",
]
