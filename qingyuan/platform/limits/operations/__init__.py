"""Counting calls and refusing those above a limit."""

from qingyuan.platform.limits.operations.calls import Allowed, TooManyCalls, count_call

__all__ = ["Allowed", "TooManyCalls", "count_call"]
