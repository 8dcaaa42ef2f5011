"""Writes of readings."""

from qingyuan.domains.readings.operations.adjusting import (
    AdjustmentResult,
    Evidence,
    Wanted,
    adjust_volume,
    approve_adjustment,
    checked_change,
    hold_month,
    refuse_adjustment,
    reverse_adjustment,
    withdraw_adjustment,
)
from qingyuan.domains.readings.operations.approve import approve
from qingyuan.domains.readings.operations.billing_marks import (
    mark_billed,
    mark_change_unhandled,
    mark_changes_answered,
    mark_unbilled,
)
from qingyuan.domains.readings.operations.conditions import DEFAULT_CONDITIONS, NewCondition, set_conditions
from qingyuan.domains.readings.operations.correcting import Correction, correct_after_billing, revise_after_exchange
from qingyuan.domains.readings.operations.importing import (
    ImportPreview,
    ImportResult,
    RowVerdict,
    confirm_import,
    preview_import,
    verdict_counts,
)
from qingyuan.domains.readings.operations.record import ReadingRefused, record_reading, record_readings
from qingyuan.domains.readings.operations.releasing import release_main
from qingyuan.domains.readings.operations.reviewing import change_reading, reopen, send_back, skip
from qingyuan.domains.readings.operations.taking import ReadRow
from qingyuan.domains.readings.operations.tasks import generate_tasks

__all__ = [
    "DEFAULT_CONDITIONS",
    "AdjustmentResult",
    "Correction",
    "Evidence",
    "ImportPreview",
    "ImportResult",
    "NewCondition",
    "ReadRow",
    "ReadingRefused",
    "RowVerdict",
    "Wanted",
    "adjust_volume",
    "approve",
    "approve_adjustment",
    "change_reading",
    "checked_change",
    "confirm_import",
    "correct_after_billing",
    "generate_tasks",
    "hold_month",
    "mark_billed",
    "mark_change_unhandled",
    "mark_changes_answered",
    "mark_unbilled",
    "preview_import",
    "record_reading",
    "record_readings",
    "refuse_adjustment",
    "release_main",
    "reopen",
    "reverse_adjustment",
    "revise_after_exchange",
    "send_back",
    "set_conditions",
    "skip",
    "verdict_counts",
    "withdraw_adjustment",
]
