"""What a register can show (量程) and which value it may stand at."""

from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

from qingyuan.kernel.errors import DomainError


class RegisterValueInvalid(DomainError):
    """The register cannot show this value: below 0, over its range, or with more places than it has."""

    code = "meters.register_value_invalid"


class RegistersIncomplete(DomainError):
    """Each register of the meter needs exactly one value."""

    code = "meters.registers_incomplete"


def maximum(digits: int) -> Decimal:
    """The first value that a register with so many digits before the point cannot show: 5 digits → 100000."""
    return Decimal(10) ** digits


def check_value(value: Decimal, *, register_no: int, limit: Decimal, decimals: int) -> None:
    """Raises RegisterValueInvalid."""
    finite = value.is_finite()
    if not finite or not 0 <= value < limit or value != value.quantize(Decimal(1).scaleb(-decimals)):
        raise RegisterValueInvalid(register_no=register_no, value=value, limit=limit, decimals=decimals)


def check_values(values: Mapping[int, Decimal], registers: Mapping[int, tuple[Decimal, int]]) -> None:
    """`values` by register number against `registers` (limit, decimals). Raises RegistersIncomplete, RegisterValueInvalid."""
    if values.keys() != registers.keys():
        raise RegistersIncomplete(wanted=sorted(registers), given=sorted(values))
    for register_no, value in values.items():
        limit, decimals = registers[register_no]
        check_value(value, register_no=register_no, limit=limit, decimals=decimals)


def civil_date(at: datetime, time_zone: str) -> date:
    """The calendar date of an instant where the company is. Raises ValueError for an instant without a zone."""
    if at.tzinfo is None:
        raise ValueError(f"{at} has no time zone")
    return at.astimezone(ZoneInfo(time_zone)).date()
