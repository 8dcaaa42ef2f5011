"""Rules, operations and queries get the time as an argument and never count money in floating point."""

import ast

import pytest

from tests.architecture.source import SourceFile, calls, files

CLOCKS = {
    "now",
    "today",
    "utcnow",
    "localdate",
    "localtime",
    "time.time",
    "time.monotonic",
    "time.perf_counter",
    "fromtimestamp",
}
PURE_FORBIDDEN = {"os", "sys", "io", "random", "secrets", "time", "socket", "subprocess", "pathlib", "logging", "uuid"}
DOMAINS = files("qingyuan/domains/**/*.py")
RULES = files("qingyuan/domains/*/rules/**/*.py", "qingyuan/domains/*/rules.py", "qingyuan/kernel/**/*.py")
COUNTING = files(
    "qingyuan/domains/*/rules/**/*.py",
    "qingyuan/domains/*/operations/**/*.py",
    "qingyuan/domains/*/queries/**/*.py",
    "qingyuan/kernel/**/*.py",
    "qingyuan/workflows/**/*.py",
)


def clock_breaches(file: SourceFile) -> list[str]:
    """Calls that ask for the present. `Now()` of the database, for created_at, is no call of ours."""
    return [
        f"{file.at(call)}: {name}()"
        for name, call in calls(file.tree)
        if name in CLOCKS or name.rpartition(".")[2] in CLOCKS - {"time"}
    ]


def float_breaches(file: SourceFile) -> list[str]:
    """The word float as a call or a type, and literals with a decimal point; `isinstance(x, float)` refuses one."""
    found = []
    refusals = {id(call.args[1]) for name, call in calls(file.tree) if name == "isinstance" and len(call.args) == 2}
    for node in ast.walk(file.tree):
        if isinstance(node, ast.Name) and node.id == "float" and id(node) not in refusals:
            found.append(f"{file.at(node)}: float")
        elif isinstance(node, ast.Constant) and isinstance(node.value, float):
            found.append(f"{file.at(node)}: {node.value!r}")
    return found


def input_breaches(file: SourceFile) -> list[str]:
    """Modules that reach outside, imported by a rule."""
    found = []
    for node in ast.walk(file.tree):
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            names = [node.module or ""]
        elif isinstance(node, ast.Call) and ast.unparse(node.func) in {"open", "print", "input"}:
            found.append(f"{file.at(node)}: {ast.unparse(node.func)}()")
            continue
        else:
            continue
        found += [f"{file.at(node)}: {name}" for name in names if name.partition(".")[0] in PURE_FORBIDDEN]
    return found


def test_domains_never_ask_the_clock() -> None:
    assert [line for file in (*DOMAINS, *RULES) for line in clock_breaches(file)] == []


def test_money_is_never_a_float() -> None:
    assert [line for file in COUNTING for line in float_breaches(file)] == []


def test_rules_reach_nothing_outside() -> None:
    assert [line for file in RULES for line in input_breaches(file)] == []


@pytest.mark.parametrize("text", ["timezone.now()", "date.today()", "datetime.now(UTC)", "now()", "time.time()"])
def test_clock_check_sees_red(text: str) -> None:
    assert clock_breaches(SourceFile("x.py", text)) == [f"x.py:1: {text.partition('(')[0]}()"]


def test_clock_check_lets_the_databases_time_pass() -> None:
    assert clock_breaches(SourceFile("x.py", "DateTimeField(db_default=Now())")) == []


@pytest.mark.parametrize("text", ["float(amount)", "def f(x: float): ...", "rate = 0.5"])
def test_float_check_sees_red(text: str) -> None:
    assert len(float_breaches(SourceFile("x.py", text))) == 1


@pytest.mark.parametrize("text", ["import random", "from pathlib import Path", "open('x')", "import os.path"])
def test_input_check_sees_red(text: str) -> None:
    assert len(input_breaches(SourceFile("x.py", text))) == 1
