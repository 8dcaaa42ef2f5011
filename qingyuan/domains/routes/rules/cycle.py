"""When a book is read (抄表周期): its interval in months and the month in which the interval begins."""

from typing import NamedTuple

from qingyuan.kernel.errors import DomainError
from qingyuan.kernel.period import Month

INTERVALS = (1, 2, 3, 4, 6, 12)


class CycleInvalid(DomainError):
    """The interval is 1, 2, 3, 4, 6 or 12 months, the phase a month 1–12, the reading day 1–28."""

    code = "routes.cycle_invalid"


class Cycle(NamedTuple):
    """Books read in the same months of the year: every `months_interval` months, first in `first_month` of the year."""

    months_interval: int
    first_month: int

    @classmethod
    def of(cls, months_interval: int, phase_month: int) -> "Cycle":
        """The cycle of a book: every second month from 3 is every second month from 1."""
        return cls(months_interval, (phase_month - 1) % months_interval + 1)

    @property
    def months(self) -> tuple[int, ...]:
        """The months of the year, 1–12, in which it is read."""
        return tuple(range(self.first_month, 13, self.months_interval))


def check_cycle(*, months_interval: int, phase_month: int, reading_day: int) -> None:
    """Raises CycleInvalid naming the field."""
    for field, value, right in (
        ("months_interval", months_interval, months_interval in INTERVALS),
        ("phase_month", phase_month, 1 <= phase_month <= 12),
        ("reading_day", reading_day, 1 <= reading_day <= 28),
    ):
        if not right:
            raise CycleInvalid(field=field, value=value)


def is_due(month: Month, *, months_interval: int, phase_month: int) -> bool:
    """Whether a book with this cycle is read in the month: every interval counted from its phase month, in any year."""
    return (month.month - phase_month) % months_interval == 0


def next_due(month: Month, *, months_interval: int, phase_month: int) -> Month:
    """The first month from `month` on in which the book is read (下次抄表月)."""
    return month.plus((phase_month - month.month) % months_interval)
