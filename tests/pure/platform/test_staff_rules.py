"""Passwords and lockout."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qingyuan.platform.staff.rules.lockout import LockoutPolicy, locked_until
from qingyuan.platform.staff.rules.passwords import (
    PROFILES,
    PasswordHoldsName,
    PasswordLength,
    PasswordTooSimple,
    check_password,
    is_expired,
    kinds_in,
)

NOW = datetime(2026, 11, 2, tzinfo=UTC)
POLICY = LockoutPolicy(attempts=3, minutes=10)
NAMES = ("cash01", "10086")


def _ago(*minutes: int) -> list[datetime]:
    return [NOW - timedelta(minutes=one) for one in minutes]


@pytest.mark.parametrize(
    ("failures", "until"),
    [
        ([], None),
        (_ago(0, 1), None),
        (_ago(0, 1, 2), NOW + timedelta(minutes=10)),
        (_ago(4, 8, 12), NOW + timedelta(minutes=6)),
        (_ago(0, 5, 10), None),
        (_ago(10, 11, 12), None),
        (_ago(9, 9, 9, 9), NOW + timedelta(minutes=1)),
    ],
)
def test_locked_until(failures: list[datetime], until: datetime | None) -> None:
    assert locked_until(POLICY, failures, NOW) == until


@pytest.mark.parametrize(
    ("profile", "password", "error"),
    [
        ("dengbao-3", "Ab3!xyz", PasswordLength),
        ("dengbao-3", "abcdefg1", PasswordTooSimple),
        ("dengbao-3", "Xcash01!", PasswordHoldsName),
        ("dengbao-3", "Ab-10086-z", PasswordHoldsName),
        ("dengbao-3", "Ab3!" * 40, PasswordLength),
        ("asvs", "elevenchars", PasswordLength),
    ],
)
def test_password_is_refused(profile: str, password: str, error: type[Exception]) -> None:
    with pytest.raises(error):
        check_password(PROFILES[profile], password, own_names=NAMES)


@pytest.mark.parametrize(
    ("profile", "password"), [("dengbao-3", "水务2026-Aa"), ("asvs", "correct horse battery"), ("asvs", "twelve chars")]
)
def test_password_is_taken(profile: str, password: str) -> None:
    check_password(PROFILES[profile], password, own_names=NAMES)


@given(st.text("aZ5-水 ", max_size=30))
def test_kinds_are_at_most_four_and_none_only_for_nothing(password: str) -> None:
    assert (kinds_in(password) == 0) == (password == "")
    assert kinds_in(password) <= 4


def test_password_grows_old_on_the_ninetieth_day() -> None:
    policy = PROFILES["dengbao-3"]

    assert is_expired(policy, NOW - timedelta(days=90), NOW)
    assert not is_expired(policy, NOW - timedelta(days=90) + timedelta(seconds=1), NOW)
    assert not is_expired(policy, None, NOW)
    assert not is_expired(PROFILES["asvs"], NOW - timedelta(days=9000), NOW)
