"""Faults planted into the product: for each the machine must fail, or it would prove nothing."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from django.db import DatabaseError
from hypothesis import Phase, settings
from hypothesis.stateful import run_state_machine_as_test

from qingyuan.domains.billing.operations import cancel, cancelling
from qingyuan.domains.billing.queries import bill_facts
from qingyuan.domains.billing.queries import terms as terms_queries
from qingyuan.domains.ledger.operations import credits as credit_notes
from qingyuan.domains.ledger.operations import offsets
from qingyuan.domains.ledger.rules import allocation
from qingyuan.domains.payments.operations import taking
from qingyuan.domains.readings import operations as readings
from qingyuan.kernel.errors import DomainError
from qingyuan.platform.locking.door import LockOrderError
from tests.machine.machine import TownMachine
from tests.machine.test_lives import usual_life
from tests.machine.test_machine import QUIET, town
from tests.machine.world import Town, World

__all__ = ["town"]
SEEN = (AssertionError, DomainError, DatabaseError, KeyError, LockOrderError)
"""What a fault ends in: a difference, or that it breaks what follows."""

Plant = Callable[[pytest.MonkeyPatch], None]
FINDING = settings(QUIET, max_examples=60, stateful_step_count=30, derandomize=True, phases=[Phase.generate])


def _fen_lost(patch: pytest.MonkeyPatch) -> None:
    """A receivable is paid a fen short of itself, and counts as paid."""
    paid = allocation.allocate

    def short(amount: Decimal, owed: Any, mode: Any) -> Any:
        done = paid(amount, owed, mode)
        return done._replace(amounts=tuple(max(each - Decimal("0.01"), Decimal(0)) for each in done.amounts))

    patch.setattr(offsets, "allocate", short)


def _tier_use_kept(patch: pytest.MonkeyPatch) -> None:
    """A cancelled bill still counts in its tiers."""
    statement = cancelling._TAKE_BACK
    assert "ORDER BY" in statement
    patch.setattr(cancelling, "_TAKE_BACK", statement.replace("ORDER BY", "AND false ORDER BY"))


def _no_offset(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(offsets, "_plan", lambda *_given: [])


def _credit_clears_nothing(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(credit_notes, "_targets", lambda *_given: [])


def _place_lost(patch: pytest.MonkeyPatch) -> None:
    """A bill that is made again stands behind all others."""
    patch.setattr(bill_facts, "replaced_places", lambda *_given: {})


def _later_bills_forgotten(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(cancel, "propose_later_bills", lambda **_given: ())


def _change_never_answered(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(readings, "mark_changes_answered", lambda **_given: None)


def _taken_twice(patch: pytest.MonkeyPatch) -> None:
    """The same sending again is another payment."""
    patch.setattr(taking, "_taken_before", lambda *_given: None)


IN_A_LIFE: tuple[Plant, ...] = (
    _fen_lost,
    _tier_use_kept,
    _no_offset,
    _credit_clears_nothing,
    _later_bills_forgotten,
    _place_lost,
    _change_never_answered,
    _taken_twice,
)


def _named(plant: Plant) -> str:
    return plant.__name__.strip("_")


@pytest.mark.parametrize("plant", IN_A_LIFE, ids=_named)
def test_a_planted_fault_is_seen_in_one_life(
    plant: Plant, town: Town, db: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    world = World(town)
    plant(monkeypatch)

    with pytest.raises(SEEN):
        usual_life(world)


def test_a_planted_fault_is_seen_by_the_machine(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    _see(_tier_use_kept, town, monkeypatch)


@pytest.mark.nightly
@pytest.mark.parametrize("plant", IN_A_LIFE, ids=_named)
def test_each_planted_fault_is_seen_by_the_machine(plant: Plant, town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    _see(plant, town, monkeypatch)


def _see(plant: Plant, town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(TownMachine, "town", town, raising=False)
    monkeypatch.setattr(terms_queries, "_makers", type(terms_queries._makers)())  # nothing priced rightly before
    plant(monkeypatch)

    with pytest.raises(SEEN):
        run_state_machine_as_test(TownMachine, settings=FINDING)
