"""Jobs are deferred by name, which no type checker follows: each name must be a task that the worker knows."""

import pytest

from tests.architecture.source import SourceFile, argument, calls, constant_text, files
from tests.jobs import task_names

OURS = files("qingyuan/**/*.py")
DEFERRERS = {"configure_task": ("name", 0)}


def deferred_names(file: SourceFile) -> list[tuple[str, str]]:
    """(place, task name) of each literal name that is deferred: `configure_task("…")` and `task_name="…"`."""
    found = []
    for name, call in calls(file.tree):
        keyword, position = DEFERRERS.get(name.rpartition(".")[2], ("task_name", None))
        text = constant_text(argument(call, keyword, position))
        if text is not None:
            found.append((file.at(call), text))
    return found


def unknown_names(source: tuple[SourceFile, ...], known: set[str]) -> list[str]:
    """Each deferred name that is no task."""
    return [f"{place}: {name}" for file in source for place, name in deferred_names(file) if name not in known]


def test_every_deferred_task_exists() -> None:
    assert unknown_names(OURS, task_names()) == []


@pytest.mark.parametrize(
    "text", ['app.configure_task("planted.task", allow_unknown=True)', 'start(kind="x", task_name="planted.task")']
)
def test_task_check_sees_red(text: str) -> None:
    assert unknown_names((SourceFile("x.py", text),), {"other.task"}) == ["x.py:1: planted.task"]
