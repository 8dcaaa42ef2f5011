"""Tables of the rule documents as rows, for the tests that run them."""

from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent


def table(path: str, first_column: str) -> list[list[str]]:
    """The cells of the table whose first column has this heading; AssertionError when there is none."""
    lines = (ROOT / path).read_text(encoding="utf-8").splitlines()
    starts = [number for number, line in enumerate(lines) if line.startswith(f"| {first_column} |")]
    assert len(starts) == 1, f"{path}: {len(starts)} tables begin with {first_column!r}"
    rows: list[list[str]] = []
    for line in lines[starts[0] + 2 :]:
        if not line.startswith("|"):
            break
        rows.append([cell.strip() for cell in line.strip().strip("|").split("|")])
    assert rows, f"{path}: the table {first_column!r} is empty"
    return rows
