"""Statements of billing's queries."""

from collections.abc import Iterable
from typing import Any

from django.db import connection


def rows_of(sql: str, params: Any) -> list[tuple[Any, ...]]:
    """All rows of one statement; `params` a sequence or a mapping."""
    given = {name: _sent(value) for name, value in params.items()} if isinstance(params, dict) else map(_sent, params)
    with connection.cursor() as cursor:
        cursor.execute(sql, given if isinstance(given, dict) else list(given))
        return cursor.fetchall()  # type: ignore[no-any-return]


def array_literal(ids: Iterable[int]) -> str:
    """Ids as an array's literal: the driver takes ten times as long over each element."""
    return f"{{{','.join(map(str, ids))}}}"


def _sent(value: Any) -> Any:
    if isinstance(value, list) and value and type(value[0]) is int:
        return array_literal(value)
    return value
