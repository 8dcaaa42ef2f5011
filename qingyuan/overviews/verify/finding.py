"""What an invariant's check answers, and the statement runner they share."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from django.db import connection

LIMIT = 20
"""How many rows of one statement are named; one more is asked for, to say that there are more."""


@dataclass(frozen=True, slots=True)
class Breach:
    """A row that breaks an invariant: its table, the key by which people or the database know it, and what is wrong."""

    table: str
    key: str
    detail: str


@dataclass(frozen=True, slots=True)
class Invariant:
    """One invariant (不变量) by its number in the domain model. `check` lists what breaks it, nothing when all is well."""

    number: int
    title: str
    check: Callable[[], Sequence[Breach]]


@dataclass(frozen=True, slots=True)
class Statement:
    """A statement that lists breaches: its first column is the key, the others go into `detail` by their names."""

    table: str
    text: str
    detail: str


def run(statements: Sequence[Statement], params: Mapping[str, object] | None = None) -> list[Breach]:
    """All breaches that the statements find, at most LIMIT + 1 of each."""
    found: list[Breach] = []
    with connection.cursor() as cursor:
        for statement in statements:
            text = f"SELECT * FROM ({statement.text}) AS found LIMIT {LIMIT + 1}"
            cursor.execute(text, params or {})  # type: ignore[arg-type]
            names = [column.name for column in cursor.description]
            for row in cursor.fetchall():
                values = dict(zip(names, row, strict=True))
                found.append(Breach(statement.table, str(row[0]), statement.detail % values))
    return found
