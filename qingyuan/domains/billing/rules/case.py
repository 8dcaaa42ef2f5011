"""What a run calculates (计费对象): one point in one reading period, or the correction of one bill, as plain values.

Everything that rating needs is here but the tier use before it, which depends on what stands earlier in its tier group.
"""

from dataclasses import dataclass
from decimal import Decimal
from typing import NamedTuple

from qingyuan.domains.billing.rules.states import BillBasis, BillKind
from qingyuan.domains.billing.rules.terms import NO_CARRY, Terms, Usage
from qingyuan.domains.tariffs.rules.request import RatingRequest

LAST_IN_POSITION = 1 << 62
"""Tier sequence of a bill that is still to be made: after all bills that have taken the position already."""
NO_USAGE = Usage("", "")


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
    """One element of a run: a bill by its `terms` and `usage`, or a `correction`, or a `refusal`.

    `sequence` is the second half of the tier position: a re-bill and a correction have that of the bill they replace or
    correct. `revision` is the consumption's, `change_id` the ConsumptionChange that a true-up answers. `natural_key`: see
    Place; a correction stands after the bill of its place, by the consumption revision that it answers.
    """

    place: Place
    rows: Rows
    kind: BillKind
    terms: Terms | None = None
    usage: Usage = NO_USAGE
    carry: Decimal = NO_CARRY
    refusal: Refusal | None = None
    basis: BillBasis = BillBasis.METERED
    revision: int = 1
    sequence: int = LAST_IN_POSITION
    replaces_bill_id: int | None = None
    correction: Correction | None = None
    change_id: int | None = None
    natural_key: str = ""

    def __post_init__(self) -> None:
        key = self.place.natural_key
        if self.correction is not None:
            key = f"{key} {self.correction.bill_no} {self.revision:03d}"
        self.natural_key = key

    @property
    def tier_order(self) -> tuple[int, int, str, str]:
        """The order in which the members of a tier group fill its room (阶梯顺序)."""
        place = self.place
        return (place.yyyymm * 100 + place.round_no, self.sequence, place.account_no, place.point_no)
