"""Reads of jobs."""

from qingyuan.platform.jobs.queries.jobs import JobRow, get, jobs, open_jobs, within_reach

__all__ = ["JobRow", "get", "jobs", "open_jobs", "within_reach"]
