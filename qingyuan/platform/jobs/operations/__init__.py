"""Writes of jobs."""

from qingyuan.platform.jobs.operations.chunks import defer_chunks, no_cycles_collected, work_on
from qingyuan.platform.jobs.operations.progress import advance, defer, fail, finish, progress, start, working
from qingyuan.platform.jobs.operations.recovery import reconcile, rescue_stalled

__all__ = [
    "advance",
    "defer",
    "defer_chunks",
    "fail",
    "finish",
    "no_cycles_collected",
    "progress",
    "reconcile",
    "rescue_stalled",
    "start",
    "work_on",
    "working",
]
