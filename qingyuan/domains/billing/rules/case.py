"""What a run calculates (计费对象): one point in one reading period, or the correction of one bill, as plain values.

Everything that rating needs is here but the tier use before it, which depends on what stands earlier in its tier group.
"""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from qingyuan.domains.billing.rules.states import BillBasis, BillKind
from qingyuan.domains.tariffs.rules.plan import MonthDay
from qingyuan.domains.tariffs.rules.request import (
    ItemOption,
    ItemTax,
    PeopleFrom,
    QuotaFrom,
    RatingRequest,
    TierUse,
    UsagePiece,
    UsageShare,
)

LAST_IN_POSITION = 1 << 62
"""Tier sequence of a bill that is still to be made: after all bills that have taken the position already."""


class Place(NamedTuple):
    """Where a bill stands, by natural keys. Their order is the order of a run (批次顺序)."""

    group_no: str
    account_no: str
    point_no: str
    yyyymm: int
    round_no: int

    @property
    def position(self) -> int:
        """The tier position's first half."""
        return self.yyyymm * 100 + self.round_no

    @property
    def natural_key(self) -> str:
        """The place as one text that sorts (byte by byte) as the run's order does."""
        return f"{self.group_no} {self.account_no} {self.point_no} {self.yyyymm} {self.round_no:02d}"


class Rows(NamedTuple):
    """The database rows behind a case: never part of a snapshot."""

    group_id: int | None
    account_id: int
    customer_id: int | None
    point_id: int
    book_id: int
    unit_id: int
    reading_item_id: int


class Refusal(NamedTuple):
    """Why a case gives no bill (异常): an error code and what its sentence is filled with."""

    code: str
    params: dict[str, object]


class SharesFact(NamedTuple):
    """Usage shares with their canonical text, made once for all points that have the same."""

    shares: tuple[UsageShare, ...]
    text: str
    class_ids: tuple[int | None, ...] = ()


class OptionsFact(NamedTuple):
    """Item options with their canonical text."""

    options: tuple[ItemOption, ...]
    text: str


class TaxesFact(NamedTuple):
    """The charge items' own taxes with their canonical text."""

    taxes: tuple[ItemTax, ...]
    text: str


NO_OPTIONS = OptionsFact((), "")
NO_TAXES = TaxesFact((), "")


@dataclass(slots=True)
class Facts:
    """What a rating request is made of, but the tier use (计费依据)."""

    pieces: tuple[UsagePiece, ...]
    shares: SharesFact
    from_date: date
    to_date: date
    period_date: date
    months: int = 1
    options: OptionsFact = NO_OPTIONS
    taxes: TaxesFact = NO_TAXES
    tax_overrides: tuple[ItemTax, ...] = ()
    people: tuple[PeopleFrom, ...] = ()
    quota: tuple[QuotaFrom, ...] = ()
    relief: tuple[str, ...] = ()
    calibre: str = ""
    carries: bool = False
    carry_before: Decimal = Decimal("0.000")
    anchor: MonthDay | None = None
    opened: date | None = None
    closed: date | None = None
    account_fees: bool = True
    account_used: bool | None = None

    def request(self, tier_use: tuple[TierUse, ...], carry_before: Decimal) -> RatingRequest:
        """The rating request with what was used before and the remainder carried over."""
        return RatingRequest(
            self.pieces,
            self.shares.shares,
            self.months,
            self.period_date,
            tier_use,
            carry_before,
            self.people,
            self.quota,
            self.calibre,
            self.relief,
            self.options.options,
            self.tax_overrides,
            self.taxes.taxes,
            self.anchor,
            self.opened,
            self.closed,
            self.account_fees,
            self.account_used,
        )


@dataclass(slots=True)
class Correction:
    """What a correcting bill is made of: the bill it corrects, the request by which that stands billed so far, and the
    one by which it should stand (its tier use is filled in when it is calculated).
    """

    bill_id: int
    bill_no: str
    before: RatingRequest
    after: RatingRequest
    cause: str


@dataclass(slots=True)
class Case:
    """One element of a run: a bill by its `facts`, or a `correction`, or a `refusal`.

    `sequence` is the second half of the tier position: a re-bill and a correction have that of the bill they replace or
    correct. `revision` is the consumption's, `change_id` the ConsumptionChange that a true-up answers.
    """

    place: Place
    rows: Rows
    kind: BillKind
    facts: Facts | None = None
    refusal: Refusal | None = None
    basis: BillBasis = BillBasis.METERED
    revision: int = 1
    sequence: int = LAST_IN_POSITION
    replaces_bill_id: int | None = None
    correction: Correction | None = None
    change_id: int | None = None

    @property
    def tier_order(self) -> tuple[int, int, str, str]:
        """The order in which the members of a tier group fill its room (阶梯顺序)."""
        return (self.place.position, self.sequence, self.place.account_no, self.place.point_no)

    @property
    def natural_key(self) -> str:
        """See Place; a correction stands after the bill of its place, by the consumption revision that it answers."""
        key = self.place.natural_key
        return key if self.correction is None else f"{key} {self.correction.bill_no} {self.revision:03d}"
