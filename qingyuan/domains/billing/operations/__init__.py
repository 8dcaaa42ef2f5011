"""Writes of billing: runs, issue, cancelling and billing again, proposals, tier groups."""

from qingyuan.domains.billing.operations.calculate import calculate_chunk, finish_calculation
from qingyuan.domains.billing.operations.cancel import (
    BillNotLive,
    Cancelled,
    NothingToRebill,
    Rebilled,
    ReversalHeld,
    cancel_bill,
    rebill,
)
from qingyuan.domains.billing.operations.chunks import (
    continue_run,
    pause_run,
    record_failure,
    resume_failed,
    runs_under_way,
    unfinished,
)
from qingyuan.domains.billing.operations.fee_import import (
    FeeRow,
    ImportedFees,
    JudgedFee,
    JudgedFees,
    charge_fees,
    judge_fees,
)
from qingyuan.domains.billing.operations.fee_types import FeeTypeValues, create_fee_type, update_fee_type
from qingyuan.domains.billing.operations.fees import NewFee, charge_fee
from qingyuan.domains.billing.operations.holding import NothingToDecide, ReasonMissing, hold_bills, release_bills
from qingyuan.domains.billing.operations.issue import TotalMismatch, finish_issue, issue_chunk, start_issue
from qingyuan.domains.billing.operations.planning import BookTaken, GroupTaken, NothingToBill
from qingyuan.domains.billing.operations.proposals import (
    ProposalDecided,
    ProposalOutdated,
    apply_proposal,
    dismiss_proposal,
)
from qingyuan.domains.billing.operations.rerate import (
    Applied,
    Rerated,
    apply_proposals,
    propose_for_changes,
    rerate_accounts,
)
from qingyuan.domains.billing.operations.run_plans import (
    RunPlanValues,
    change_run_plan,
    create_run_plan,
    held_run_plan,
    pause_run_plan,
    resume_run_plan,
)
from qingyuan.domains.billing.operations.runs import (
    RunHasNoBills,
    RunNotInState,
    check_run,
    discard_run,
    name_job,
    recalculate_run,
    start_run,
)
from qingyuan.domains.billing.operations.scheduled_starts import (
    AlreadyStarted,
    NothingToLeave,
    leave_start,
    settle_started,
    settle_unstarted,
    take_start,
    take_start_again,
)
from qingyuan.domains.billing.operations.singles import NotBillable
from qingyuan.domains.billing.operations.standing_fees import (
    NewStandingFee,
    add_standing_fee,
    end_standing_fee,
)
from qingyuan.domains.billing.operations.standing_runs import (
    JudgedMonth,
    JudgedStanding,
    StandingScope,
    judge_month,
    start_standing_run,
)
from qingyuan.domains.billing.operations.tier_groups import (
    ensure_tier_groups,
    enter_tier_use,
    place_point,
    share_tier_room,
)
from qingyuan.domains.billing.operations.undo import RunFollowed, RunPaid, finish_undo, start_undo, undo_chunk

__all__ = [
    "AlreadyStarted",
    "Applied",
    "BillNotLive",
    "BookTaken",
    "Cancelled",
    "FeeRow",
    "FeeTypeValues",
    "GroupTaken",
    "ImportedFees",
    "JudgedFee",
    "JudgedFees",
    "JudgedMonth",
    "JudgedStanding",
    "NewFee",
    "NewStandingFee",
    "NotBillable",
    "NothingToBill",
    "NothingToDecide",
    "NothingToLeave",
    "NothingToRebill",
    "ProposalDecided",
    "ProposalOutdated",
    "ReasonMissing",
    "Rebilled",
    "Rerated",
    "ReversalHeld",
    "RunFollowed",
    "RunHasNoBills",
    "RunNotInState",
    "RunPaid",
    "RunPlanValues",
    "StandingScope",
    "TotalMismatch",
    "add_standing_fee",
    "apply_proposal",
    "apply_proposals",
    "calculate_chunk",
    "cancel_bill",
    "change_run_plan",
    "charge_fee",
    "charge_fees",
    "check_run",
    "continue_run",
    "create_fee_type",
    "create_run_plan",
    "discard_run",
    "dismiss_proposal",
    "end_standing_fee",
    "ensure_tier_groups",
    "enter_tier_use",
    "finish_calculation",
    "finish_issue",
    "finish_undo",
    "held_run_plan",
    "hold_bills",
    "issue_chunk",
    "judge_fees",
    "judge_month",
    "leave_start",
    "name_job",
    "pause_run",
    "pause_run_plan",
    "place_point",
    "propose_for_changes",
    "rebill",
    "recalculate_run",
    "record_failure",
    "release_bills",
    "rerate_accounts",
    "resume_failed",
    "resume_run_plan",
    "runs_under_way",
    "settle_started",
    "settle_unstarted",
    "share_tier_room",
    "start_issue",
    "start_run",
    "start_standing_run",
    "start_undo",
    "take_start",
    "take_start_again",
    "undo_chunk",
    "unfinished",
    "update_fee_type",
]
