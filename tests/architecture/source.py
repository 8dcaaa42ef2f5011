"""The package's source as the checks see it: files with their syntax trees."""

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
PACKAGE = ROOT / "qingyuan"


@dataclass(frozen=True)
class SourceFile:
    """One Python file: its path in the repository, its text and its tree."""

    path: str
    text: str

    @cached_property
    def tree(self) -> ast.Module:
        return ast.parse(self.text)

    def at(self, node: ast.AST) -> str:
        """`path:line`, as messages begin."""
        return f"{self.path}:{getattr(node, 'lineno', 1)}"


@cache
def files(*patterns: str) -> tuple[SourceFile, ...]:
    """The files that match the patterns from the repository's root, migrations left out, in order."""
    found = {path for pattern in patterns for path in ROOT.glob(pattern) if "migrations" not in path.parts}
    return tuple(SourceFile(str(path.relative_to(ROOT)), path.read_text(encoding="utf-8")) for path in sorted(found))


def calls(tree: ast.AST) -> Iterator[tuple[str, ast.Call]]:
    """(dotted name as written, call) of every call in the tree."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            yield ast.unparse(node.func), node


def constant_text(node: ast.AST | None) -> str | None:
    """The value of a string literal, None for anything else."""
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else None


def argument(call: ast.Call, name: str, position: int | None = None) -> ast.expr | None:
    """The call's argument by keyword, else by position."""
    for keyword in call.keywords:
        if keyword.arg == name:
            return keyword.value
    if position is not None and len(call.args) > position:
        return call.args[position]
    return None
