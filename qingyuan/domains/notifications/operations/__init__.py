"""Writes of notices: asking for them, the outbox, batches and their results, texts."""

from qingyuan.domains.notifications.operations.batches import (
    BatchDamaged,
    BatchFile,
    NothingQueued,
    download_batch,
    make_batch,
)
from qingyuan.domains.notifications.operations.outbox import (
    NewNotice,
    Queued,
    QueuedAlready,
    queue,
    queue_again,
    withdraw,
)
from qingyuan.domains.notifications.operations.requests import Claimed, advance, ask, claim, give_up, resume
from qingyuan.domains.notifications.operations.results import ResultsTakenBefore, Taken, judge_results, take_results
from qingyuan.domains.notifications.operations.texts import set_text

__all__ = [
    "BatchDamaged",
    "BatchFile",
    "Claimed",
    "NewNotice",
    "NothingQueued",
    "Queued",
    "QueuedAlready",
    "ResultsTakenBefore",
    "Taken",
    "advance",
    "ask",
    "claim",
    "download_batch",
    "give_up",
    "judge_results",
    "make_batch",
    "queue",
    "queue_again",
    "resume",
    "set_text",
    "take_results",
    "withdraw",
]
