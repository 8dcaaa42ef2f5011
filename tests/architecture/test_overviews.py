"""Overviews read every domain's tables, so they must never write one."""

import ast

import pytest

from tests.architecture.source import SourceFile, argument, calls, constant_text, files

WRITES = {
    "save",
    "create",
    "delete",
    "bulk_create",
    "bulk_update",
    "get_or_create",
    "update_or_create",
    "select_for_update",
    "copy",
}
SQL_WRITES = ("insert", "update", "delete", "copy", "truncate", "alter", "drop", "create", "lock")
OVERVIEWS = files("qingyuan/overviews/**/*.py")


def write_breaches(file: SourceFile) -> list[str]:
    """Calls that write, SQL that writes, imports of operations."""
    found = []
    for name, call in calls(file.tree):
        last = name.rpartition(".")[2]
        is_queryset_update = last == "update" and bool(call.keywords) and not call.args
        if "." in name and (last in WRITES or is_queryset_update):
            found.append(f"{file.at(call)}: {last}()")
        sql = (constant_text(argument(call, "query", 0)) or "").lower().split()
        if last in {"execute", "executemany", "raw"} and sql and sql[0] in SQL_WRITES:
            found.append(f"{file.at(call)}: SQL {sql[0]}")
    for node in ast.walk(file.tree):
        if isinstance(node, ast.ImportFrom) and "operations" in (node.module or "").split("."):
            found.append(f"{file.at(node)}: imports operations")
    return found


def test_overviews_never_write() -> None:
    assert [line for file in OVERVIEWS for line in write_breaches(file)] == []


@pytest.mark.parametrize(
    "text",
    [
        "Bill.objects.create(amount=1)",
        "Bill.objects.filter(pk=1).update(amount=1)",
        "bill.save()",
        "bill.delete()",
        "Bill.objects.select_for_update()",
        "cursor.execute('UPDATE bill SET amount = 0')",
        "cursor.execute('''\n  INSERT INTO bill VALUES (1)''')",
        "from qingyuan.domains.billing.operations import cancel",
    ],
)
def test_write_check_sees_red(text: str) -> None:
    assert len(write_breaches(SourceFile("x.py", text))) == 1


@pytest.mark.parametrize("text", ["totals.update(other)", "cursor.execute('SELECT 1')", "Bill.objects.filter(pk=1)"])
def test_write_check_lets_reads_pass(text: str) -> None:
    assert write_breaches(SourceFile("x.py", text)) == []
