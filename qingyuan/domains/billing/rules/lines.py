"""Lines of a bill (帐单行): their canonical text, and the difference of two ratings, which is a correcting bill."""

from collections.abc import Iterable
from decimal import Decimal
from json.encoder import encode_basestring as quoted
from typing import NamedTuple

from qingyuan.domains.tariffs.rules.request import TierUse
from qingyuan.domains.tariffs.rules.result import RatingLine, RatingResult
from qingyuan.kernel.money import Money, sum_money
from qingyuan.kernel.rounding import round_decimal

_ZERO = Decimal("0.000")
_ZERO_MONEY = Decimal("0.00")


class Rated(NamedTuple):
    """What a case came to: the lines of the bill, what it counts, and the remainder for the next period."""

    lines: tuple[RatingLine, ...]
    total: Money
    tax: Decimal
    volume: Decimal
    entries: tuple[TierUse, ...]
    touched: tuple[TierUse, ...]
    carry_after: Decimal


def rated(result: RatingResult) -> Rated:
    """The outcome of an ordinary case."""
    tax = sum([line.tax for line in result.lines], _ZERO_MONEY)
    return Rated(
        result.lines,
        result.total,
        tax,
        result.billed_volume,
        result.tier_entries,
        result.tier_use_after,
        result.carry_after,
    )


def difference(after: RatingResult, before: RatingResult) -> Rated:
    """A correcting bill: what `after` charges more (or, negative, less) than `before`, line by line.

    Lines that belong together are the same item, kind, tier, version, price and share. Lines that come to nothing are
    left out; what only moved between tiers counts 0 in tier use, what changed in volume counts the change.
    """
    lines: dict[tuple[object, ...], RatingLine] = {}
    for line in after.lines:
        _add(lines, line, 1)
    for line in before.lines:
        _add(lines, line, -1)
    kept = tuple(line for line in lines.values() if line.amount or line.tax or line.volume or line.metered_volume)
    entries: dict[tuple[str, object], TierUse] = {}
    for sign, result in ((1, after), (-1, before)):
        for entry in result.tier_entries:
            key = (entry.counter, entry.cycle_start)
            known = entries.get(key)
            volume = sign * entry.volume + (_ZERO if known is None else known.volume)
            entries[key] = TierUse(entry.counter, entry.cycle_start, volume)
    return Rated(
        kept,
        sum_money(line.amount for line in kept),
        sum([line.tax for line in kept], _ZERO_MONEY),
        after.billed_volume - before.billed_volume,
        tuple(entry for entry in entries.values() if entry.volume),
        after.tier_use_after,
        after.carry_after,
    )


def lines_text(lines: Iterable[RatingLine]) -> str:
    """Lines as canonical JSON, one array each, in the order of RatingLine's fields but the printed name."""
    return f"[{','.join([_line(line) for line in lines])}]"


def stored_volume(volume: Decimal | None) -> Decimal | None:
    """A line's volume as its column keeps it (three places); the amount was computed from the unrounded one."""
    return None if volume is None else round_decimal(volume, 3)


def _line(line: RatingLine) -> str:
    tier = "null" if line.tier is None else line.tier
    return (
        f'[{quoted(line.item_code)},"{line.kind}",{tier},{_number(line.volume)},{_number(line.metered_volume)},'
        f'{_number(line.price)},"{line.amount}","{line.net}","{line.tax}",{_number(line.tax_rate)},'
        f'{"true" if line.counts else "false"},{quoted(line.plan_code)},"{line.version_date}",{line.share},'
        f"{quoted(line.scheme)},{quoted(line.funded_by)}]"
    )


def _number(value: Decimal | None) -> str:
    return "null" if value is None else f'"{value:f}"'


def _add(lines: dict[tuple[object, ...], RatingLine], line: RatingLine, sign: int) -> None:
    key = (
        line.item_code,
        line.kind,
        line.tier,
        line.price,
        line.tax_rate,
        line.plan_code,
        line.version_date,
        line.share,
        line.scheme,
        line.counts,
    )
    known = lines.get(key)
    if known is None:
        known = line._replace(
            volume=None if line.volume is None else _ZERO,
            metered_volume=None if line.metered_volume is None else _ZERO,
            amount=Money(_ZERO_MONEY),
            net=Money(_ZERO_MONEY),
            tax=Money(_ZERO_MONEY),
        )
    lines[key] = known._replace(
        volume=_sum(known.volume, line.volume, sign),
        metered_volume=_sum(known.metered_volume, line.metered_volume, sign),
        amount=Money(known.amount + sign * line.amount),
        net=Money(known.net + sign * line.net),
        tax=Money(known.tax + sign * line.tax),
    )


def _sum(known: Decimal | None, more: Decimal | None, sign: int) -> Decimal | None:
    if more is None:
        return known
    return (known or _ZERO) + sign * more
