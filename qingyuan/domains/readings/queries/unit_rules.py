"""The rules of a unit on a day, as its parameters say (参数)."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from qingyuan.domains.readings.rules.anomalies import Limits
from qingyuan.platform.parameters import queries as parameters


@dataclass(frozen=True, slots=True)
class UnitRules:
    """Anomaly limits, the window of the average, the scale of a true-up, the limit of approving one's own reading."""

    limits: Limits
    average_window: int
    true_up_scale: int
    own_approval_limit: Decimal


class RulesByUnit:
    """The rules of the units met in one call, each read once."""

    def __init__(self, on: date) -> None:
        self._on = on
        self._known: dict[int, UnitRules] = {}

    def of(self, unit_id: int) -> UnitRules:
        """The rules of the unit. Raises NotFound for an unknown one."""
        if unit_id not in self._known:
            self._known[unit_id] = unit_rules(unit_id, on=self._on)
        return self._known[unit_id]


def unit_rules(unit_id: int, *, on: date) -> UnitRules:
    """The rules of one unit on a day. Raises NotFound for an unknown unit."""

    def number(code: str) -> Decimal:
        return parameters.decimal(f"readings.{code}", unit_id=unit_id, on=on)

    def whole(code: str) -> int:
        return parameters.integer(f"readings.{code}", unit_id=unit_id, on=on)

    def switch(code: str) -> bool:
        return parameters.boolean(f"readings.{code}", unit_id=unit_id, on=on)

    limits = Limits(
        high_factor=number("high_usage_factor"),
        low_factor=number("low_usage_factor"),
        minimum_volume=number("usage_not_warned"),
        no_average_volume=number("usage_without_average"),
        hold_zero_after_use=switch("hold_zero_after_use"),
        hold_same_as_previous=switch("hold_same_as_previous"),
        hold_first_reading=switch("hold_first_reading"),
    )
    return UnitRules(limits, whole("average_window"), whole("true_up_scale"), number("own_approval_limit"))
