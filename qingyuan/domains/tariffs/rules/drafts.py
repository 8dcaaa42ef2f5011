"""Working values of one rating (计费中间值): what the stages hand on, and what the explanation reads."""

from collections.abc import Callable
from datetime import date
from decimal import Decimal

from qingyuan.domains.tariffs.rules.catalogue import Governing
from qingyuan.domains.tariffs.rules.compiled import CompiledCharge
from qingyuan.domains.tariffs.rules.plan import AmountRounding, Relief, Tax
from qingyuan.domains.tariffs.rules.request import NO_VOLUME, RatingRequest
from qingyuan.domains.tariffs.rules.result import LineKind
from qingyuan.domains.tariffs.rules.spans import Segment

Key = tuple[str, date | None]


class Draft:
    """A line before tax, with its unrounded amount. Everything is positive, on a credit too; signs come last."""

    __slots__ = (
        "amount",
        "charge",
        "counted",
        "exact",
        "kind",
        "metered",
        "own",
        "price",
        "relief",
        "tier",
        "times",
        "volume",
    )

    def __init__(
        self,
        kind: LineKind,
        charge: CompiledCharge | None,
        exact: Decimal,
        amount: Decimal,
        tier: int | None = None,
        volume: Decimal | None = None,
        metered: Decimal | None = None,
        price: Decimal | None = None,
        counted: bool = False,
    ) -> None:
        self.kind, self.charge, self.exact, self.amount = kind, charge, exact, amount
        self.tier, self.volume, self.metered, self.price = tier, volume, metered, price
        self.counted = counted
        self.relief: Relief | None = None
        self.times: Decimal | None = None
        """How often a fixed fee is charged (months or their shares), for the explanation."""
        self.own: Decimal | None = None
        """The metered volume that counts for a charge item with a volume of its own, for the explanation."""


class Filled:
    """A segment with its place in the tiers: `start` is the use before it (or after, on a credit, less its volume)."""

    __slots__ = ("counted", "free", "limits", "segment", "start", "tier_volumes")

    def __init__(self, segment: Segment) -> None:
        self.segment = segment
        self.limits: tuple[Decimal, ...] = ()
        self.start = self.free = self.counted = NO_VOLUME
        self.tier_volumes: list[Decimal] = []


class Part:
    """What one version rates for one share: its segments, tier volumes and lines."""

    __slots__ = ("drafts", "filled", "governing", "own", "share", "tier_volumes", "volume")

    def __init__(self, share: int, governing: Governing) -> None:
        self.share, self.governing = share, governing
        self.filled: list[Filled] = []
        self.drafts: list[Draft] = []
        self.tier_volumes: list[Decimal] = []
        self.volume = NO_VOLUME
        self.own: dict[str, list[list[Decimal]]] = {}
        """By charge item with a volume of its own: its tier volumes, segment by segment."""


class Work:
    """One rating from volume to lines."""

    __slots__ = (
        "allowances",
        "billed",
        "carry_after",
        "closing",
        "credit",
        "entries",
        "exact_volume",
        "item_taxes",
        "minimum",
        "overrides",
        "parts",
        "period",
        "request",
        "round_line",
        "rounded_volume",
        "rounding",
        "share_volumes",
        "use",
        "use_before",
        "waived",
    )

    def __init__(self, request: RatingRequest) -> None:
        self.request = request
        self.credit = False
        self.exact_volume = self.rounded_volume = self.billed = self.carry_after = NO_VOLUME
        self.minimum: Decimal | None = None
        """The minimum volume or amount that was applied, for the explanation."""
        self.share_volumes: list[Decimal] = []
        self.period: date | None = None
        self.parts: list[Part] = []
        self.use: dict[Key, Decimal] = {}
        self.use_before: dict[Key, Decimal] = {}
        self.entries: dict[Key, Decimal] = {}
        """Volume that this bill counts, per counter and cycle; not negative, on a credit too."""
        self.allowances: dict[tuple[str, str, int], Decimal] = {}
        """What earlier parts took of a relief's volume or amount."""
        self.closing: list[Draft] = []
        self.rounding = AmountRounding()
        self.round_line: Callable[[Decimal], Decimal] = lambda value: value
        self.overrides: dict[str, Tax] = {}
        self.item_taxes: dict[str, Tax] = {}
        self.waived: frozenset[str] = frozenset()
        """Charge items that are let off wholly."""
