"""Bringing two threads to the same place at once: what makes a race happen every time when nothing guards against it."""

import threading
from collections.abc import Callable
from contextlib import suppress
from functools import wraps
from typing import Any

import pytest

from tests.databases import InThread

PATIENT = 8
"""Seconds for a control, whose callers do meet: no lock keeps any of them, only a busy machine is slow."""


def meet(monkeypatch: pytest.MonkeyPatch, owner: object, name: str, *, parties: int = 2, seconds: float = 1.5) -> None:
    """Let callers of `owner.name` wait for each other after its work is done. Where a lock keeps the second one from
    coming so far, the first goes on alone after so many seconds.
    """
    barrier = threading.Barrier(parties)
    original: Callable[..., Any] = getattr(owner, name)

    @wraps(original)
    def meeting(*args: Any, **kwargs: Any) -> Any:
        result = original(*args, **kwargs)
        with suppress(threading.BrokenBarrierError):
            barrier.wait(seconds)
        return result

    monkeypatch.setattr(owner, name, meeting)


def outcomes(*calls: Callable[[], Any]) -> list[Any]:
    """What each call, in a thread of its own, returned or raised."""
    running = [InThread(call) for call in calls]
    found: list[Any] = []
    for one in running:
        try:
            found.append(one.wait(60))
        except Exception as error:  # noqa: BLE001  # the outcome is what the test looks at
            found.append(error)
    return found
