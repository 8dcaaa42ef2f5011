"""Thirty-two callers use up one allowance at once, each on a connection of its own, as web processes do."""

import threading
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection

from qingyuan.platform.limits.models import CallCount
from qingyuan.platform.limits.operations import TooManyCalls, count_call
from qingyuan.platform.limits.rules.minutes import minute_of
from tests.databases import InThread

AT = datetime(2025, 7, 20, 8, 30, 15, tzinfo=UTC)
CALLERS, CALLS_EACH, LIMIT = 32, 4, 50
pytestmark = pytest.mark.race


def _by_one_statement() -> bool:
    try:
        count_call(caller="api:1", limit=LIMIT, at=AT)
    except TooManyCalls:
        return False
    return True


def _by_looking_first(met: threading.Barrier) -> bool:
    """How the same would be done in two statements: whoever looks before the other writes passes."""
    row = CallCount.objects.filter(caller="api:1").first()
    used = 0 if row is None else row.used
    met.wait(20)
    CallCount.objects.update_or_create(caller="api:1", defaults={"minute_at": minute_of(AT), "used": used + 1})
    return used < LIMIT


def _allowed(attempt: object) -> int:
    start = threading.Barrier(CALLERS)
    assert callable(attempt)

    def one() -> int:
        start.wait(20)
        return sum(bool(attempt()) for _ in range(CALLS_EACH))

    return sum(each.wait(60) for each in [InThread(one) for _ in range(CALLERS)])


def test_no_more_calls_pass_than_the_limit_allows(committed_db: str) -> None:
    assert _allowed(_by_one_statement) == LIMIT
    assert CallCount.objects.get().used == CALLERS * CALLS_EACH


def test_control_more_pass_when_each_looks_before_it_counts(committed_db: str) -> None:
    met = threading.Barrier(CALLERS)

    assert _allowed(lambda: _by_looking_first(met)) > LIMIT


def test_next_minute_begins_anew_and_a_late_caller_of_the_last_does_not_reset_it(db: None) -> None:
    for _ in range(3):
        count_call(caller="api:1", limit=3, at=AT)
    later = AT + timedelta(minutes=1)

    first = count_call(caller="api:1", limit=3, at=later)
    late = count_call(caller="api:1", limit=3, at=AT)

    assert (first.remaining, late.remaining) == (2, 1)
    with pytest.raises(TooManyCalls) as refused:
        for _ in range(3):
            count_call(caller="api:1", limit=3, at=later)
    assert refused.value.seconds == 45


def test_counts_of_callers_who_have_gone_are_taken_away(db: None) -> None:
    for number in range(9):
        count_call(caller=f"calculator:192.0.2.{number}", limit=3, at=AT)

    for _ in range(3):
        count_call(caller="api:1", limit=99, at=AT + timedelta(hours=1))

    assert [each.caller for each in CallCount.objects.all()] == ["api:1"]


def test_counts_are_not_written_to_the_log_of_the_database(db: None) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT relpersistence FROM pg_class WHERE relname = 'call_count'")
        assert cursor.fetchone()[0] in {"u", b"u"}
