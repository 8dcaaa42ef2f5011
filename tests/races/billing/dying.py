"""A process that works a billing run and kills itself (SIGKILL) at a named point: `python -m tests.races.billing.dying POINT RUN`.

The points lie around statements and commits of a chunk and in the middle of a COPY. Nothing in the product knows of them: the
process watches its own statements.
"""

import os
import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, NamedTuple

ROWS_OF_A_CHUNK = "UPDATE run_chunk"
STAGES = ("calculation", "issue", "undoing")


class Point(NamedTuple):
    """Where to die: `when` is before, after or mid-copy of the first statement with `marker` in it, or before or after the
    commit that follows it.
    """

    stage: str
    name: str
    when: str
    marker: str


POINTS = (
    Point("calculation", "before gathering", "before", "INSERT INTO bulk_usage"),
    Point("calculation", "in the COPY of pricings", "mid-copy", "run_pricing"),
    Point("calculation", "before the items", "before", "INSERT INTO run_item"),
    Point("calculation", "after the items", "after", "INSERT INTO run_item"),
    Point("calculation", "in the COPY of single items", "mid-copy", "run_item"),
    Point("calculation", "before a chunk's commit", "before-commit", ROWS_OF_A_CHUNK),
    Point("calculation", "after a chunk's commit", "after-commit", ROWS_OF_A_CHUNK),
    Point("calculation", "before the run is closed", "before", 'UPDATE "billing_run"'),
    Point("calculation", "before the closing commit", "before-commit", 'UPDATE "billing_run"'),
    Point("calculation", "after the closing commit", "after-commit", 'UPDATE "billing_run"'),
    Point("issue", "with the accounts locked", "after", 'FROM "account"'),
    Point("issue", "before the bills", "before", "INSERT INTO bill "),
    Point("issue", "after the bills", "after", "INSERT INTO bill "),
    Point("issue", "after the lines", "after", "INSERT INTO bill_line"),
    Point("issue", "after the tier use", "after", "INSERT INTO tier_entry"),
    Point("issue", "after the readings", "after", "UPDATE reading_item"),
    Point("issue", "after the receivables", "after", "INSERT INTO open_item "),
    Point("issue", "after the clearings", "after", "INSERT INTO clearing"),
    Point("issue", "in the COPY of single bills", "mid-copy", "bill"),
    Point("issue", "before a chunk's commit", "before-commit", 'UPDATE "run_chunk"'),
    Point("issue", "after a chunk's commit", "after-commit", 'UPDATE "run_chunk"'),
    Point("issue", "before the closing commit", "before-commit", 'UPDATE "billing_run"'),
    Point("issue", "after the closing commit", "after-commit", 'UPDATE "billing_run"'),
    Point("undoing", "after the reversals", "after", 'INSERT INTO "bill_reversal"'),
    Point("undoing", "before a chunk's commit", "before-commit", 'UPDATE "run_chunk"'),
    Point("undoing", "after the closing commit", "after-commit", 'UPDATE "billing_run"'),
)


def die() -> None:
    """As `kill -9`: nothing is told to the server, nothing is cleaned up."""
    os.kill(os.getpid(), signal.SIGKILL)


class Watch:
    """Watches this process's statements and commits, and dies at the point."""

    def __init__(self, point: Point) -> None:
        self.point = point
        self.is_due = False

    def statement(self, execute: Callable[..., Any], sql: Any, params: Any, many: bool, context: dict[str, Any]) -> Any:
        """A wrapper of Django's cursors."""
        is_met = self.point.marker in " ".join(str(sql).split()) and not str(sql).lstrip().startswith("COPY")
        if is_met and self.point.when == "before":
            die()
        answer = execute(sql, params, many, context)
        if is_met and self.point.when == "after":
            die()
        self.is_due = self.is_due or (is_met and self.point.when.endswith("-commit"))
        return answer

    def committing(self, commit: Callable[[Any], None]) -> Callable[[Any], None]:
        """A wrapper of psycopg's commit."""

        def wrapped(session: Any) -> None:
            if self.is_due and self.point.when == "before-commit":
                die()
            commit(session)
            if self.is_due and self.point.when == "after-commit":
                die()

        return wrapped

    def copying(self, copy: Callable[..., Any]) -> Callable[..., Any]:
        """A wrapper of psycopg's copy: dies with half a row sent."""

        @contextmanager
        def wrapped(cursor: Any, statement: str, *args: Any, **options: Any) -> Iterator[Any]:
            with copy(cursor, statement, *args, **options) as stream:
                if self.point.when == "mid-copy" and f'COPY "{self.point.marker}" ' in statement:
                    stream.write("1\t2")
                    die()
                yield stream

        return wrapped


def main(name: str, run_id: int) -> None:
    """Work the run's present stage until the point."""
    import django

    django.setup()
    import psycopg
    from django.db import connection

    from qingyuan.workflows import run_billing

    stage, _mark, where = name.partition(": ")
    watch = Watch(next(point for point in POINTS if (point.stage, point.name) == (stage, where)))
    connection.ensure_connection()
    connection.execute_wrappers.append(watch.statement)
    psycopg.Connection.commit = watch.committing(psycopg.Connection.commit)  # type: ignore[method-assign,assignment]
    psycopg.Cursor.copy = watch.copying(psycopg.Cursor.copy)  # type: ignore[method-assign]
    run_billing.work_here(run_id=run_id)


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
