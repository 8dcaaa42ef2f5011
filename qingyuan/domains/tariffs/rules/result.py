"""What rating answers (计费结果): lines, their sum, and what is to be written about tier use and carry."""

from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import NamedTuple

from qingyuan.domains.tariffs.rules.request import NO_VOLUME, TierUse
from qingyuan.kernel.money import Money

ROUNDING_ITEM = "rounding"
MINIMUM_ITEM = "minimum"


class LineKind(StrEnum):
    """Kind of a bill line (帐单行类型).

    TIER 阶梯, FLAT 单一价, FIXED 固定费, PERCENT 附加, RELIEF 减免, MINIMUM 保底差额, ROUNDING 尾差, TAX 价外税,
    FEE 其它费用.
    """

    TIER = "tier"
    FLAT = "flat"
    FIXED = "fixed"
    PERCENT = "percent"
    RELIEF = "relief"
    MINIMUM = "minimum"
    ROUNDING = "rounding"
    TAX = "tax"
    FEE = "fee"


class RatingLine(NamedTuple):
    """One line. Always amount = net + tax.

    `tier` counts from 1; `volume` is what is charged (metered volume × factor, full precision), `metered_volume` what
    was metered; both None where no volume is priced. On fixed fees `volume` is None and `price` the fee per month or
    bill. `counts`: this line's metered volume is the one counted in tier use (one item of the bill only, so that
    volume counts once). `share` is the index of the usage share, -1 for lines of the whole bill. A relief line and a
    tax line carry the code of the charge item they belong to; ROUNDING and MINIMUM have codes of their own.
    """

    item_code: str
    name: str
    kind: LineKind
    tier: int | None
    volume: Decimal | None
    metered_volume: Decimal | None
    price: Decimal | None
    amount: Money
    net: Money
    tax: Money
    tax_rate: Decimal | None
    counts: bool
    plan_code: str
    version_date: date
    share: int
    scheme: str = ""
    funded_by: str = ""


class RatingResult(NamedTuple):
    """The rated bill. total = Σ line amounts, always.

    tier_volumes    billed volume per tier, over all versions and shares; Σ = billed_volume
    tier_entries    volume to be counted per counter and cycle (TierEntry rows), negative on a credit
    tier_use_after  use of each counter and cycle that the bill touched, after it
    carry_after     remainder for the next period
    """

    lines: tuple[RatingLine, ...]
    total: Money
    billed_volume: Decimal
    tier_volumes: tuple[Decimal, ...]
    tier_entries: tuple[TierUse, ...]
    tier_use_after: tuple[TierUse, ...]
    carry_after: Decimal = NO_VOLUME
