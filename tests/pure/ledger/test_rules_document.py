"""docs/rules/ledger.md: every pure worked row comes out as printed."""

from collections.abc import Sequence
from decimal import Decimal

import pytest

from qingyuan.domains.ledger.rules.allocation import AllocationMode, allocate
from qingyuan.domains.ledger.rules.clearing import ClearingOrder, spread, spread_credit, take_from_credit
from qingyuan.domains.ledger.rules.netting import Part, gross_parts, net_parts
from qingyuan.domains.ledger.rules.slips import Charge, SlipMode, bill_slips, slips_of
from tests.factories.documents import table

PAGE = "docs/rules/ledger.md"
CHARGES = {"WATER": 1, "SEWAGE": 2, "REFUSE": 3, "RELIEF": 4, "REBATE": 5}
NAMES = {number: name for name, number in CHARGES.items()}


def _parts(text: str) -> tuple[Part, ...]:
    pairs = [pair.split() for pair in text.split(",") if pair.strip()]
    return tuple((CHARGES[name], Decimal(amount)) for name, amount in pairs)


def _amounts(text: str) -> tuple[Decimal, ...]:
    return tuple(Decimal(amount.strip()) for amount in text.split(","))


def _shown(parts: Sequence[Part]) -> str:
    return ", ".join(f"{NAMES[charge]} {amount}" for charge, amount in parts)


@pytest.mark.parametrize("row", table(PAGE, "netting of"), ids=lambda row: row[0])
def test_netting(row: list[str]) -> None:
    given, owed, taken = row
    netted = net_parts(_parts(given))

    assert _shown(netted.parts) == owed
    assert ", ".join(f"{NAMES[one[0]]} from {NAMES[one[1]]} {one[2]}" for one in netted.nettings) == taken
    summed: dict[int, Decimal] = {}
    for charge, amount in _parts(given):
        summed[charge] = summed.get(charge, Decimal("0.00")) + amount
    back = gross_parts(netted.parts, netted.nettings)
    assert back == tuple(sorted((charge, amount) for charge, amount in summed.items() if amount))


@pytest.mark.parametrize("row", table(PAGE, "cleared"), ids=lambda row: f"{row[0]} {row[2]}")
def test_clearing_order(row: list[str]) -> None:
    amount, owed, order, goes_to = row

    assert _shown(spread(Decimal(amount), _parts(owed), ClearingOrder(order))) == goes_to


@pytest.mark.parametrize("row", table(PAGE, "money"), ids=lambda row: f"{row[0]} of {row[1]} {row[2]}")
def test_allocation(row: list[str]) -> None:
    money, bills, mode, cleared, rest = row

    allocated = allocate(Decimal(money), _amounts(bills), AllocationMode(mode))

    assert allocated.amounts == _amounts(cleared)
    assert allocated.rest == Decimal(rest)


@pytest.mark.parametrize("row", table(PAGE, "credit"), ids=lambda row: f"{row[0]} on {row[1]}")
def test_credit(row: list[str]) -> None:
    credit, owed, order, cleared, left = row

    found = spread_credit(_parts(credit), _parts(owed), ClearingOrder(order))

    assert _shown(found) == cleared
    assert _shown(take_from_credit(_parts(credit), found)) == left


@pytest.mark.parametrize("row", table(PAGE, "slips"), ids=lambda row: row[0])
def test_slips(row: list[str]) -> None:
    mode, cleared, shown = row
    payees = {"SEWAGE": "财政局", "REBATE": "财政局", "REFUSE": "环卫处"}
    charges = [Charge(number, payees.get(name, "")) for name, number in CHARGES.items()]
    netted = net_parts(_parts("WATER 30.00, SEWAGE 10.00, REFUSE 5.00, RELIEF -12.00"))
    gone = dict(_parts(cleared))
    owed = [(charge, amount - gone.get(charge, Decimal("0.00"))) for charge, amount in netted.parts]

    found = bill_slips(slips_of(charges, SlipMode(mode)), netted.parts, netted.nettings, owed)

    told = []
    for slip in found:
        gross = sum((line.gross for line in slip.lines), Decimal("0.00"))
        less = sum((line.less for line in slip.lines), Decimal("0.00"))
        told.append(f"{gross} − {less} − {slip.cleared} = {slip.owed}")
    assert "; ".join(told) == shown
