"""The forms in which a domain declares what platform keeps registers of: data only, no behaviour."""

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum


@dataclass(frozen=True, slots=True)
class Permission:
    """A permission code (权限), `area.verb`. `label` is the English text, translated by the catalogues.

    `scope_free` permissions are not limited to a unit (system administration).
    """

    code: str
    label: str
    scope_free: bool = False


class ParameterType(StrEnum):
    BOOLEAN = "boolean"
    INTEGER = "integer"
    DECIMAL = "decimal"
    CHOICE = "choice"
    TEXT = "text"


ParameterValue = bool | int | Decimal | str


@dataclass(frozen=True, slots=True)
class Parameter:
    """A dated, per-unit business parameter (参数). `check` returns None or an error code's reason."""

    code: str
    type: ParameterType
    default: ParameterValue
    label: str
    help: str
    choices: tuple[str, ...] = ()
    minimum: Decimal | None = None
    maximum: Decimal | None = None
    check: Callable[[ParameterValue], str | None] | None = None


@dataclass(frozen=True, slots=True)
class NumberKind:
    """A kind of number series (编号规则). `gapless` numbers are drawn under a row lock in the caller's transaction."""

    code: str
    label: str
    prefix: str = ""
    date_part: str = ""  # strftime pattern, e.g. "%Y%m"
    width: int = 8
    gapless: bool = False
    check_digit: bool = False


@dataclass(frozen=True, slots=True)
class AuditAction:
    """An audit action code (审计动作), `area.verb`."""

    code: str
    label: str
