"""Charges, relief, rounding and tax of the plain rating. Standard library only."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from typing import Any, Protocol

from tests.differential.plain_items import is_waived, refuse_taking_back, runs_of, set_own_volumes, tiers_of
from tests.differential.plain_numbers import calendar_months, month_later, number, rounded

Tariff = dict[str, Any]
Charge = dict[str, Any]
ZERO = Fraction(0)


class PartOfBill(Protocol):
    """What one version rates for one share."""

    share: int
    tariff: Tariff
    starts: date
    lines: "list[Line]"
    spans: list[Any]
    own: dict[str, list[list[Fraction]]]

    @property
    def volume(self) -> Fraction:
        """All of it."""

    @property
    def tiers(self) -> list[Fraction]:
        """By tier."""


@dataclass
class Line:
    """A line; `exact` is the amount before rounding."""

    item_code: str
    kind: str
    amount: Fraction
    exact: Fraction
    tier: int | None = None
    net: Fraction = ZERO
    tax: Fraction = ZERO
    part: "PartOfBill | None" = None


@dataclass(frozen=True)
class Context:
    """What is true for the whole bill; `rules` is the version whose rounding and minimum hold."""

    case: dict[str, Any]
    rules: Tariff
    credit: bool
    usage: Fraction
    billed: Fraction
    period: date | None
    shares: int

    @property
    def months(self) -> int:
        return int(self.case.get("months", 1))

    @property
    def at(self) -> str:
        return str(self.rules.get("rounding", {}).get("at", "line"))

    def line(self, exact: Fraction) -> Fraction:
        """An amount as a line: money."""
        rounding = self.rules.get("rounding", {})
        return rounded(exact, rounding.get("scale", 2) if self.at == "line" else 2, rounding.get("mode", "half_up"))

    def close(self, exact: Fraction) -> Fraction:
        """A sum, rounded where the plan says."""
        rounding = self.rules.get("rounding", {})
        return rounded(exact, rounding.get("scale", 2), rounding.get("mode", "half_up"))


class FeeUnknown(Exception):
    """A fee by calibre without a calibre, or without a price for it; the argument is the product's code."""


def lines_of(parts: list[Any], context: Context) -> list[Line]:
    """All lines of the bill, signed, with taxes."""
    set_own_volumes(parts, context.case.get("item_changes", []), credit=context.credit)
    charged: set[str] = set()
    for share in range(context.shares):
        mine = [part for part in parts if part.share == share]
        for part in mine:
            _charge(part, mine, context, charged)
        charged |= {charge["item"] for part in mine for charge in part.tariff["charges"] if "fixed" in charge}
    taken: dict[tuple[str, str, int], Fraction] = {}
    for part in parts:
        part.lines += _relief_lines(part, context, taken)
    lines = [line for part in parts for line in part.lines]
    own = [part for part in parts if part.share == 0][-1]
    lines += _closing(lines, context)
    return _taxed(lines, own.tariff["charges"][0], context)


# Charges


def _charge(part: PartOfBill, parts: list[PartOfBill], context: Context, charged: set[str]) -> None:
    charges = part.tariff["charges"]
    for charge in charges:
        if "price" in charge:
            for tier, exact in volume_amounts(charge, tiers_of(part, charge)):
                part.lines.append(
                    Line(
                        charge["item"], "flat" if tier is None else "tier", context.line(exact), exact, tier, part=part
                    )
                )
        elif "fixed" in charge and charge["item"] not in charged:
            fee = _fee(part, parts, charge["fixed"], context)
            if fee is not None:
                fee *= not is_waived(context.case.get("item_changes", []), charge["item"])
                part.lines.append(Line(charge["item"], "fixed", context.line(fee), fee, part=part))
    for charge in charges:
        if "percent_of" in charge:
            base = sum((_base(part, item_code, context) for item_code in charge["percent_of"]["items"]), ZERO)
            exact = base * number(charge["percent_of"]["rate"])
            exact *= not is_waived(context.case.get("item_changes", []), charge["item"])
            part.lines.append(Line(charge["item"], "percent", context.line(exact), exact, part=part))


def volume_amounts(
    charge: Charge, tiers: list[Fraction], price: object = None
) -> Iterator[tuple[int | None, Fraction]]:
    """The charge's amounts before rounding: one per tier, or one over all where the charge has one price.

    `price` stands in for the charge's own (a relief); a list then prices each tier.
    """
    price = charge["price"] if price is None else price
    factor = number(charge.get("volume_factor", 1))
    rounding = charge.get("volume_rounding")

    def charged(volume: Fraction) -> Fraction:
        if rounding is None:
            return volume * factor
        return rounded(volume * factor, rounding.get("scale", 0), rounding.get("mode", "half_up"))

    if isinstance(price, list | dict):
        prices = (
            [number(price["base"]) * number(each) for each in price["multiples"]]
            if isinstance(price, dict)
            else [number(each) for each in price]
        )
        for tier, (volume, each) in enumerate(zip(tiers, prices, strict=True), 1):
            if volume:
                yield tier, charged(volume) * each
    elif rounding is not None and rounding.get("at", "tier") == "tier":
        yield None, sum((charged(volume) for volume in tiers), ZERO) * number(price)
    else:
        yield None, charged(sum(tiers, ZERO)) * number(price)


def _fee(part: PartOfBill, parts: list[PartOfBill], fixed: dict[str, Any], context: Context) -> Fraction | None:
    if fixed.get("when") == "used" and (context.credit or context.usage <= 0):
        return None
    if "by_calibre" in fixed:
        calibre = context.case.get("calibre", "")
        if not calibre:
            raise FeeUnknown("tariffs.calibre_missing")
        if calibre not in fixed["by_calibre"]:
            raise FeeUnknown("tariffs.calibre_not_priced")
        fee = number(fixed["by_calibre"][calibre])
    else:
        fee = number(fixed["amount"])
    if fixed.get("per", "month") == "bill":
        return fee if part is parts[-1] else None
    if context.period is None:
        return fee * context.months if part is parts[-1] else None
    times = ZERO
    for month in calendar_months(context.period, context.months):
        begun = [each for each in parts if each.starts <= month]
        if (begun[-1] if begun else parts[0]) is part:
            times += _share_of(month, fixed.get("prorate", "none"), context.case)
    return fee * times


def _share_of(month: date, prorate: str, case: dict[str, Any]) -> Fraction:
    """The share of the month in which the account was open."""
    if prorate == "none":
        return Fraction(1)
    following = month_later(month.year, month.month, 1, 1)
    days = [date.fromordinal(day) for day in range(month.toordinal(), following.toordinal())]
    opened, closed = case.get("opened"), case.get("closed")
    is_open = [(opened is None or day >= opened) and (closed is None or day < closed) for day in days]
    if prorate == "days":
        return Fraction(sum(is_open), len(days))
    return Fraction(any(is_open[:15]) + any(is_open[15:]), 2)


def _base(part: PartOfBill, item_code: str, context: Context) -> Fraction:
    """An item's amount as rounded for the bill, without its relief; unrounded where the total is rounded."""
    own = [line for line in part.lines if line.item_code == item_code and line.kind != "relief"]
    exact = sum((line.exact for line in own), ZERO)
    if context.at == "line":
        return sum((line.amount for line in own), ZERO)
    return exact if context.at == "total" else context.close(exact)


# Relief


def reliefs_of(tariff: Tariff, case: dict[str, Any]) -> list[tuple[int, dict[str, Any]]]:
    """The plan's reliefs for schemes that the account has, in list order, with their number among those alike."""
    found = []
    for at, relief in enumerate(tariff.get("relief", [])):
        alike = [
            each
            for each in tariff["relief"][:at]
            if (each["scheme"], each["kind"]) == (relief["scheme"], relief["kind"])
        ]
        if relief["scheme"] in case.get("relief", []):
            found.append((len(alike), relief))
    return found


def given_of(relief: dict[str, Any], case: dict[str, Any]) -> Fraction:
    """The volume or amount that a relief gives on this bill."""
    given = number(relief["volume"] if relief["kind"] == "free_volume" else relief["amount"])
    return given * (case.get("months", 1) if relief.get("per", "month") == "month" else 1)


def _relief_lines(part: PartOfBill, context: Context, taken: dict[tuple[str, str, int], Fraction]) -> list[Line]:
    made: list[Line] = []
    charges = {charge["item"]: charge for charge in part.tariff["charges"]}
    bottom = top = ZERO
    for at, relief in reliefs_of(part.tariff, context.case):
        key = (relief["scheme"], relief["kind"], at)
        items = [charges[item_code] for item_code in relief["items"] if item_code in charges]
        if relief["kind"] == "free_volume":
            position = relief.get("position", "bottom")
            offset = top if position == "not_counted" else bottom
            left = given_of(relief, context.case) - taken.get(key, ZERO)
            free = max(ZERO, min(part.volume - offset, left))
            for charge in items:
                made += _less(part, made, charge, _free_cost(part, charge, position, offset, free), context)
            top += free if position == "not_counted" else 0
            bottom += free if position == "bottom" else 0
            taken[key] = taken.get(key, ZERO) + free
        elif relief["kind"] == "amount":
            left = given_of(relief, context.case) - taken.get(key, ZERO)
            for charge in items:
                for line in _less(part, made, charge, left, context):
                    left += line.amount
                    taken[key] = taken.get(key, ZERO) - line.amount
                    made.append(line)
        else:
            for charge in items:
                made += _less(part, made, charge, _reduction(part, charge, relief, context), context)
    return made


def _free_cost(part: PartOfBill, charge: Charge, position: str, offset: Fraction, free: Fraction) -> Fraction:
    """What the free volume costs: at the first tier's price, or at its own place in the part."""
    if position == "credit_at_tier1":
        return _cost(charge, [free] + [ZERO] * (len(part.tiers) - 1))
    from_end = position == "not_counted"
    spans = runs_of(part, charge)
    return _cost(charge, _without(spans, offset, from_end)) - _cost(charge, _without(spans, offset + free, from_end))


def _cost(charge: Charge, tiers: list[Fraction], price: object = None) -> Fraction:
    return sum((exact for _, exact in volume_amounts(charge, tiers, price)), ZERO)


def _without(spans: list[list[Fraction]], volume: Fraction, from_end: bool) -> list[Fraction]:
    """The tiers of all spans without the first (or last) units, in the order in which they were used."""
    runs = [(tier, amount) for tiers in spans for tier, amount in enumerate(tiers)]
    left = [ZERO] * len(spans[0])
    for tier, amount in reversed(runs) if from_end else runs:
        dropped = min(volume, amount)
        volume -= dropped
        left[tier] += amount - dropped
    return left


def _reduction(part: PartOfBill, charge: Charge, relief: dict[str, Any], context: Context) -> Fraction:
    if relief["kind"] == "percent":
        return _base(part, charge["item"], context) * number(relief["rate"])
    tiers = tiers_of(part, charge)
    return _cost(charge, tiers) - _cost(charge, tiers, relief["price"])


def _less(part: PartOfBill, made: list[Line], charge: Charge, exact: Fraction, context: Context) -> list[Line]:
    """The relief's line: at most what the charge still costs."""
    own = [line for line in [*part.lines, *made] if line.item_code == charge["item"]]
    amount = min(context.line(exact), sum((line.amount for line in own), ZERO))
    if amount <= 0:
        return []
    still = max(ZERO, sum((line.exact for line in own), ZERO))
    return [Line(charge["item"], "relief", -amount, -min(exact, still), part=part)]


# Sum and tax


def _closing(lines: list[Line], context: Context) -> list[Line]:
    total = sum((line.amount for line in lines), ZERO)
    wanted = total
    if context.at == "item":
        sums: dict[tuple[str, bool], Fraction] = {}
        for line in lines:
            key = (line.item_code, line.kind == "relief")
            sums[key] = sums.get(key, ZERO) + line.exact
        wanted = sum((context.close(each) for each in sums.values()), ZERO)
    elif context.at == "total":
        wanted = context.close(sum((line.exact for line in lines), ZERO))
    made = [Line("rounding", "rounding", wanted - total, wanted - total)]
    minimum = context.rules.get("minimum", {})
    if "amount" in minimum and not context.credit and context.shares == 1:
        least = number(minimum["amount"]) * (context.months if minimum.get("per") == "month" else 1)
        if least > wanted:
            refuse_taking_back(context.case.get("item_changes", []))
        made.append(Line("minimum", "minimum", max(ZERO, least - wanted), ZERO))
    return [line for line in made if line.amount]


def _taxed(lines: list[Line], first: Charge, context: Context) -> list[Line]:
    made: list[Line] = []
    on_top: list[Line] = []
    for line in lines:
        charge = first
        if line.part is not None:
            charge = next(each for each in line.part.tariff["charges"] if each["item"] == line.item_code)
        tax = context.case.get("tax", {}).get(charge["item"], charge.get("tax", {}))
        amount = -line.amount if context.credit else line.amount
        net, added = amount, ZERO
        if tax.get("treatment") == "taxed" and line.kind != "rounding":
            rate = number(tax["rate"])
            if tax.get("included", True):
                net = rounded(amount / (1 + rate), 2, "half_up")
            else:
                added = rounded(amount * rate, 2, "half_up")
        made.append(Line(line.item_code, line.kind, amount, ZERO, line.tier, net, amount - net))
        if added:
            on_top.append(Line(line.item_code, "tax", added, ZERO, line.tier, ZERO, added))
    return made + on_top
