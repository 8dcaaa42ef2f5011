"""How a number is written (编号写法): prefix, date part, running number, check digit."""

from dataclasses import dataclass
from datetime import date

from qingyuan.kernel.declarations import NumberKind
from qingyuan.kernel.errors import DomainError


class SeriesExhausted(DomainError):
    """The running number no longer fits its width (流水号已用完)."""

    code = "numbering.series_exhausted"


def scope_of(kind: NumberKind, on: date) -> str:
    """The rendered date part: a new one starts a new count at 1."""
    return on.strftime(kind.date_part) if kind.date_part else ""


def written(kind: NumberKind, scope: str, number: int) -> str:
    """The number as people see it. Raises SeriesExhausted beyond the width."""
    running = f"{number:0{kind.width}d}"
    if len(running) > kind.width:
        raise SeriesExhausted(kind=kind.code, width=kind.width)
    body = f"{scope}{running}"
    return f"{kind.prefix}{body}{luhn_digit(body) if kind.check_digit else ''}"


def luhn_digit(text: str) -> str:
    """The check digit (校验位) over the digits of `text`: it finds any one wrong digit and most swaps of neighbours."""
    total = 0
    for place, character in enumerate(reversed([one for one in text if one.isdigit()])):
        digit = int(character) * (2 if place % 2 == 0 else 1)
        total += digit - 9 if digit > 9 else digit
    return str(-total % 10)


@dataclass(frozen=True, slots=True)
class DrawnNumber:
    """One number: the running one, and as it is written."""

    number: int
    text: str


@dataclass(frozen=True, slots=True)
class Block:
    """Consecutive numbers [first, first + count) reserved at once."""

    kind: NumberKind
    scope: str
    first: int
    count: int

    def text_of(self, number: int) -> str:
        """The number as it is written. Raises ValueError outside the block."""
        if not self.first <= number < self.first + self.count:
            raise ValueError(f"{number} is not in the block of {self.count} from {self.first}")
        return written(self.kind, self.scope, number)
