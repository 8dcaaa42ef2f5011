"""The explanation's form (帐单解释): a frozen tree of steps, each with a code, its values and what it comes to."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

Value = str | int | Decimal | date | None


def gettext_noop(text: str) -> str:
    """Marks a text for the catalogues; whoever shows it translates it."""
    return text


LABELS = {
    "bill": gettext_noop("Total %(total)s"),
    "credit": gettext_noop("Credit of %(volume)s: what these volumes cost, with the sign reversed"),
    "usage": gettext_noop("Metered usage %(usage)s"),
    "piece": gettext_noop("%(start)s to %(end)s: %(volume)s"),
    "piece_undated": gettext_noop("Usage %(volume)s"),
    "step_register": gettext_noop("Meter %(reference)s: (%(current)s − %(previous)s) × %(multiplier)s = %(volume)s"),
    "step": gettext_noop("%(kind)s %(reference)s: %(volume)s"),
    "billed": gettext_noop(
        "Billed volume: %(usage)s + carried over %(carry)s = %(sum)s, rounded to %(scale)s places: %(rounded)s"
    ),
    "minimum_volume": gettext_noop("Raised to the minimum volume %(minimum)s"),
    "carry_after": gettext_noop("Carried to the next period: %(carry_after)s"),
    "share_fixed": gettext_noop("Usage share %(number)s, fixed %(value)s × %(months)s months: %(volume)s"),
    "share_ratio": gettext_noop("Usage share %(number)s, ratio %(value)s: %(volume)s"),
    "share_remainder": gettext_noop("Usage share %(number)s, the rest: %(volume)s"),
    "version": gettext_noop("Price plan %(plan)s, version of %(version)s: %(volume)s"),
    "version_document": gettext_noop("Price plan %(plan)s, version of %(version)s, document %(document)s: %(volume)s"),
    "days": gettext_noop(
        "%(start)s to %(end)s, %(days)s of %(piece_days)s days: %(piece_volume)s ÷ %(piece_days)s × %(days)s → %(volume)s"
    ),
    "cycle": gettext_noop(
        "Tier cycle from %(cycle)s, counted under %(counter)s: used %(before)s before, %(after)s after"
    ),
    "per_bill": gettext_noop("Tiers of this bill: %(months)s months, cycle of %(cycle_months)s months"),
    "limits": gettext_noop("Tier limits %(limits)s"),
    "limit_plan": gettext_noop("Limits of the plan: %(limits)s"),
    "limit_people": gettext_noop("%(people)s people, %(extra)s above %(base_people)s, each adds %(additions)s"),
    "limit_per_person": gettext_noop("%(people)s people × %(each)s"),
    "limit_quota": gettext_noop("Quota %(quota)s × %(multiples)s"),
    "limit_months": gettext_noop("× %(months)s ÷ %(cycle_months)s months"),
    "limit_left": gettext_noop("%(left)s of %(cycle_months)s months of the cycle left"),
    "limit_month": gettext_noop("Month from %(month)s: %(people)s people, ÷ %(cycle_months)s"),
    "tier": gettext_noop("Tier %(tier)s, %(lower)s to %(upper)s: room %(room)s, takes %(volume)s, room left %(left)s"),
    "tier_last": gettext_noop("Tier %(tier)s, above %(lower)s: takes %(volume)s"),
    "charge": gettext_noop("%(name)s: %(amount)s"),
    "tier_line": gettext_noop("Tier %(tier)s: %(volume)s × %(price)s = %(exact)s → %(amount)s"),
    "flat_line": gettext_noop("%(volume)s × %(price)s = %(exact)s → %(amount)s"),
    "charged_volume": gettext_noop("Charged volume: %(metered)s × %(factor)s → %(volume)s"),
    "fixed_line": gettext_noop("%(price)s × %(times)s → %(amount)s"),
    "percent_line": gettext_noop("%(rate)s of %(items)s: %(exact)s → %(amount)s"),
    "relief_line": gettext_noop("Relief %(scheme)s (%(kind)s): %(exact)s → %(amount)s"),
    "rounding_line": gettext_noop("Rounding of the sum: %(amount)s"),
    "minimum_line": gettext_noop("Up to the minimum charge %(minimum)s: %(amount)s"),
    "tax_line": gettext_noop("Tax on top, %(rate)s of %(net)s: %(amount)s"),
    "tax_inside": gettext_noop("of which tax %(rate)s: %(amount)s − %(net)s = %(tax)s"),
}
LINE_LABELS = {
    "tier": gettext_noop("tiered"),
    "flat": gettext_noop("flat"),
    "fixed": gettext_noop("fixed fee"),
    "percent": gettext_noop("surcharge"),
    "relief": gettext_noop("relief"),
    "minimum": gettext_noop("up to the minimum charge"),
    "rounding": gettext_noop("rounding difference"),
    "tax": gettext_noop("tax on top"),
}
"""Kinds of lines, for those that have no name of their own."""

_MONEY = frozenset({"total", "amount", "net", "tax", "price", "exact"})


@dataclass(frozen=True, slots=True)
class Node:
    """One step. `amount` is set on steps that are money of the bill: those of the leaves sum to the total."""

    code: str
    values: tuple[tuple[str, Value], ...] = ()
    amount: Decimal | None = None
    children: tuple["Node", ...] = ()

    @property
    def label(self) -> str:
        """English sentence with `%(name)s` places, the key of the catalogues."""
        return LABELS[self.code]

    def text(self, translate: Callable[[str], str]) -> str:
        """The sentence in the reader's language."""
        return translate(self.label) % {name: plain(value, name) for name, value in self.values}

    def walk(self) -> Iterator["Node"]:
        """This step and all below it, depth first."""
        yield self
        for child in self.children:
            yield from child.walk()

    def value(self, name: str) -> Value:
        """A value by name. Raises KeyError."""
        return dict(self.values)[name]


def plain(value: Value, name: str = "") -> str:
    """A value as text; decimals without trailing zeros, with two places at least where `name` is one of money."""
    if value is None:
        return ""
    if isinstance(value, Decimal):
        return plain_decimal(value, 2 if name in _MONEY else 0)
    return value.isoformat() if isinstance(value, date) else str(value)


def plain_decimal(value: Decimal, least_places: int = 0) -> str:
    """`value` without trailing zeros, but with at least that many places."""
    text = format(value, "f")
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    whole, _, fraction = text.partition(".")
    if len(fraction) < least_places:
        text = f"{whole}.{fraction.ljust(least_places, '0')}"
    return "0" if text == "-0" else text


def as_plain(node: Node) -> dict[str, object]:
    """The tree as dictionaries and strings, for JSON."""
    made: dict[str, object] = {
        "code": node.code,
        "label": node.label,
        "values": {name: plain(value, name) for name, value in node.values},
    }
    if node.amount is not None:
        made["amount"] = format(node.amount, "f")
    if node.children:
        made["children"] = [as_plain(child) for child in node.children]
    return made
