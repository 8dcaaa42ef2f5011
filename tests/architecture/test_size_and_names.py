"""Files and functions stay small, and names say something."""

import ast

import pytest

from tests.architecture.source import SourceFile, files

LONGEST_FILE = 400
LONGEST_FUNCTION = 70
FORBIDDEN_MODULES = {"utils", "util", "helpers", "helper", "common", "manager", "managers", "base", "misc", "stuff"}
ALL = files("qingyuan/**/*.py", "tests/**/*.py")


def size_breaches(file: SourceFile) -> list[str]:
    """Files of 400 lines or more, functions of 70 or more."""
    line_count = file.text.count("\n") + 1
    found = [f"{file.path}: {line_count} lines"] if line_count > LONGEST_FILE else []
    for node in ast.walk(file.tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            length = (node.end_lineno or node.lineno) - node.lineno + 1
            if length > LONGEST_FUNCTION:
                found.append(f"{file.at(node)}: {node.name} has {length} lines")
    return found


def name_breaches(file: SourceFile) -> list[str]:
    """Modules named for nothing in particular; identifiers that are a bare `item`."""
    parts = file.path.removesuffix(".py").split("/")
    found = [f"{file.path}: a module named {part}" for part in parts if part in FORBIDDEN_MODULES]
    for node in ast.walk(file.tree):
        names = {
            ast.Name: lambda one: one.id,
            ast.arg: lambda one: one.arg,
            ast.FunctionDef: lambda one: one.name,
            ast.ClassDef: lambda one: one.name,
        }
        name = names.get(type(node), lambda _one: "")(node)  # type: ignore[no-untyped-call]
        if name in {"item", "Item"} and not (isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load)):
            found.append(f"{file.at(node)}: an identifier named {name}")
    return found


def test_files_and_functions_are_short() -> None:
    assert [line for file in ALL for line in size_breaches(file)] == []


def test_names_say_something() -> None:
    assert [line for file in ALL for line in name_breaches(file)] == []


@pytest.mark.parametrize(
    ("path", "text", "said"),
    [
        ("qingyuan/x.py", "\n" * 400, "qingyuan/x.py: 401 lines"),
        ("qingyuan/x.py", "def long():\n" + "    pass\n" * 70, "qingyuan/x.py:1: long has 71 lines"),
    ],
)
def test_size_check_sees_red(path: str, text: str, said: str) -> None:
    assert size_breaches(SourceFile(path, text)) == [said]


@pytest.mark.parametrize(
    ("path", "text", "said"),
    [
        ("qingyuan/domains/x/utils.py", "", "qingyuan/domains/x/utils.py: a module named utils"),
        ("qingyuan/common/x.py", "", "qingyuan/common/x.py: a module named common"),
        ("qingyuan/x.py", "for item in rows:\n    pass", "qingyuan/x.py:1: an identifier named item"),
        ("qingyuan/x.py", "def f(item): ...", "qingyuan/x.py:1: an identifier named item"),
        ("qingyuan/x.py", "class Item: ...", "qingyuan/x.py:1: an identifier named Item"),
    ],
)
def test_name_check_sees_red(path: str, text: str, said: str) -> None:
    assert name_breaches(SourceFile(path, text)) == [said]
