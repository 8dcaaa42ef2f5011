"""Months and spans: the civil time axes of the trade (账期、区间)."""

from dataclasses import dataclass
from datetime import date, timedelta
from functools import total_ordering


@total_ordering
@dataclass(frozen=True, slots=True)
class Month:
    """A calendar month (年月). `number` is yyyymm, the form in which tables and addresses keep it."""

    year: int
    month: int

    def __post_init__(self) -> None:
        if not (1 <= self.month <= 12 and 1900 <= self.year <= 9998):
            raise ValueError(f"{self.year}-{self.month} is not a month")

    @classmethod
    def of(cls, day: date) -> "Month":
        return cls(day.year, day.month)

    @classmethod
    def from_number(cls, number: int) -> "Month":
        """The month of a yyyymm number; ValueError when there is none."""
        return cls(number // 100, number % 100)

    @property
    def number(self) -> int:
        return self.year * 100 + self.month

    @property
    def first_date(self) -> date:
        return date(self.year, self.month, 1)

    @property
    def span(self) -> "Span":
        return Span(self.first_date, self.plus(1).first_date)

    def plus(self, months: int) -> "Month":
        index = self.year * 12 + self.month - 1 + months
        return Month(index // 12, index % 12 + 1)

    def months_since(self, earlier: "Month") -> int:
        """Calendar months from `earlier` to this one; negative when this one is earlier."""
        return (self.year - earlier.year) * 12 + self.month - earlier.month

    def __lt__(self, other: "Month") -> bool:
        return self.number < other.number

    def __str__(self) -> str:
        return f"{self.year:04d}-{self.month:02d}"


@dataclass(frozen=True, slots=True)
class Span:
    """A half-open span of civil dates [start, end); `end` None is open (区间)."""

    start: date
    end: date | None

    def __post_init__(self) -> None:
        if self.end is not None and self.end < self.start:
            raise ValueError(f"the span ends on {self.end}, before its start {self.start}")

    @property
    def days(self) -> int:
        """Days in the span. Raises ValueError for an open one."""
        if self.end is None:
            raise ValueError("an open span has no number of days")
        return (self.end - self.start).days

    def contains(self, day: date) -> bool:
        return self.start <= day and (self.end is None or day < self.end)

    def overlaps(self, other: "Span") -> bool:
        return (other.end is None or self.start < other.end) and (self.end is None or other.start < self.end)

    @property
    def last_date(self) -> date | None:
        """The last date inside, for people who write spans inclusively; None when open or empty."""
        if self.end is None or self.end == self.start:
            return None
        return self.end - timedelta(days=1)
