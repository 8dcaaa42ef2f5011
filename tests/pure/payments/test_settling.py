"""What becomes of money on the counter: a table, and what holds for every sum."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qingyuan.domains.payments.rules.settling import Settled, Shortfall, settle
from qingyuan.domains.payments.rules.states import TenderKind

MONEY = st.decimals(min_value=0, max_value=100000, places=2)


@pytest.mark.parametrize(
    ("due", "handed", "tender", "keep_rest", "partly", "expected"),
    [
        ("80.00", "100.00", TenderKind.CASH, False, False, ("80.00", "20.00")),
        ("80.00", "80.00", TenderKind.CASH, False, False, ("80.00", "0.00")),
        ("80.00", "100.00", TenderKind.CASH, True, False, ("100.00", "0.00")),
        ("80.00", "100.00", TenderKind.CARD, True, False, ("100.00", "0.00")),
        ("80.00", "80.00", TenderKind.CARD, False, False, ("80.00", "0.00")),
        ("0.00", "50.00", TenderKind.CASH, True, False, ("50.00", "0.00")),
        ("80.00", "50.00", TenderKind.CASH, False, True, ("50.00", "0.00")),
        ("80.00", "50.00", TenderKind.CASH, False, False, Shortfall.NOT_ENOUGH),
        ("80.00", "50.00", TenderKind.CASH, True, False, Shortfall.NOT_ENOUGH),
        ("80.00", "100.00", TenderKind.CARD, False, False, Shortfall.NO_CHANGE),
        ("80.00", "100.00", TenderKind.TRANSFER, False, True, Shortfall.NO_CHANGE),
        ("80.00", "0.00", TenderKind.CASH, False, True, Shortfall.NOTHING),
        ("0.00", "50.00", TenderKind.CASH, False, False, Shortfall.NOTHING),
    ],
)
def test_settle(
    due: str, handed: str, tender: TenderKind, keep_rest: bool, partly: bool, expected: tuple[str, str] | Shortfall
) -> None:
    found = settle(due=Decimal(due), handed=Decimal(handed), tender=tender, keep_rest=keep_rest, may_pay_partly=partly)

    wanted = expected if isinstance(expected, Shortfall) else Settled(Decimal(expected[0]), Decimal(expected[1]))
    assert found == wanted


@given(due=MONEY, handed=MONEY, tender=st.sampled_from(TenderKind), keep=st.booleans(), partly=st.booleans())
def test_nothing_is_lost_and_change_is_given_from_cash_alone(
    due: Decimal, handed: Decimal, tender: TenderKind, keep: bool, partly: bool
) -> None:
    found = settle(due=due, handed=handed, tender=tender, keep_rest=keep, may_pay_partly=partly)

    if isinstance(found, Settled):
        assert found.amount + found.change == handed
        assert found.amount > 0
        assert found.change == 0 or (tender is TenderKind.CASH and found.amount == due and not keep)
