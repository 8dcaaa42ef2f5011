"""Points, their meters and what was read of them, kept plainly: which usage each month's reading comes to."""

from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import NamedTuple

PENDING, APPROVED, BILLED, SKIPPED = "PENDING", "APPROVED", "BILLED", "SKIPPED"
OPENED = date(2024, 11, 15)
FIRST_VALUE = Decimal(100)


class Piece(NamedTuple):
    """Usage of a stretch of days."""

    start: date
    end: date
    volume: Decimal


class Hung(NamedTuple):
    """A meter taken off, and the one hung in its place, if any."""

    on: date
    final: Decimal
    start: Decimal | None


@dataclass
class Read:
    """A month's reading item. `value` is the hanging meter's register; None when no meter hung any more. `adjusted` is the
    volume that a person put in the registers' place.
    """

    yyyymm: int
    state: str = PENDING
    on: date | None = None
    value: Decimal | None = None
    adjusted: Decimal | None = None
    edits: int = 0
    """How often its usage was corrected since it was taken."""
    changed: bool = False
    """Whether its usage was changed since it was billed and no bill or correction has answered that."""

    @property
    def is_taken(self) -> bool:
        return self.state in (APPROVED, BILLED)


@dataclass
class Point:
    """One meter point of one account."""

    key: int
    account_id: int
    reads: dict[int, Read] = field(default_factory=dict)
    hung: list[Hung] = field(default_factory=list)

    @property
    def has_meter(self) -> bool:
        return not self.hung or self.hung[-1].start is not None

    def before(self, yyyymm: int) -> Read | None:
        """The last reading of an earlier month that was taken."""
        taken = [each for each in self.reads.values() if each.yyyymm < yyyymm and each.is_taken]
        return max(taken, key=lambda each: each.yyyymm, default=None)

    def after(self, yyyymm: int) -> Read | None:
        """The first reading of a later month that was taken."""
        taken = [each for each in self.reads.values() if each.yyyymm > yyyymm and each.is_taken]
        return min(taken, key=lambda each: each.yyyymm, default=None)

    @property
    def last_on(self) -> date:
        """The day of the last reading, or of the opening."""
        return max((each.on for each in self.reads.values() if each.is_taken and each.on), default=OPENED)

    def stands_at(self, read: Read | None) -> tuple[date, Decimal]:
        """The day and the register at which the next reading's usage begins."""
        if read is None:
            return OPENED, FIRST_VALUE
        assert read.on is not None
        if read.value is not None:
            return read.on, read.value
        return read.on, self.hung[-1].final

    def hangs_at(self, yyyymm: int, on: date) -> Decimal | None:
        """Where the meter that hangs on the day of the month's reading begins for it; None when none hangs."""
        begin, stands = self.stands_at(self.before(yyyymm))
        since = [each for each in self.hung if begin < each.on <= on]
        return since[-1].start if since else stands

    def pieces(self, read: Read) -> list[Piece]:
        """The usage of a reading that was taken, in order of days."""
        begin, stands = self.stands_at(self.before(read.yyyymm))
        first_day = begin
        assert read.on is not None
        made = []
        hangs = True
        for each in self.hung:
            if first_day < each.on <= read.on:
                made.append(Piece(begin, each.on, _run_on(stands, each.final)))
                begin, hangs = each.on, each.start is not None
                stands = stands if each.start is None else each.start
        if hangs and read.value is not None:
            made.append(Piece(begin, read.on, read.value - stands))
        if read.adjusted is not None:
            measured = sum((each.volume for each in made), Decimal(0))
            made.append(Piece(first_day, read.on, read.adjusted - measured))
        return made

    def volume(self, read: Read) -> Decimal:
        return sum((each.volume for each in self.pieces(read)), Decimal(0))

    def months(self, read: Read) -> int:
        """Months since the last reading, or since the opening, which counts as one."""
        before = self.before(read.yyyymm)
        since = OPENED.year * 12 + OPENED.month if before is None else _number(before.yyyymm)
        return max(_number(read.yyyymm) - since, 1 if before is None else 0)


def _run_on(start: Decimal, final: Decimal) -> Decimal:
    """A meter that was taken off below where it stood went past its five digits."""
    return final - start if final >= start else final - start + 100_000


def _number(yyyymm: int) -> int:
    return yyyymm // 100 * 12 + yyyymm % 100
