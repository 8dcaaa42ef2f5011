"""COPY and blocks of ids for set-wise operations (批量写入): thousands of rows in one statement, inside the caller's transaction."""

from collections.abc import Iterable, Sequence
from functools import lru_cache

from django.db import DatabaseError, connection


def reserve_ids(table: str, count: int) -> list[int]:
    """`count` fresh primary keys of `table`, ascending. They are spent even if the transaction is rolled back."""
    if count == 0:
        return []
    with connection.cursor() as cursor:
        cursor.execute("SELECT nextval(%s::regclass) FROM generate_series(1, %s)", [_sequence_of(table), count])
        return [row[0] for row in cursor.fetchall()]


@lru_cache
def _sequence_of(table: str) -> str:
    """The name of the table's sequence: asked once, since a call of the function that knows it costs as much as a draw."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_get_serial_sequence(%s, 'id')", [table])
        return str(cursor.fetchone()[0])


def copy_rows(table: str, columns: Sequence[str], rows: Iterable[Sequence[object]]) -> int:
    """COPY `rows` into `table`; values in the order of `columns`, which are all the columns without a default.

    Returns the number of rows. Violated constraints raise Django's IntegrityError (see `violated_constraint`).
    """
    count = 0
    names = ", ".join(f'"{column}"' for column in columns)
    with (
        connection.cursor() as cursor,
        connection.wrap_database_errors,
        cursor.cursor.copy(f'COPY "{table}" ({names}) FROM STDIN') as stream,
    ):
        for row in rows:
            stream.write_row(row)
            count += 1
    return count


def copy_text(table: str, columns: Sequence[str], blocks: Iterable[str]) -> None:
    r"""COPY rows that are in PostgreSQL's text format already (tab between values, newline after a row, \N for NULL).

    Several times faster than `copy_rows`, for the bulk tables. The caller has escaped values that may hold a tab, a
    newline or a backslash with `escaped`. Violated constraints raise Django's IntegrityError.
    """
    names = ", ".join(f'"{column}"' for column in columns)
    with (
        connection.cursor() as cursor,
        connection.wrap_database_errors,
        cursor.cursor.copy(f'COPY "{table}" ({names}) FROM STDIN') as stream,
    ):
        for block in blocks:
            stream.write(block)


def escaped(text: str) -> str:
    """`text` as a value of `copy_text`."""
    if "\\" in text or "\n" in text or "\t" in text or "\r" in text:
        return text.replace("\\", "\\\\").replace("\n", "\\n").replace("\t", "\\t").replace("\r", "\\r")
    return text


def violated_constraint(error: DatabaseError) -> str:
    """The name of the constraint or unique index that `error` speaks of; empty when it speaks of none."""
    diagnosis = getattr(error.__cause__, "diag", None)
    return getattr(diagnosis, "constraint_name", None) or ""
