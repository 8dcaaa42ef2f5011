"""Quiet hours: when a message handed over at an instant may go out."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qingyuan.domains.notifications.rules.quiet import Window, sending_window

ZONE = ZoneInfo("Asia/Shanghai")


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ZONE)


@pytest.mark.parametrize(
    ("moment", "quiet", "begin", "until"),
    [
        ("2026-11-24T09:30", (21, 8), "2026-11-24T09:30", "2026-11-24T21:00"),
        ("2026-11-24T20:59", (21, 8), "2026-11-24T20:59", "2026-11-24T21:00"),
        ("2026-11-24T21:00", (21, 8), "2026-11-25T08:00", "2026-11-25T21:00"),
        ("2026-11-24T03:10", (21, 8), "2026-11-24T08:00", "2026-11-24T21:00"),
        ("2026-11-24T08:00", (21, 8), "2026-11-24T08:00", "2026-11-24T21:00"),
        ("2026-11-24T12:30", (12, 14), "2026-11-24T14:00", "2026-11-25T12:00"),
        ("2026-11-24T15:00", (12, 14), "2026-11-24T15:00", "2026-11-25T12:00"),
        ("2026-12-31T22:00", (21, 8), "2027-01-01T08:00", "2027-01-01T21:00"),
    ],
)
def test_the_next_span_outside_the_quiet_hours(moment: str, quiet: tuple[int, int], begin: str, until: str) -> None:
    assert sending_window(at(moment), quiet_from=quiet[0], quiet_until=quiet[1]) == Window(at(begin), at(until))


def test_equal_hours_mean_none() -> None:
    assert sending_window(at("2026-11-24T23:30"), quiet_from=0, quiet_until=0) == Window(at("2026-11-24T23:30"), None)


@given(
    st.integers(0, 366 * 24 * 60),
    st.integers(0, 23),
    st.integers(0, 23),
)
def test_the_span_never_begins_in_the_quiet_hours_nor_before_the_instant(
    minutes: int, quiet_from: int, quiet_until: int
) -> None:
    moment = at("2026-01-01T00:00") + timedelta(minutes=minutes)
    found = sending_window(moment, quiet_from=quiet_from, quiet_until=quiet_until)

    quiet = {(quiet_from + step) % 24 for step in range((quiet_until - quiet_from) % 24)}
    assert found.begin.hour not in quiet
    assert found.begin >= moment
    assert found.until is None or (found.until > found.begin and found.until.hour == quiet_from)
