"""Counting a call (计一次调用): one statement, so that processes and threads cannot pass each other."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import connection

from qingyuan.kernel.errors import DomainError
from qingyuan.platform.limits.rules.minutes import minute_of, seconds_left

_KEPT = timedelta(minutes=10)

# The first part takes away a few counts of callers who have gone: the table stays as small as its callers of some
# minutes, without a task of its own. Rows that others hold are skipped, so that nobody waits for a stranger.
_COUNT = """
    WITH gone AS (
        DELETE FROM call_count WHERE caller IN (
            SELECT caller FROM call_count WHERE minute_at < %(old)s AND caller <> %(caller)s
             ORDER BY minute_at LIMIT 4 FOR UPDATE SKIP LOCKED))
    INSERT INTO call_count AS known (caller, minute_at, used) VALUES (%(caller)s, %(minute)s, 1)
    ON CONFLICT (caller) DO UPDATE
       SET used = CASE WHEN known.minute_at < excluded.minute_at THEN 1 ELSE least(known.used, 1000000000) + 1 END,
           minute_at = greatest(known.minute_at, excluded.minute_at)
    RETURNING used
"""


class TooManyCalls(DomainError):
    """The caller has used up what it may call in a minute (调用过于频繁)."""

    code = "limits.too_many_calls"

    def __init__(self, *, limit: int, seconds: int) -> None:
        self.limit, self.seconds = limit, seconds
        super().__init__(limit=limit, seconds=seconds)


@dataclass(frozen=True, slots=True)
class Allowed:
    """What the caller may still call in this minute: `remaining` of `limit`, until `seconds` from now."""

    limit: int
    remaining: int
    seconds: int


def count_call(*, caller: str, limit: int, at: datetime) -> Allowed:
    """Count one call of `caller` in the minute of `at`; `limit` calls a minute are allowed. Raises TooManyCalls.

    One statement; refused calls count too. The count is kept when the caller's transaction is: call it outside of one.
    """
    minute = minute_of(at)
    with connection.cursor() as cursor:
        cursor.execute(_COUNT, {"caller": caller[:100], "minute": minute, "old": minute - _KEPT})
        used = int(cursor.fetchone()[0])
    seconds = seconds_left(at)
    if used > limit:
        raise TooManyCalls(limit=limit, seconds=seconds)
    return Allowed(limit=limit, remaining=limit - used, seconds=seconds)
