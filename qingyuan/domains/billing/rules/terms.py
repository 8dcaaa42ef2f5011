"""What a usage is rated by (计费条件), made once for all points that have the same, and what was rated by it already.

Rating is a pure function: the same terms, usage and tier use give the same bill. A run therefore rates each combination
once and keeps the result with its canonical texts; a second calculation of the same facts finds it there or rates it anew,
and comes to the same either way.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from qingyuan.domains.billing.rules.lines import Rated, lines_text, rated
from qingyuan.domains.billing.rules.snapshot import (
    SnapshotTexts,
    input_texts,
    pieces_of_text,
    render_request,
    tier_use_text,
)
from qingyuan.domains.tariffs.rules.plan import MonthDay
from qingyuan.domains.tariffs.rules.request import (
    ItemChange,
    ItemOption,
    ItemTax,
    PeopleFrom,
    QuotaFrom,
    RatingRequest,
    TierUse,
    UsageShare,
)
from qingyuan.domains.tariffs.rules.result import RatingResult

Rater = Callable[[RatingRequest], RatingResult]
"""The pure rating, with its catalogue bound."""

Use = tuple[tuple[tuple[str, date], Decimal], ...]
"""Tier use before a bill: ((counter, cycle start), volume)."""

NO_CARRY = Decimal("0.000")
MOST_RESULTS = 20000
"""How many results one set of terms keeps before it starts anew."""


class Usage(NamedTuple):
    """A usage as text: `text` are its pieces with their evidence as canonical JSON, `key` what rating looks at of it."""

    key: str
    text: str


@dataclass(slots=True)
class Priced:
    """A rated usage: the outcome, the canonical text of its lines, and the use that it looked at as part of a snapshot.

    `rows` is for the writer of bills: what it makes of the lines is the same for each bill of this kind.
    """

    rated: Rated
    lines: str
    use: str
    rows: object = None


@dataclass(slots=True)
class Terms:
    """Terms of a usage span. `class_ids` are the usage classes' rows by share; `carries` when the plan carries remainders."""

    shares: tuple[UsageShare, ...]
    class_ids: tuple[int, ...]
    from_date: date
    to_date: date
    period_date: date
    months: int = 1
    options: tuple[ItemOption, ...] = ()
    taxes: tuple[ItemTax, ...] = ()
    own_taxes: tuple[ItemTax, ...] = ()
    people: tuple[PeopleFrom, ...] = ()
    quota: tuple[QuotaFrom, ...] = ()
    relief: tuple[str, ...] = ()
    calibre: str = ""
    anchor: MonthDay | None = None
    opened: date | None = None
    closed: date | None = None
    account_fees: bool = True
    account_used: bool | None = None
    carries: bool = False
    item_changes: tuple[ItemChange, ...] = ()
    texts: SnapshotTexts = field(init=False)
    results: dict[tuple[str, Use, Decimal], Priced] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.texts = input_texts(self.request("", ()))

    def request(self, usage_text: str, use: Use, carry: Decimal = NO_CARRY) -> RatingRequest:
        """The rating request of a usage."""
        return RatingRequest(
            pieces=pieces_of_text(usage_text),
            shares=self.shares,
            months=self.months,
            period_date=self.period_date,
            tier_use=tuple(TierUse(counter, start, volume) for (counter, start), volume in use),
            carry_before=carry,
            people=self.people,
            quota=self.quota,
            calibre=self.calibre,
            relief=self.relief,
            options=self.options,
            tax_overrides=self.own_taxes,
            item_taxes=self.taxes,
            anchor=self.anchor,
            opened=self.opened,
            closed=self.closed,
            account_fees=self.account_fees,
            account_used=self.account_used,
            item_changes=self.item_changes,
        )

    def price(self, usage: Usage, use: Use, carry: Decimal, rate: Rater) -> Priced:
        """The rated usage, from memory or by `rate`. Raises as that does."""
        key = (usage.key, use, carry)
        known = self.results.get(key)
        if known is None:
            outcome = rated(rate(self.request(usage.text, use, carry)))
            known = Priced(outcome, lines_text(outcome.lines), tier_use_text(touched(use, outcome.touched)))
            if len(self.results) >= MOST_RESULTS:
                self.results.clear()
            self.results[key] = known
        return known

    def input_text(self, usage: Usage, priced: Priced, carry: Decimal) -> str:
        """The `input` of a snapshot."""
        if carry:
            request = self.request(usage.text, (), carry)
            return render_request(request, (), pieces=usage.text)[:-1] + priced.use + "}"
        return f"{self.texts.before}[{usage.text}]{self.texts.after}{priced.use}}}"


def touched(before: Use, after: Sequence[TierUse]) -> list[TierUse]:
    """The use before the bill that its rating looked at."""
    keys = {(each.counter, each.cycle_start) for each in after}
    return [TierUse(counter, start, volume) for (counter, start), volume in before if (counter, start) in keys]
