"""Counts of calls (调用计数)."""

from qingyuan.platform.limits.models.count import CallCount

__all__ = ["CallCount"]
