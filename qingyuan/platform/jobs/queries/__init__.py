"""Reads of jobs."""

from qingyuan.platform.jobs.queries.jobs import (
    JobPage,
    JobRow,
    get,
    jobs,
    jobs_of_company,
    jobs_page,
    open_jobs,
    within_reach,
)

__all__ = ["JobPage", "JobRow", "get", "jobs", "jobs_of_company", "jobs_page", "open_jobs", "within_reach"]
