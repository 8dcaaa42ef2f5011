"""A parsed version of a price plan (价格方案版本): the tariff file `qingyuan-tariff/1` as frozen values.

Everything the file can say has its place here and nothing else; defaults are filled in. Two versions are equal
when they say the same, in whatever spelling.
"""

from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from enum import StrEnum

from qingyuan.kernel.rounding import Rounding


class PlanKind(StrEnum):
    """PLAN 价格方案; ITEM 单项价格: one charge that replaces a plan's charge of the same item."""

    PLAN = "plan"
    ITEM = "item"


class TierMode(StrEnum):
    """CUMULATIVE 按周期累计: tiers fill over the cycle. PER_BILL 按次: each bill starts at the first tier."""

    CUMULATIVE = "cumulative"
    PER_BILL = "per_bill"


class Straddle(StrEnum):
    """What a bill over a cycle's start does (跨周期): belongs to one cycle by its reading period, or is cut by days."""

    BY_PERIOD = "by_period"
    BY_DAYS = "by_days"


class FirstPeriod(StrEnum):
    """Whether a cycle's first period (首期) counts in the new cycle or in the one before; with BY_PERIOD only."""

    NEW = "new"
    OLD = "old"


class PartCycle(StrEnum):
    """Limits in a cycle in which the account opened or was transferred (不足周期): FULL, or by months left."""

    FULL = "full"
    BY_MONTH = "by_month"


class HouseholdChange(StrEnum):
    """A change of people inside a cycle (人口变更): new limits for the full cycle, or month by month."""

    FULL_CYCLE = "full_cycle"
    BY_MONTH = "by_month"


class Per(StrEnum):
    """Once per bill (每次) or per month covered (每月)."""

    BILL = "bill"
    MONTH = "month"


class Prorate(StrEnum):
    """How a monthly fee treats a month of opening or closing (不足月): in full, by days, by half months."""

    NONE = "none"
    DAYS = "days"
    HALF_MONTH = "half_month"


class FixedWhen(StrEnum):
    """ALWAYS 必收; USED 有用水才收: only when metered usage is above zero."""

    ALWAYS = "always"
    USED = "used"


class FeeScope(StrEnum):
    """ACCOUNT 按户: once per account; POINT 按用水点: for each service point."""

    ACCOUNT = "account"
    POINT = "point"


class RoundAt(StrEnum):
    """Where a sum is rounded: each LINE, each charge ITEM, the TOTAL; TIER for charged volumes."""

    LINE = "line"
    ITEM = "item"
    TOTAL = "total"
    TIER = "tier"


class Treatment(StrEnum):
    """Tax treatment (税务处理): 应税, 免税, 不征税."""

    TAXED = "taxed"
    EXEMPT = "exempt"
    NOT_TAXABLE = "not_taxable"


class ReliefKind(StrEnum):
    """What a relief gives (优惠方式): free volume, a reduced price, a share off, an amount off."""

    FREE_VOLUME = "free_volume"
    PRICE = "price"
    PERCENT = "percent"
    AMOUNT = "amount"


class FreePosition(StrEnum):
    """Which of the bill's volume is free (免费水量位置).

    BOTTOM: its first cubic metres, at their own tiers. NOT_COUNTED: its last ones, which do not count in tier use.
    CREDIT_AT_TIER1: the whole is priced, the free volume is credited at the first tier's price.
    """

    BOTTOM = "bottom"
    NOT_COUNTED = "not_counted"
    CREDIT_AT_TIER1 = "credit_at_tier1"


class Funder(StrEnum):
    """Who bears a relief (资金来源): the utility's lost revenue, or a receivable from the government."""

    UTILITY = "utility"
    GOVERNMENT = "government"


class TransitionMethod(StrEnum):
    """How a price change inside a bill is treated (调价衔接): cut by days, all at the new or all at the old price."""

    BY_DAY = "by_day"
    ALL_NEW = "all_new"
    ALL_OLD = "all_old"


class VolumeUnit(StrEnum):
    """Unit of all volumes and limits of the plan: cubic metre, hundred cubic feet, thousand gallons."""

    M3 = "m3"
    CCF = "ccf"
    KGAL = "kgal"


@dataclass(frozen=True, slots=True, order=True)
class MonthDay:
    """A day of the year (月日) on which a cycle may start; in a shorter month its last day stands in."""

    month: int
    day: int

    def __str__(self) -> str:
        return f"{self.month:02d}-{self.day:02d}"


@dataclass(frozen=True, slots=True)
class QuotaMultiple:
    """A limit that is a multiple of the user's quota for the cycle (定额倍数)."""

    multiple: Decimal


Limit = Decimal | QuotaMultiple


@dataclass(frozen=True, slots=True)
class Tiers:
    """Tiers (阶梯): inclusive upper limits of all tiers but the last, for one cycle. `counter` None: the plan's own."""

    limits: tuple[Limit, ...]
    cycle_months: int
    mode: TierMode
    cycle_starts: MonthDay = MonthDay(1, 1)
    straddle: Straddle = Straddle.BY_PERIOD
    first_period: FirstPeriod = FirstPeriod.NEW
    counter: str | None = None
    part_cycle: PartCycle = PartCycle.FULL

    @property
    def by_quota(self) -> bool:
        return any(isinstance(limit, QuotaMultiple) for limit in self.limits)


@dataclass(frozen=True, slots=True)
class ExtraPerPerson:
    """Each person above `base_people` adds to each limit (多人口增量); one addition per limit."""

    base_people: int
    additions: tuple[Decimal, ...]


@dataclass(frozen=True, slots=True)
class LimitsPerPerson:
    """From `from_people` on the limits are people × these (按人均); below, the plan's own limits hold."""

    from_people: int
    limits: tuple[Decimal, ...]
    base_people: int | None = None


@dataclass(frozen=True, slots=True)
class Household:
    """How people change the limits (人口规则)."""

    rule: ExtraPerPerson | LimitsPerPerson
    change: HouseholdChange = HouseholdChange.FULL_CYCLE


@dataclass(frozen=True, slots=True)
class VolumeRule:
    """Billed volume (计费水量): places, rounding, and whether the remainder goes to the next period (尾数结转)."""

    scale: int = 3
    rounding: Rounding = Rounding.HALF_UP
    carry: bool = False


@dataclass(frozen=True, slots=True)
class Minimum:
    """Minimum use or charge (保底): exactly one of volume and amount is given."""

    volume: Decimal | None
    amount: Decimal | None
    per: Per = Per.BILL


@dataclass(frozen=True, slots=True)
class Tax:
    """Tax of a charge (税). `rate` is None unless taxed; `included`: the price contains it."""

    treatment: Treatment
    rate: Decimal | None = None
    included: bool = True


@dataclass(frozen=True, slots=True)
class VolumeRounding:
    """Rounding of a charged volume (计费量取整), tier by tier or for the whole item."""

    scale: int = 0
    mode: Rounding = Rounding.HALF_UP
    at: RoundAt = RoundAt.TIER


@dataclass(frozen=True, slots=True)
class FlatPrice:
    """One price over the whole volume (单一价)."""

    price: Decimal


@dataclass(frozen=True, slots=True)
class TierPrices:
    """One price per tier (阶梯价)."""

    prices: tuple[Decimal, ...]


@dataclass(frozen=True, slots=True)
class BaseMultiples:
    """A base price and its multiple per tier (基价倍数); the products keep full precision."""

    base: Decimal
    multiples: tuple[Decimal, ...]


Price = FlatPrice | TierPrices | BaseMultiples


@dataclass(frozen=True, slots=True)
class VolumeCharge:
    """Price × volume (从量). `volume_factor` is the share of the metered volume that is charged."""

    price: Price
    volume_factor: Decimal = Decimal(1)
    volume_rounding: VolumeRounding | None = None


@dataclass(frozen=True, slots=True)
class FixedCharge:
    """A fixed fee (固定费): an amount, or one per meter calibre (按口径); exactly one of the two is given."""

    per: Per
    amount: Decimal | None = None
    by_calibre: tuple[tuple[str, Decimal], ...] | None = None
    prorate: Prorate = Prorate.NONE
    when: FixedWhen = FixedWhen.ALWAYS
    scope: FeeScope = FeeScope.ACCOUNT


@dataclass(frozen=True, slots=True)
class PercentCharge:
    """A share of other items' amounts (附加): `rate` 0.10 is ten per cent."""

    of_items: tuple[str, ...]
    rate: Decimal


@dataclass(frozen=True, slots=True)
class Charge:
    """One charge of a plan (费用项): the charge item's code, its name for print, its shape and tax."""

    item_code: str
    name: str
    shape: VolumeCharge | FixedCharge | PercentCharge
    tax: Tax | None = None
    line: int = field(default=0, compare=False)
    """Line of the file, for messages; not part of what the version says."""


@dataclass(frozen=True, slots=True)
class Relief:
    """A relief (优惠减免) for accounts with the scheme. Which of the values is given follows from the kind."""

    scheme: str
    kind: ReliefKind
    items: tuple[str, ...]
    volume: Decimal | None = None
    price: FlatPrice | TierPrices | None = None
    rate: Decimal | None = None
    amount: Decimal | None = None
    per: Per = Per.MONTH
    position: FreePosition = FreePosition.BOTTOM
    funded_by: Funder = Funder.UTILITY


@dataclass(frozen=True, slots=True)
class AmountRounding:
    """Where and how amounts are rounded (金额舍入)."""

    scale: int = 2
    mode: Rounding = Rounding.HALF_UP
    at: RoundAt = RoundAt.LINE


@dataclass(frozen=True, slots=True)
class Transition:
    """How this version takes over from the one before it (调价衔接)."""

    method: TransitionMethod = TransitionMethod.BY_DAY
    scale: int = 0
    mode: Rounding = Rounding.HALF_UP


@dataclass(frozen=True, slots=True)
class PlanVersion:
    """One version of a price plan, or of a single charge (kind ITEM). Effective [from, to)."""

    code: str
    name: str
    effective_from: date
    effective_to: date | None
    charges: tuple[Charge, ...]
    kind: PlanKind = PlanKind.PLAN
    document: str = ""
    source: str = ""
    note: str = ""
    usage_class: str = ""
    currency: str = "CNY"
    volume_unit: VolumeUnit = VolumeUnit.M3
    tiers: Tiers | None = None
    household: Household | None = None
    volume: VolumeRule = VolumeRule()
    minimum: Minimum | None = None
    relief: tuple[Relief, ...] = ()
    rounding: AmountRounding = AmountRounding()
    transition: Transition = Transition()

    @property
    def counter(self) -> str:
        """The name under which tier use is counted (阶梯计数名)."""
        if self.tiers is not None and self.tiers.counter:
            return self.tiers.counter
        return self.usage_class or self.code

    @property
    def tier_count(self) -> int:
        return 1 if self.tiers is None else len(self.tiers.limits) + 1
