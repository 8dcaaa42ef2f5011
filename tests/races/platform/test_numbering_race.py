"""Thirty-two people draw a number at once."""

import importlib
import threading
import time
from collections.abc import Iterator

import pytest
from django.db import transaction

from qingyuan.kernel.declarations import NumberKind
from qingyuan.platform import registry
from qingyuan.platform.numbering import operations as numbering
from tests.databases import InThread
from tests.factories.platform import FIRST_DAY, make_utility

KIND = NumberKind("tests.raced", "Raced", gapless=True)
DRAWERS = 32
pytestmark = pytest.mark.race


@pytest.fixture(autouse=True)
def declared() -> Iterator[None]:
    registry.number_kinds.add([KIND])
    yield
    del registry.number_kinds._by_code[KIND.code]


def _all_draw() -> list[int]:
    unit_id = make_utility().east_id
    with transaction.atomic():
        numbering.draw(kind=KIND.code, unit_id=unit_id, on=FIRST_DAY)
    start = threading.Barrier(DRAWERS)

    def one() -> int:
        start.wait(20)
        with transaction.atomic():
            return numbering.draw(kind=KIND.code, unit_id=unit_id, on=FIRST_DAY).number

    drawers = [InThread(one) for _ in range(DRAWERS)]
    return sorted(drawer.wait(60) for drawer in drawers)


def test_draw_gives_each_a_number_of_its_own(committed_db: str) -> None:
    assert _all_draw() == list(range(2, DRAWERS + 2))


def test_control_draw_gives_doubles_when_the_lock_is_off(committed_db: str, monkeypatch: pytest.MonkeyPatch) -> None:
    module = importlib.import_module("qingyuan.platform.numbering.operations.draw")
    monkeypatch.setattr(module, "hold", lambda *_: time.sleep(0.01))

    drawn = _all_draw()

    assert len(set(drawn)) < DRAWERS
