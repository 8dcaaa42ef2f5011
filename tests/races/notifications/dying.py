"""A process that queues a request's notices and kills itself at a named point: `python -m tests.races.notifications.dying POINT
REQUEST WINDOW`. The points lie around the statements and the commit of the second window.
"""

import sys

from tests.races.billing.dying import Point, Watch

POINTS = (
    Point("queueing", "with the accounts locked", "after", 'FROM "account"'),
    Point("queueing", "before the notices", "before", "INSERT INTO notice "),
    Point("queueing", "after the notices", "after", "INSERT INTO notice "),
    Point("queueing", "before a window's commit", "before-commit", 'UPDATE "notice_request"'),
    Point("queueing", "after a window's commit", "after-commit", 'UPDATE "notice_request"'),
)


def main(name: str, request_id: int, window: int) -> None:
    """Work one window, then on until the point."""
    import django

    django.setup()
    import psycopg
    from django.db import connection

    from qingyuan.workflows import queue_notices

    queue_notices.WINDOW = window
    queue_notices.work_window(request_id=request_id)
    watch = Watch(next(point for point in POINTS if point.name == name))
    connection.execute_wrappers.append(watch.statement)
    psycopg.Connection.commit = watch.committing(psycopg.Connection.commit)  # type: ignore[method-assign,assignment]
    queue_notices.work_on(request_id=request_id)


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]))
