"""What is said of a bill before it is issued, and what waits."""

from decimal import Decimal

import pytest

from qingyuan.domains.billing.rules.notices import Notice, NoticeRules, notice, rules_of

D = Decimal
RULES = NoticeRules(least=D("200.00"), factor=D("3"), hold_factor=D("10"), hold_from=D("5000.00"))


@pytest.mark.parametrize(
    ("amount", "mean", "code", "held"),
    [
        ("0.00", "50.00", "billing.zero_bill", False),
        ("199.99", "1.00", None, None),  # under the least amount nothing is a shock
        ("300.00", "100.00", None, None),  # three times is not over three times
        ("300.01", "100.00", "billing.bill_shock", False),
        ("1000.00", "100.00", "billing.bill_shock", False),
        ("1000.01", "100.00", "billing.bill_shock", True),
        ("4999.99", None, None, None),  # a first bill has nothing usual
        ("5000.00", None, "billing.over_limit", True),
        ("5000.00", "4000.00", "billing.over_limit", True),
        ("5000.00", "1000.00", "billing.bill_shock", True),  # a shock that waits for its amount
        ("-20.00", "50.00", None, None),
    ],
)
def test_notice(amount: str, mean: str | None, code: str | None, held: bool | None) -> None:
    said = notice(D(amount), None if mean is None else D(mean), RULES)

    assert (said and said.code, said and said.held) == (code, held)


def test_what_waits_by_its_factor_is_said_even_below_the_shock_factor() -> None:
    rules = RULES._replace(hold_factor=D("2"), hold_from=None)

    assert notice(D("250.00"), D("100.00"), rules) == Notice(
        "billing.bill_shock", {"mean": D("100.00"), "amount": D("250.00")}, held=True
    )


def test_rules_that_are_off_hold_nothing() -> None:
    rules = rules_of({"shock_factor": "3", "shock_minimum": "200.00", "hold_factor": None, "hold_from": None})

    assert notice(D("99999.00"), D("1.00"), rules) == Notice(
        "billing.bill_shock", {"mean": D("1.00"), "amount": D("99999.00")}, held=False
    )
    assert notice(D("99999.00"), None, rules) is None
