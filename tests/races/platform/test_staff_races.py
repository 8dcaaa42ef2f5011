"""Guessing passwords in parallel, and two roles given at once to one person."""

import importlib
import threading
import time
from collections.abc import Callable
from datetime import UTC, date, datetime

import pytest

from qingyuan.platform.staff import operations as staff
from qingyuan.platform.staff import queries
from qingyuan.platform.staff.rules.separation import ADMINISTRATION, SUPERVISION
from tests.databases import InThread
from tests.factories.platform import give_role, make_person, make_utility

NOW = datetime(2026, 11, 2, 1, 0, tzinfo=UTC)
TODAY = date(2026, 11, 2)
GUESSERS = 16
pytestmark = pytest.mark.race


def _outcomes(calls: list[Callable[[], object]]) -> list[str]:
    start = threading.Barrier(len(calls))

    def one(call: Callable[[], object]) -> str:
        start.wait(20)
        try:
            call()
        except (staff.SignInRefused, staff.SignInLocked, staff.SeparationBroken) as refused:
            return type(refused).__name__
        return "done"

    threads = [InThread(lambda call=call: one(call)) for call in calls]  # type: ignore[misc]
    return sorted(thread.wait(60) for thread in threads)


def _slowly(check: Callable[..., object]) -> Callable[..., object]:
    """The check as it is, with time for the others between it and the write."""

    def checked(*given: object) -> object:
        found = check(*given)
        time.sleep(0.5)
        return found

    return checked


def _guess_all() -> list[str]:
    make_person(make_utility().east_id, login="cash01")

    def guess() -> None:
        staff.sign_in(
            login="cash01",
            password="wrong",
            address="10.0.0.1",
            at=NOW,
            lockout=staff.LockoutPolicy(attempts=5, minutes=15),
            passwords=staff.PROFILES["asvs"],
        )

    return _outcomes([guess] * GUESSERS)


def test_parallel_guesses_get_no_more_tries_than_the_lockout_allows(committed_db: str) -> None:
    assert _guess_all() == ["SignInLocked"] * (GUESSERS - 5) + ["SignInRefused"] * 5


def test_control_parallel_guesses_get_more_when_the_lock_is_off(
    committed_db: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    module = importlib.import_module("qingyuan.platform.staff.operations.sign_in")
    monkeypatch.setattr(module, "hold_name", lambda _name: None)
    monkeypatch.setattr(module, "_failures", _slowly(module._failures))

    assert _guess_all().count("SignInRefused") > 5


def _give_both() -> tuple[list[str], frozenset[str]]:
    person = make_person(make_utility().company_id)
    staff_id = person.staff_id or 0
    unit_id = person.unit_id or 0
    outcomes = _outcomes(
        [
            lambda: give_role(staff_id, unit_id, "audit.view"),
            lambda: give_role(staff_id, unit_id, "staff.edit"),
        ]
    )
    return outcomes, queries.permissions_of(person, on=TODAY)


def test_one_of_two_roles_given_at_once_is_refused(committed_db: str) -> None:
    outcomes, held = _give_both()

    assert outcomes == ["SeparationBroken", "done"]
    assert not (held & ADMINISTRATION and held & SUPERVISION)


def test_control_both_roles_are_given_when_the_lock_is_off(committed_db: str, monkeypatch: pytest.MonkeyPatch) -> None:
    module = importlib.import_module("qingyuan.platform.staff.operations.roles")
    monkeypatch.setattr(module, "hold_name", lambda _name: None)
    monkeypatch.setattr(module, "_check_person", _slowly(module._check_person))

    outcomes, held = _give_both()

    assert outcomes == ["done", "done"]
    assert {"audit.view", "staff.edit"} <= held
