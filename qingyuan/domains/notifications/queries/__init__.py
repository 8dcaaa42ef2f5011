"""Reads of notices."""

from qingyuan.domains.notifications.queries.batches import (
    BatchPage,
    BatchRow,
    ResultFileRow,
    batch,
    batches,
    result_files,
    waiting,
)
from qingyuan.domains.notifications.queries.notices import (
    NoticeFilter,
    NoticePage,
    NoticeRow,
    counts_by_state,
    notices,
    notices_of_account,
    notices_of_bill,
)
from qingyuan.domains.notifications.queries.requests import RequestRow, open_requests, request_of, unworked
from qingyuan.domains.notifications.queries.texts import TextRow, texts

__all__ = [
    "BatchPage",
    "BatchRow",
    "NoticeFilter",
    "NoticePage",
    "NoticeRow",
    "RequestRow",
    "ResultFileRow",
    "TextRow",
    "batch",
    "batches",
    "counts_by_state",
    "notices",
    "notices_of_account",
    "notices_of_bill",
    "open_requests",
    "request_of",
    "result_files",
    "texts",
    "unworked",
    "waiting",
]
