"""Properties of spreading and netting, whatever the amounts: sums are kept, nothing becomes negative."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qingyuan.domains.ledger.rules.allocation import AllocationMode, allocate
from qingyuan.domains.ledger.rules.clearing import ClearingOrder, spread, spread_credit, take_from_credit
from qingyuan.domains.ledger.rules.netting import Part, gross_parts, net_parts

ZERO = Decimal("0.00")
FEN = st.integers(min_value=1, max_value=10_000_000).map(lambda fen: Decimal(fen).scaleb(-2))


def parts_of(amounts: list[Decimal]) -> tuple[Part, ...]:
    return tuple(enumerate(amounts, start=1))


PARTS = st.lists(FEN, min_size=1, max_size=6).map(parts_of)
ORDERS = st.sampled_from(ClearingOrder)


def total(parts: tuple[Part, ...]) -> Decimal:
    return sum((amount for _, amount in parts), ZERO)


@given(PARTS, ORDERS, st.data())
def test_spread_keeps_the_sum_and_exceeds_no_part(
    owed: tuple[Part, ...], order: ClearingOrder, data: st.DataObject
) -> None:
    amount = Decimal(data.draw(st.integers(min_value=1, max_value=int(total(owed).scaleb(2))))).scaleb(-2)

    cleared = spread(amount, owed, order)

    assert total(cleared) == amount
    assert all(0 < share <= dict(owed)[charge] for charge, share in cleared)


@given(PARTS, PARTS, ORDERS)
def test_credit_clears_as_much_as_both_allow(
    credit: tuple[Part, ...], owed: tuple[Part, ...], order: ClearingOrder
) -> None:
    cleared = spread_credit(credit, owed, order)

    assert total(cleared) == min(total(credit), total(owed))
    assert all(0 < share <= dict(owed)[charge] for charge, share in cleared)
    left = take_from_credit(credit, cleared)
    assert total(left) == total(credit) - total(cleared)
    assert all(amount > 0 for _, amount in left)


@given(PARTS, st.lists(FEN, max_size=3))
def test_netting_keeps_the_sum_and_can_be_told_again(positive: tuple[Part, ...], negative: list[Decimal]) -> None:
    given_parts = (*positive, *((100 + place, -amount) for place, amount in enumerate(negative)))
    if total(given_parts) < 0:
        with pytest.raises(ValueError, match="less than nothing"):
            net_parts(given_parts)
        return

    netted = net_parts(given_parts)

    assert total(netted.parts) == total(given_parts)
    assert all(amount > 0 for _, amount in netted.parts)
    assert gross_parts(netted.parts, netted.nettings) == tuple(sorted(given_parts))


@given(FEN, st.lists(FEN, max_size=8), st.sampled_from(AllocationMode))
def test_allocation_keeps_the_sum_and_the_order(money: Decimal, owed: list[Decimal], mode: AllocationMode) -> None:
    allocated = allocate(money, owed, mode)

    assert sum(allocated.amounts, allocated.rest) == money
    assert all(0 <= amount <= limit for amount, limit in zip(allocated.amounts, owed, strict=True))
    cleared_whole = [amount == limit for amount, limit in zip(allocated.amounts, owed, strict=True)]
    assert cleared_whole == sorted(cleared_whole, reverse=True)
    if mode is AllocationMode.WHOLE_BILLS:
        assert all(amount in (0, limit) for amount, limit in zip(allocated.amounts, owed, strict=True))


def test_more_than_is_owed_cannot_be_cleared() -> None:
    with pytest.raises(ValueError, match="cannot be cleared"):
        spread(Decimal("1.01"), ((1, Decimal("1.00")),), ClearingOrder.PRO_RATA)
