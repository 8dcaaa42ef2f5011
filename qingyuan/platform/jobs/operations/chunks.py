"""Work in chunks (分块任务): one job for each chunk that has none, chunk after chunk within a job, no cyclic collection meanwhile.

The chunk's own row says what is done; a job is only a hint that one waits.
"""

import gc
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

from django.db import connection
from procrastinate.contrib.django import app
from procrastinate.types import JSONValue

TASK_SECONDS = 2
"""How long one job goes on with free chunks: fetching a job takes as long as a tenth of a chunk."""


def defer_chunks(task: str, key: str, value: int, waiting: Sequence[int]) -> int:
    """Defer `task` with {key: value, chunk_no} for each waiting chunk that has no job; returns how many. In the caller's
    transaction.
    """
    if not waiting:
        return 0
    known = _chunks_with_jobs(task, key, value)
    missing: list[dict[str, JSONValue]] = [
        {key: value, "chunk_no": chunk_no} for chunk_no in waiting if chunk_no not in known
    ]
    if missing:
        app.configure_task(task, allow_unknown=True).batch_defer(*missing)
    return len(missing)


def work_on(work: Callable[[int | None], int], chunk_no: int) -> None:
    """Work a chunk, and then others that nobody works on (`work(None)`, until it says 0), as long as TASK_SECONDS. The jobs of
    chunks done here find nothing to do when their turn comes.
    """
    until = time.monotonic() + TASK_SECONDS
    work(chunk_no)
    while time.monotonic() < until and work(None):
        pass


@contextmanager
def no_cycles_collected() -> Iterator[None]:
    """A chunk makes thousands of small objects without cycles: looking for cycles again and again would be a tenth of it."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def _chunks_with_jobs(task: str, key: str, value: int) -> set[int]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT (args->>'chunk_no')::int FROM procrastinate_jobs WHERE status = 'todo' AND task_name = %s"
            " AND (args->>%s)::bigint = %s",
            [task, key, value],
        )
        return {row[0] for row in cursor.fetchall()}
