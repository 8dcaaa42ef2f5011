"""A bill in slips: together what belongs together, to the fen what the bill is."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qingyuan.domains.ledger.rules.netting import net_parts
from qingyuan.domains.ledger.rules.slips import (
    Charge,
    SlipMode,
    bill_slips,
    charges_of,
    restricted,
    slips_of,
)

D = Decimal
CHARGES = (Charge(1, ""), Charge(2, "财政局"), Charge(3, ""), Charge(4, "环卫处"), Charge(5, "财政局"))


@pytest.mark.parametrize(
    ("mode", "slips"),
    [
        (SlipMode.COMBINED, ((1, 2, 3, 4, 5),)),
        (SlipMode.BY_PAYEE, ((1, 3), (2, 5), (4,))),
        (SlipMode.BY_CHARGE, ((1,), (2,), (3,), (4,), (5,))),
    ],
)
def test_charge_items_stand_together_by_mode(mode: SlipMode, slips: tuple[tuple[int, ...], ...]) -> None:
    assert slips_of(CHARGES, mode) == slips


def test_keys_name_whole_slips() -> None:
    slips = slips_of(CHARGES, SlipMode.BY_PAYEE)

    assert charges_of(slips, [4, 1]) == (1, 3, 4)
    assert charges_of(slips, []) == ()
    with pytest.raises(KeyError):
        charges_of(slips, [3])  # no slip begins with it


def test_parts_of_the_chosen_items_alone() -> None:
    parts = ((1, D("30.00")), (2, D("12.00")))

    assert restricted(parts, {2, 9}) == ((2, D("12.00")),)


def test_a_relief_stands_as_taken_from_the_item_it_was_taken_from() -> None:
    netted = net_parts([(1, D("30.00")), (2, D("10.00")), (3, D("-12.00"))])

    own, sewage = bill_slips(((1, 3), (2,)), netted.parts, netted.nettings, ((1, D("8.00")), (2, D("10.00"))))

    assert own.lines == ((1, D("30.00"), D("12.00"), D("10.00"), D("8.00")),)
    assert (own.amount, own.cleared, own.owed) == (D("18.00"), D("10.00"), D("8.00"))
    assert (sewage.amount, sewage.owed) == (D("10.00"), D("10.00"))


def test_an_item_that_was_taken_whole_stands_with_nothing() -> None:
    netted = net_parts([(1, D("10.00")), (2, D("10.00")), (3, D("-12.00"))])

    water, sewage = bill_slips(((1,), (2,), (3,)), netted.parts, netted.nettings, netted.parts)

    assert water.lines == ((1, D("10.00"), D("10.00"), D("0.00"), D("0.00")),)
    assert (sewage.amount, sewage.owed) == (D("8.00"), D("8.00"))


amounts = st.decimals(min_value="-50", max_value="200", places=2)


@given(
    given_parts=st.lists(st.tuples(st.integers(1, 5), amounts), min_size=1, max_size=8),
    share=st.integers(0, 100),
    mode=st.sampled_from(SlipMode),
)
def test_slips_sum_to_the_bill_to_the_fen(given_parts: list[tuple[int, Decimal]], share: int, mode: SlipMode) -> None:
    total = sum((amount for _, amount in given_parts), D(0))
    if total < 0:
        return
    netted = net_parts(given_parts)
    owed = tuple((charge, (amount * share / 100).quantize(D("0.01"))) for charge, amount in netted.parts)

    found = bill_slips(slips_of(CHARGES, mode), netted.parts, netted.nettings, owed)

    assert sum((slip.amount for slip in found), D(0)) == total
    assert sum((slip.owed for slip in found), D(0)) == sum((amount for _, amount in owed), D(0))
    for slip in found:
        assert slip.amount == slip.cleared + slip.owed
        assert all(min(line) >= 0 for line in (one[1:] for one in slip.lines))
    if mode is SlipMode.COMBINED:
        assert len(found) <= 1
