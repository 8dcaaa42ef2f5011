"""Minutes and addresses by which calls are counted."""

from datetime import UTC, datetime

import pytest

from qingyuan.platform.limits.rules.minutes import counted_address, minute_of, seconds_left


@pytest.mark.parametrize(
    ("second", "micro", "left"), [(0, 0, 60), (0, 1, 60), (1, 0, 59), (59, 0, 1), (59, 999_999, 1)]
)
def test_what_is_left_of_a_minute_is_never_nothing(second: int, micro: int, left: int) -> None:
    at = datetime(2025, 7, 20, 8, 30, second, micro, tzinfo=UTC)

    assert seconds_left(at) == left
    assert minute_of(at) == datetime(2025, 7, 20, 8, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("address", "counted"),
    [
        ("192.0.2.1", "192.0.2.1"),
        ("::ffff:192.0.2.1", "192.0.2.1"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:db8:1:2::9", "2001:db8:1:2::/64"),
        ("2001:db8:1:3::9", "2001:db8:1:3::/64"),
        ("", ""),
        ("x" * 100, "x" * 64),
    ],
)
def test_address_is_counted_by_subscriber(address: str, counted: str) -> None:
    assert counted_address(address) == counted
