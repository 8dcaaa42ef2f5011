"""Only the closing workflow builds a clearance: an account cannot be closed around it."""

import ast
from pathlib import Path

PACKAGE = Path(__file__).resolve().parent.parent.parent / "qingyuan"
BUILDER = PACKAGE / "workflows" / "close_account.py"


def builders(paths: list[Path]) -> list[Path]:
    """The files that call Clearance."""
    return [path for path in paths if _calls_clearance(path.read_text(encoding="utf-8"))]


def _calls_clearance(source: str) -> bool:
    calls = (node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Call))
    return any(getattr(call.func, "id", getattr(call.func, "attr", "")) == "Clearance" for call in calls)


def test_only_the_closing_workflow_builds_a_clearance() -> None:
    assert builders(sorted(PACKAGE.rglob("*.py"))) == [BUILDER]


def test_another_builder_is_seen() -> None:
    assert _calls_clearance("lifecycle.Clearance(1, on, owed, prepaid, 0, 0)")
    assert not _calls_clearance("check_clearance(clearance)")
