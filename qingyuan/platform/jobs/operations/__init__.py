"""Writes of jobs."""

from qingyuan.platform.jobs.operations.progress import advance, defer, fail, finish, progress, start, working
from qingyuan.platform.jobs.operations.recovery import reconcile, rescue_stalled

__all__ = ["advance", "defer", "fail", "finish", "progress", "reconcile", "rescue_stalled", "start", "working"]
