"""What a person should look at before a calculated bill is issued, and what waits until one has (复核提示与暂缓签发).

bulk_calculation.py says the same in SQL; a test compares both on every case.
"""

from collections.abc import Mapping
from decimal import Decimal
from typing import NamedTuple

from qingyuan.domains.billing.rules.states import BILL_SHOCK, OVER_LIMIT, ZERO_BILL


class NoticeRules(NamedTuple):
    """By what a run's bills are looked at, fixed when the run starts. Amounts in yuan; None switches a rule off.

    A bill of at least `least` is a shock over `factor` times the mean of its point's last bills, and waits over
    `hold_factor` times; one of `hold_from` or more waits whatever was usual.
    """

    least: Decimal
    factor: Decimal
    hold_factor: Decimal | None
    hold_from: Decimal | None

    @property
    def shock_factor(self) -> Decimal:
        """The factor above which a bill is said to be one: what waits is always said, however the two are set."""
        return self.factor if self.hold_factor is None else min(self.factor, self.hold_factor)


class Notice(NamedTuple):
    """Why a person should look; `held`: it is not issued before."""

    code: str
    params: Mapping[str, object]
    held: bool


def rules_of(selection: Mapping[str, object]) -> NoticeRules:
    """The rules as the run keeps them; a run from before the holding rules holds nothing."""

    def given(name: str) -> Decimal | None:
        return Decimal(str(selection[name])) if selection.get(name) is not None else None

    return NoticeRules(
        least=Decimal(str(selection["shock_minimum"])),
        factor=Decimal(str(selection["shock_factor"])),
        hold_factor=given("hold_factor"),
        hold_from=given("hold_from"),
    )


def notice(amount: Decimal, mean: Decimal | None, rules: NoticeRules) -> Notice | None:
    """What is to be said of a bill of `amount` where the last bills came to `mean` on average (None: there are none)."""
    if not amount:
        return Notice(ZERO_BILL, {}, held=False)
    if mean is None or amount < rules.least:
        is_shock = waits = False
    else:
        is_shock = mean * rules.shock_factor < amount
        waits = rules.hold_factor is not None and mean * rules.hold_factor < amount
    is_large = rules.hold_from is not None and amount >= rules.hold_from
    if is_shock:
        return Notice(BILL_SHOCK, {"mean": mean, "amount": amount}, held=waits or is_large)
    if is_large:
        return Notice(OVER_LIMIT, {"amount": amount, "limit": rules.hold_from}, held=True)
    return None
