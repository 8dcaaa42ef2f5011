"""True-up of estimates (估抄核实): usage between two real readings, spread by days over the spans in between."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction
from itertools import pairwise

from qingyuan.domains.tariffs.rules.plan import VolumeRule
from qingyuan.kernel.errors import DomainError
from qingyuan.kernel.rounding import round_fraction


class SpansDoNotJoin(DomainError):
    """The spans between two real readings leave a gap, overlap, or have no days (区间不相接)."""

    code = "tariffs.spans_do_not_join"


@dataclass(frozen=True, slots=True)
class EstimatedSpan:
    """A span that was billed by estimate, or the current one (`billed` None), [start, end)."""

    start: date
    end: date
    billed: Decimal | None = None


@dataclass(frozen=True, slots=True)
class SpreadSpan:
    """A span with its share of the real usage; `difference` is what the estimate is to be corrected by."""

    span: EstimatedSpan
    volume: Decimal

    @property
    def difference(self) -> Decimal:
        """Real less billed; the whole volume on the current span. Negative: billed too much."""
        return self.volume - (self.span.billed if self.span.billed is not None else Decimal("0.000"))


def spread_between_real_readings(
    usage: Decimal, spans: Sequence[EstimatedSpan], rule: VolumeRule
) -> tuple[SpreadSpan, ...]:
    """`usage` (the difference of the two real registers) over `spans`, by days, in the plan's volume scale.

    The last span takes the rest. The spans must join without gap. Raises SpansDoNotJoin.
    """
    if not spans or any(before.end != after.start for before, after in pairwise(spans)):
        raise SpansDoNotJoin(start=spans[0].start if spans else None)
    days = (spans[-1].end - spans[0].start).days
    if days <= 0 or any(span.end < span.start for span in spans):
        raise SpansDoNotJoin(start=spans[0].start)
    spread: list[SpreadSpan] = []
    left = usage
    for span in spans[:-1]:
        share = Fraction(usage) * (span.end - span.start).days / days
        volume = round_fraction(share, rule.scale, rule.rounding) + Decimal("0.000")
        spread.append(SpreadSpan(span, volume))
        left -= volume
    spread.append(SpreadSpan(spans[-1], left))
    return tuple(spread)
