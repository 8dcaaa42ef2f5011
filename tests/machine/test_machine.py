"""Any order of reading, correcting, billing, cancelling, paying … keeps the product equal to a plain model of it."""

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import run_state_machine_as_test

from tests.machine.machine import TownMachine
from tests.machine.world import Town, make_town

QUIET = settings(
    deadline=None, database=None, suppress_health_check=list(HealthCheck), print_blob=False, report_multiple_bugs=False
)


@pytest.fixture(scope="module")
def town(module_db: str) -> Town:
    return make_town()


def test_any_order_of_acts_keeps_the_copies_alike(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    """A failure is shown as it was found; the nightly run also looks for the shortest way to it."""
    monkeypatch.setattr(TownMachine, "town", town, raising=False)

    run_state_machine_as_test(
        TownMachine,
        settings=settings(QUIET, max_examples=8, stateful_step_count=30, derandomize=True, phases=[Phase.generate]),
    )


@pytest.mark.nightly
def test_long_lives_of_many_towns(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(TownMachine, "town", town, raising=False)

    run_state_machine_as_test(TownMachine, settings=settings(QUIET, max_examples=300, stateful_step_count=60))
