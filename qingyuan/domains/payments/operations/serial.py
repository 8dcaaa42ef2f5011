"""One at a time (排队): requests with the same key wait for each other before they look whether it was done already."""

from django.db import connection


def one_at_a_time(key: str) -> None:
    """Hold the key until the transaction ends. Taken before any row lock, so that it cannot close a ring of waiters."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"payments:{key}"])
