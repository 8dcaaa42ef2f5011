"""Running deferred background jobs inside a test: the worker reads by its own connection and never sees a test's
open transaction, so the rows are worked here, in their order, on the test's connection."""

import asyncio
import inspect
import json
from collections.abc import Coroutine
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar

from django.db import connection
from procrastinate.contrib.django import app
from procrastinate.contrib.django.procrastinate_app import ProxyApp
from procrastinate.tasks import Task

T = TypeVar("T")


def run_deferred_jobs(*, limit: int = 1000, queue: str | None = None) -> list[str]:
    """Work all jobs that wait, also those they defer themselves, oldest first. Returns the task names in order.

    An error of a task is raised as it is; the job stays waiting. Raises AssertionError beyond `limit` jobs and for a
    task name that no module in interfaces/tasks defines. Scheduled times are ignored.
    """
    done: list[str] = []
    _load_tasks()
    while (job := _next_job(queue)) is not None:
        job_id, name, arguments = job
        assert len(done) < limit, f"more than {limit} jobs: {done[-3:]}"
        _call(name, arguments)
        with connection.cursor() as cursor:
            cursor.execute("DELETE FROM procrastinate_jobs WHERE id = %s", [job_id])
        done.append(name)
    return done


def waiting_jobs() -> list[tuple[str, dict[str, Any]]]:
    """(task name, arguments) of the jobs that wait, oldest first."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT task_name, args FROM procrastinate_jobs WHERE status = 'todo' ORDER BY id")
        return [(name, _arguments(given)) for name, given in cursor.fetchall()]


def task_names() -> set[str]:
    """The names of all tasks that the worker knows."""
    _load_tasks()
    return set(app.tasks)


def _load_tasks() -> None:
    assert isinstance(app, ProxyApp)
    app.perform_import_paths()  # type: ignore[no-untyped-call]


def _next_job(queue: str | None) -> tuple[int, str, dict[str, Any]] | None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT id, task_name, args FROM procrastinate_jobs WHERE status = 'todo' "
            "AND (%s::text IS NULL OR queue_name = %s) ORDER BY priority DESC, id LIMIT 1",
            [queue, queue],
        )
        row = cursor.fetchone()
    return None if row is None else (row[0], row[1], _arguments(row[2]))


def _call(name: str, arguments: dict[str, Any]) -> None:
    task = app.tasks.get(name)
    assert isinstance(task, Task), f"no task {name!r} in interfaces/tasks"
    assert not task.pass_context, f"{name}: a task gets ids, not the job's context"
    result = task.func(**arguments)
    if inspect.iscoroutine(result):
        run_coroutine(result)


def run_coroutine(coroutine: Coroutine[Any, Any, T]) -> T:
    """What the coroutine returns, run on a loop in a thread of its own: after a browser test of the same process
    Playwright's loop still runs in the main thread, and a thread has one loop only."""
    with ThreadPoolExecutor(max_workers=1) as thread:
        return thread.submit(asyncio.run, coroutine).result()


def _arguments(given: Any) -> dict[str, Any]:
    loaded = json.loads(given) if isinstance(given, str) else given
    assert isinstance(loaded, dict)
    return loaded
