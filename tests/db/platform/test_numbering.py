"""Number series."""

from collections.abc import Iterator
from datetime import date

import pytest
from django.db import transaction

from qingyuan.kernel.declarations import NumberKind
from qingyuan.platform import registry
from qingyuan.platform.locking.door import NoTransactionError
from qingyuan.platform.numbering.models import NumberSeries
from qingyuan.platform.numbering.operations import SeriesExhausted, draw, reserve
from tests.factories.platform import Utility, make_utility

MONTHLY = NumberKind("tests.monthly", "Monthly", prefix="M", date_part="%y%m", width=3, gapless=True)
MARCH, APRIL = date(2026, 3, 31), date(2026, 4, 1)


@pytest.fixture(scope="module", autouse=True)
def declared() -> Iterator[None]:
    registry.number_kinds.add([MONTHLY])
    yield
    del registry.number_kinds._by_code[MONTHLY.code]


@pytest.fixture(scope="module")
def utility(module_db: str) -> Utility:
    return make_utility()


def test_draw_counts_by_unit_and_month(utility: Utility, db: None) -> None:
    with transaction.atomic():
        drawn = [
            draw(kind="tests.monthly", unit_id=unit, on=on).text
            for unit, on in (
                (utility.east_id, MARCH),
                (utility.east_id, MARCH),
                (utility.west_id, MARCH),
                (utility.east_id, APRIL),
            )
        ]

    assert drawn == ["M2603001", "M2603002", "M2603001", "M2604001"]


def test_draw_gives_the_number_again_when_the_transaction_failed(utility: Utility, db: None) -> None:
    with pytest.raises(RuntimeError, match="undo"), transaction.atomic():
        assert draw(kind="tests.monthly", unit_id=utility.east_id, on=MARCH).number == 1
        raise RuntimeError("undo")

    with transaction.atomic():
        assert draw(kind="tests.monthly", unit_id=utility.east_id, on=MARCH).number == 1


def test_reserve_takes_a_block_at_once(utility: Utility, db: None) -> None:
    with transaction.atomic():
        block = reserve(kind="tests.monthly", unit_id=utility.east_id, on=MARCH, count=10)
        following = draw(kind="tests.monthly", unit_id=utility.east_id, on=MARCH)

    assert (block.first, block.count, block.text_of(10)) == (1, 10, "M2603010")
    assert following.number == 11


def test_reserve_refuses_a_block_that_does_not_fit(utility: Utility, db: None) -> None:
    with transaction.atomic(), pytest.raises(SeriesExhausted):
        reserve(kind="tests.monthly", unit_id=utility.east_id, on=MARCH, count=1000)

    assert not NumberSeries.objects.filter(next_value__gt=1).exists()


def test_draw_refuses_when_there_is_no_transaction(utility: Utility, db: None) -> None:
    with pytest.raises(NoTransactionError):
        draw(kind="tests.monthly", unit_id=utility.east_id, on=MARCH)


def test_draw_refuses_a_kind_that_nobody_declared(utility: Utility, db: None) -> None:
    with transaction.atomic(), pytest.raises(LookupError, match="is not declared"):
        draw(kind="tests.unknown", unit_id=utility.east_id, on=MARCH)
