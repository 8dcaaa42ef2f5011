"""A process that starts what plans have due and kills itself (SIGKILL) on the way: `python -m tests.races.billing.dying_start N AT`."""

import sys
from datetime import datetime

from tests.races.billing.dying import Point, Watch

POINTS = (
    Point("start", "when the start is taken", "after", 'INSERT INTO "scheduled_start"'),
    Point("start", "when the run has its row", "after", 'INSERT INTO "billing_run"'),
    Point("start", "when the run's job is deferred", "after", "procrastinate_defer"),
    Point("start", "when the start has its run", "after", 'UPDATE "scheduled_start"'),
    Point("start", "before the commit", "before-commit", 'UPDATE "scheduled_start"'),
    Point("start", "after the commit", "after-commit", 'UPDATE "scheduled_start"'),
)


def main(number: int, now: datetime) -> None:
    """Start what is due until the point."""
    import django

    django.setup()
    import psycopg
    from django.db import connection

    from qingyuan.workflows import scheduled_runs

    watch = Watch(POINTS[number])
    connection.ensure_connection()
    connection.execute_wrappers.append(watch.statement)
    psycopg.Connection.commit = watch.committing(psycopg.Connection.commit)  # type: ignore[method-assign,assignment]
    scheduled_runs.start_due(now=now)


if __name__ == "__main__":
    main(int(sys.argv[1]), datetime.fromisoformat(sys.argv[2]))
