"""The floor of the billing benchmark (写入下限): what PostgreSQL needs for exactly the rows that issue left, and no more.

One COPY per table into logged heap-only tables, one connection, synchronous_commit on; the faster of text and binary,
each the median of three (docs/performance.md).
"""

import statistics
import tempfile
import time
from typing import IO

from django.db import connection

TABLES = ("bill", "bill_line", "bill_live", "tier_entry", "open_item", "open_item_part", "clearing", "entry")
ROUNDS = 3
_BLOCK = 1 << 20


def measure() -> tuple[float, dict[str, int], str]:
    """Seconds for all rows, rows by table, and which format was faster."""
    counts = {table: _count(table) for table in TABLES}
    best: tuple[float, str] | None = None
    for form in ("text", "binary"):
        kept = {table: _kept(table, form) for table in TABLES}
        seconds = statistics.median(_written(kept, form) for _ in range(ROUNDS))
        for file in kept.values():
            file.close()
        if best is None or seconds < best[0]:
            best = (seconds, form)
    assert best is not None
    return best[0], counts, best[1]


def _count(table: str) -> int:
    with connection.cursor() as cursor:
        cursor.execute(f'SELECT count(*) FROM "{table}"')
        return int(cursor.fetchone()[0])


def _kept(table: str, form: str) -> IO[bytes]:
    """The table's rows in a temporary file, as COPY gives them."""
    file = tempfile.TemporaryFile()  # noqa: SIM115  # closed by the caller, after the last round
    with connection.cursor() as cursor, cursor.cursor.copy(f'COPY "{table}" TO STDOUT (FORMAT {form})') as stream:
        for block in stream:
            file.write(block)
    return file


def _written(kept: dict[str, IO[bytes]], form: str) -> float:
    with connection.cursor() as cursor:
        cursor.execute("SET synchronous_commit = on")
        for table in TABLES:
            cursor.execute(f'DROP TABLE IF EXISTS "floor_{table}"')
            cursor.execute(f'CREATE TABLE "floor_{table}" (LIKE "{table}")')
        cursor.execute("CHECKPOINT")
        started = time.perf_counter()
        for table in TABLES:
            kept[table].seek(0)
            with cursor.cursor.copy(f'COPY "floor_{table}" FROM STDIN (FORMAT {form})') as stream:
                while block := kept[table].read(_BLOCK):
                    stream.write(block)
        seconds = time.perf_counter() - started
        for table in TABLES:
            cursor.execute(f'DROP TABLE "floor_{table}"')
    return seconds
