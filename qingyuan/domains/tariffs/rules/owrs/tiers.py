"""Tiers of an OWRS class (阶梯与水量预算): starts and prices → inclusive limits and prices.

Start k means that unit k is the first of the new tier: the tier below ends with unit k − 1. `Budget` takes its starts
from the account's budget: a start that is no whole unit is raised to the next one, as the reference parser does.
"""

import math
import re
from collections.abc import Mapping
from enum import StrEnum
from fractions import Fraction
from typing import Protocol

from qingyuan.domains.tariffs.rules.owrs.amounts import Limits
from qingyuan.domains.tariffs.rules.owrs.formula import Name, Term
from qingyuan.domains.tariffs.rules.owrs.refusal import refuse, shown_number
from qingyuan.domains.tariffs.rules.owrs.source import Field, Listed, Written

_PLAIN = re.compile(r"\d{1,12}(\.\d{1,12})?|\.\d{1,12}", re.ASCII)
_PERCENT = re.compile(r"(\d{1,6}(?:\.\d{1,6})?)\s*%", re.ASCII)
_COMMODITY = "commodity_charge"


class Given(Protocol):
    """What tiers ask of the class they stand in."""

    @property
    def fields(self) -> Mapping[str, Field]:
        """All fields of the class."""

    def at(self, name: str) -> str:
        """The place of a name in the file."""

    def value_of(self, name: str) -> tuple[Written | Listed, str]:
        """What stands for a name, maps resolved, with its place."""

    def constant(self, term: Term, place: str, line: int) -> Fraction:
        """The formula as one number."""

    def formula(self, text: str, place: str, line: int) -> Term:
        """The formula of a text."""


class RateType(StrEnum):
    """TIERED 阶梯: starts in units. BUDGET 水量预算: starts in shares of the account's budget too."""

    TIERED = "Tiered"
    BUDGET = "Budget"


def rate_type(text: str) -> RateType | None:
    """The rate type that a value names; None when it is something else."""
    return next((kind for kind in RateType if text.lower() == kind.value.lower()), None)


def tier_names(charge: str, part: str) -> tuple[str, ...]:
    """The names under which a charge's `tier_starts`, `tier_prices` or `budget` may stand."""
    stem = re.sub(r"^(?:variable|fixed)_|_(?:sur)?charge$", "", charge)
    own = (part,) if charge == _COMMODITY else ()
    return (*own, f"{part}_{stem}", f"{stem}_{part}")


def tier_block(given: Given, charge: str, kind: RateType, place: str, line: int) -> tuple[Limits, tuple[Fraction, ...]]:
    """The inclusive limits of all tiers but the last, and the prices. Tiers that hold no unit drop out.

    Raises OwrsRefused, NeedsMeterSize.
    """
    starts_name = _the_one(given, charge, "tier_starts", place, line)
    prices_name = _the_one(given, charge, "tier_prices", place, line)
    starts, starts_at = _list(given, starts_name)
    prices, prices_at = _list(given, prices_name)
    if len(starts.values) != len(prices.values):
        raise refuse(
            prices.line,
            prices_at,
            "tier_counts",
            starts=len(starts.values),
            prices=len(prices.values),
            name=starts_name,
        )
    limits = _limits(given, charge, kind, starts, starts_at)
    rates = [
        given.constant(
            given.formula(each.text or "", f"{prices_at}[{index}]", each.line), f"{prices_at}[{index}]", each.line
        )
        for index, each in enumerate(prices.values, 1)
    ]
    kept_limits: list[Fraction] = []
    kept_rates: list[Fraction] = []
    before = Fraction(0)
    for limit, rate in zip(limits, rates, strict=False):
        if limit > before:
            kept_limits.append(limit)
            kept_rates.append(rate)
            before = limit
    return tuple(kept_limits), (*kept_rates, rates[-1])


def _the_one(given: Given, charge: str, part: str, place: str, line: int) -> str:
    names = tier_names(charge, part)
    found = [name for name in names if name in given.fields]
    if len(found) != 1:
        code = "tiers_missing" if not found else "tiers_twice"
        raise refuse(line, place, code, names=", ".join(found or names))
    return found[0]


def _list(given: Given, name: str) -> tuple[Listed, str]:
    value, place = given.value_of(name)
    if isinstance(value, Written):
        value = Listed((value,), value.line)
    if not value.values:
        raise refuse(value.line, place, "empty_value")
    for index, each in enumerate(value.values, 1):
        if each.text is None:
            raise refuse(each.line, f"{place}[{index}]", "empty_value")
    return value, place


def _limits(given: Given, charge: str, kind: RateType, starts: Listed, place: str) -> list[Fraction]:
    units = [_start(given, charge, kind, each, f"{place}[{index}]") for index, each in enumerate(starts.values, 1)]
    if units[0] not in (0, 1):
        raise refuse(starts.values[0].line, f"{place}[1]", "first_start", value=shown_number(units[0]))
    for index in range(1, len(units)):
        falls = units[index] < units[index - 1] or (kind is RateType.TIERED and units[index] == units[index - 1])
        if falls:
            raise refuse(
                starts.values[index].line,
                f"{place}[{index + 1}]",
                "starts_not_ascending",
                value=shown_number(units[index]),
                before=shown_number(units[index - 1]),
            )
    return [max(unit - 1, Fraction(0)) for unit in units[1:]]


def _start(given: Given, charge: str, kind: RateType, start: Written, place: str) -> Fraction:
    text = start.text or ""
    if _PLAIN.fullmatch(text):
        unit = Fraction(text)
        if unit.denominator != 1 and kind is RateType.TIERED:
            raise refuse(start.line, place, "start_not_whole", value=text)
        return Fraction(math.ceil(unit))
    if kind is RateType.TIERED:
        raise refuse(start.line, place, "start_not_number", value=text[:40])
    percent = _PERCENT.fullmatch(text)
    if percent is not None:
        name = _the_one(given, charge, "budget", place, start.line)
        budget = given.constant(Name(name), given.at(name), given.fields[name].line)
        unit = Fraction(percent[1]) / 100 * budget
    else:
        unit = given.constant(given.formula(_own_name(given, text), place, start.line), place, start.line)
    if unit < 0 or unit >= 10**12:
        raise refuse(start.line, place, "start_out_of_range", value=shown_number(unit))
    return Fraction(math.ceil(unit))


def _own_name(given: Given, text: str) -> str:
    """`Indoor` and `Outdoor` are understood in any case, and in the form that some files give them."""
    stem = text.lower()
    if text not in given.fields and stem in ("indoor", "outdoor"):
        return next((name for name in (stem, f"{stem}_commodity") if name in given.fields), text)
    return text
