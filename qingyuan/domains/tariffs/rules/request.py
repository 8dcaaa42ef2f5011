"""What rating is asked (计费输入): one bill of one service point as frozen facts.

The billing run, the rehearsal, the simulator, the calculator and the command line all build this and call
`rate.rate`. Everything in it is a natural fact (no surrogate ids), so that its snapshot can be kept with the bill and
rated again years later. Volumes are in the plan's unit with at most three places, dates are civil, spans half-open.
"""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum

from qingyuan.domains.tariffs.rules.plan import MonthDay, Tax

NO_VOLUME = Decimal("0.000")


@dataclass(frozen=True, slots=True)
class SharedBy:
    """How a share of a main's difference came about (分摊依据): of `shared` m³, `weight` of `weights` by `method`.

    `method` is a code of the metering side: VOLUME (weights are usages), COUNT (1 each), FIXED (parts of the difference).
    """

    method: str
    shared: Decimal
    weight: Decimal
    weights: Decimal


@dataclass(frozen=True, slots=True)
class UsageStep:
    """One step of the arithmetic by which a piece's volume came about (用量组成); the steps sum to the piece.

    `kind` is a code of the metering side (register, estimate, fixed, sub_meter, loss_share, adjustment …),
    `reference` the natural key of its evidence (meter number, adjustment number). A share of a main's difference says by
    `shared_by` how it came about: `current` is then the main's usage and `previous` its subs'.
    """

    kind: str
    volume: Decimal
    reference: str = ""
    previous: Decimal | None = None
    current: Decimal | None = None
    multiplier: Decimal | None = None
    shared_by: SharedBy | None = None


@dataclass(frozen=True, slots=True)
class UsagePiece:
    """Usage between two accepted readings or meter events (用量分段), [start, end). Negative on a credit.

    Without dates (both None) the plan's version is the last one given and no cut by days is made.
    """

    volume: Decimal
    start: date | None = None
    end: date | None = None
    steps: tuple[UsageStep, ...] = ()


@dataclass(frozen=True, slots=True)
class VersionRef:
    """A version of a plan, pinned: (code, the version's effective from), governing from `start` on.

    `start` is later than `effective_from` when the plan was assigned to the class later than it came into force.
    """

    code: str
    effective_from: date
    start: date


class ShareKind(StrEnum):
    """Mixed use (用水性质组成): 定量, 比例, 余量."""

    FIXED = "fixed"
    RATIO = "ratio"
    REMAINDER = "remainder"


@dataclass(frozen=True, slots=True)
class UsageShare:
    """One usage class's share of the bill's volume and the versions by which it is rated, ordered by `start`.

    An ordinary point has one REMAINDER share. `value`: volume per month (FIXED) or a share of one (RATIO).
    """

    versions: tuple[VersionRef, ...]
    kind: ShareKind = ShareKind.REMAINDER
    value: Decimal | None = None


@dataclass(frozen=True, slots=True)
class ItemOption:
    """A point's own selector for one charge item (费用项选项): another price (an item plan), or exempt (no versions)."""

    item_code: str
    versions: tuple[VersionRef, ...] = ()

    @property
    def exempt(self) -> bool:
        return not self.versions


@dataclass(frozen=True, slots=True)
class TierUse:
    """Volume used or to be counted under a counter in the cycle that began on `cycle_start` (阶梯已用量).

    `cycle_start` is None only when the request has no dates.
    """

    counter: str
    cycle_start: date | None
    volume: Decimal


@dataclass(frozen=True, slots=True)
class PeopleFrom:
    """People of the household from a date on (户籍人口); None: from ever."""

    start: date | None
    people: int


@dataclass(frozen=True, slots=True)
class QuotaFrom:
    """The user's quota for one cycle from a date on (用水定额); None: from ever."""

    start: date | None
    volume: Decimal


@dataclass(frozen=True, slots=True)
class ItemTax:
    """The tax of one charge item: a customer's override (客户税率) or the charge item's own."""

    item_code: str
    tax: Tax


@dataclass(frozen=True, slots=True)
class ItemChange:
    """What one charge item alone is charged more or less than the rest of the bill (单项增减水量).

    `volume`: metered volume added, negative: let off; None: the item is let off wholly (单项免收). `reference` is the
    adjustment's number, `reason` what was given for it; both empty on a question that no adjustment stands behind.
    """

    item_code: str
    volume: Decimal | None
    reference: str = ""
    reason: str = ""


@dataclass(frozen=True, slots=True)
class RatingRequest:
    """One bill of one point.

    pieces            usage in date order; their sum below zero makes the bill a credit
    shares            one, or more for mixed use; the first share's last version gives the bill's own rules
                      (billed volume, minimum, rounding)
    months            reading periods covered, unread ones included; 0 for a further round of a month
    period_date       first day of the reading period; None only without dates
    tier_use          used before, per counter and cycle start; what is missing is zero
    people, quota     by date, ordered; empty: not known
    relief            schemes of the account
    tax_overrides     the customer's, wins over the file; item_taxes: the charge items' own, the last resort
    anchor            the account's own cycle start instead of the plan's
    opened, closed    dates on which the account opened (or took over) and closed
    account_fees      whether fees of the account (scope account) belong on this bill; False on its other points
    account_used      usage of any of the account's points, for `when: used` with scope account; None: this bill's
    corrected_volume  on a credit of mixed use: the billed volume of the bill that it corrects
    item_changes      charge items with a volume of their own on this bill; tier use stays that of the bill's volume
    """

    pieces: tuple[UsagePiece, ...]
    shares: tuple[UsageShare, ...]
    months: int = 1
    period_date: date | None = None
    tier_use: tuple[TierUse, ...] = ()
    carry_before: Decimal = NO_VOLUME
    people: tuple[PeopleFrom, ...] = ()
    quota: tuple[QuotaFrom, ...] = ()
    calibre: str = ""
    relief: tuple[str, ...] = ()
    options: tuple[ItemOption, ...] = ()
    tax_overrides: tuple[ItemTax, ...] = ()
    item_taxes: tuple[ItemTax, ...] = ()
    anchor: MonthDay | None = None
    opened: date | None = None
    closed: date | None = None
    account_fees: bool = True
    account_used: bool | None = None
    corrected_volume: Decimal | None = None
    item_changes: tuple[ItemChange, ...] = ()

    @property
    def usage(self) -> Decimal:
        """Metered usage: the sum of the pieces."""
        return sum((piece.volume for piece in self.pieces), NO_VOLUME)

    @property
    def is_credit(self) -> bool:
        """A credit (退水量): the usage is below zero."""
        return self.usage < 0
