"""The explanation's form (帐单解释): a frozen tree of steps, each with a code, its values and what it comes to.

The sentences are for the person who pays: units stand in them, codes of the system do not. What is needed to look a step
up (counter, plan code, reading) stays in its values.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

Value = str | int | Decimal | date | None


def gettext_noop(text: str) -> str:
    """Marks a text for the catalogues; whoever shows it translates it."""
    return text


LABELS = {
    "bill": gettext_noop("Total"),
    "credit": gettext_noop(
        "Credit of %(volume)s %(unit)s: what this volume cost in its tiers is given back, from the highest tier downwards"
    ),
    "usage": gettext_noop("Water used: %(usage)s %(unit)s"),
    "piece": gettext_noop("%(start)s to %(end)s: %(volume)s %(unit)s"),
    "piece_undated": gettext_noop("Usage %(volume)s %(unit)s"),
    "step_register": gettext_noop("Meter %(meter)s: reading %(current)s − previous %(previous)s = %(volume)s %(unit)s"),
    "step_multiplied": gettext_noop(
        "Meter %(meter)s: (reading %(current)s − previous %(previous)s) × multiplier %(multiplier)s = %(volume)s %(unit)s"
    ),
    "step_reversed": gettext_noop(
        "Meter %(meter)s counts down: (previous %(previous)s − reading %(current)s) × multiplier %(multiplier)s = %(volume)s %(unit)s"
    ),
    "step_rollover": gettext_noop(
        "Meter %(meter)s went past its highest figure and started from 0 again: (%(maximum)s − previous %(previous)s + reading %(current)s) × multiplier %(multiplier)s = %(volume)s %(unit)s"
    ),
    "step_estimate": gettext_noop(
        "Meter %(meter)s was not read; estimated by earlier use: %(volume)s %(unit)s. The meter is taken to stand at %(current)s; the next reading settles the difference"
    ),
    "step_settled": gettext_noop(
        "Meter %(meter)s: %(volume)s %(unit)s is this period's share, by days, of what was used between two real readings"
    ),
    "step_shown": gettext_noop("Meter %(meter)s, previous %(previous)s, now %(current)s: %(volume)s %(unit)s counted"),
    "step_sub": gettext_noop("Less sub-meter %(reference)s, which has its own bill: %(deducted)s %(unit)s"),
    "step_loss": gettext_noop("Share of the difference at main meter %(reference)s: %(volume)s %(unit)s"),
    "loss_difference": gettext_noop(
        "Main meter %(main)s − its sub-meters %(subs)s = %(difference)s %(unit)s, of which %(shared)s %(unit)s are shared"
    ),
    "loss_VOLUME": gettext_noop(
        "Shared by usage: %(shared)s × %(weight)s ÷ %(weights)s, rounded so that all shares sum to %(shared)s: %(volume)s %(unit)s"
    ),
    "loss_COUNT": gettext_noop(
        "Shared equally: %(shared)s ÷ %(weights)s meters, rounded so that all shares sum to %(shared)s: %(volume)s %(unit)s"
    ),
    "loss_FIXED": gettext_noop(
        "Shared by fixed parts: %(shared)s × %(weight)s ÷ %(weights)s, rounded so that all shares sum to %(shared)s: %(volume)s %(unit)s"
    ),
    "step_left_out": gettext_noop(
        "Sub-meter %(reference)s has not been read yet and is not taken off; when it is billed, this bill is corrected"
    ),
    "step_waived": gettext_noop("The difference at main meter %(reference)s is not shared this time"),
    "step_handed_down": gettext_noop("Less what its sub-meters share of the difference: %(deducted)s %(unit)s"),
    "step": gettext_noop("%(kind)s %(reference)s: %(volume)s %(unit)s"),
    "billed": gettext_noop(
        "Billed volume: %(usage)s + %(carry)s left over from last time = %(sum)s, to %(scale)s decimal places (%(mode)s): %(rounded)s %(unit)s"
    ),
    "billed_rounded": gettext_noop(
        "Billed volume: %(sum)s, to %(scale)s decimal places (%(mode)s): %(rounded)s %(unit)s"
    ),
    "minimum_volume": gettext_noop("Less than the minimum volume: charged as %(minimum)s %(unit)s"),
    "carry_after": gettext_noop("Not charged now and added next time: %(carry_after)s %(unit)s"),
    "share_fixed": gettext_noop(
        "Mixed use, at the price “%(name)s”: fixed %(value)s %(unit)s × %(months)s months, at most what there is: %(volume)s %(unit)s"
    ),
    "share_ratio": gettext_noop("Mixed use, at the price “%(name)s”: %(share)s of what is left: %(volume)s %(unit)s"),
    "share_remainder": gettext_noop("Mixed use, at the price “%(name)s”: the rest: %(volume)s %(unit)s"),
    "version": gettext_noop("Price “%(name)s” (%(plan)s), in force from %(version)s: %(volume)s %(unit)s"),
    "version_document": gettext_noop(
        "Price “%(name)s” (%(plan)s), in force from %(version)s, document %(document)s: %(volume)s %(unit)s"
    ),
    "days": gettext_noop(
        "%(start)s to %(end)s is %(days)s of %(piece_days)s days: %(piece_volume)s ÷ %(piece_days)s × %(days)s = %(volume)s %(unit)s"
    ),
    "days_rounded": gettext_noop(
        "%(start)s to %(end)s is %(days)s of %(piece_days)s days: %(piece_volume)s ÷ %(piece_days)s × %(days)s, rounded: %(volume)s %(unit)s"
    ),
    "days_rest": gettext_noop(
        "%(start)s to %(end)s is the other %(days)s of %(piece_days)s days: what is left of %(piece_volume)s: %(volume)s %(unit)s"
    ),
    "cycle": gettext_noop(
        "Tier cycle %(cycle)s to %(cycle_end)s: %(before)s %(unit)s used before, %(after)s %(unit)s with this"
    ),
    "cycle_undated": gettext_noop("Tier cycle: %(before)s %(unit)s used before, %(after)s %(unit)s with this"),
    "per_bill": gettext_noop(
        "Tiers start anew with each bill: it covers %(months)s months, the limits are for %(cycle_months)s months"
    ),
    "limits": gettext_noop("Upper limits of the tiers: %(limits)s %(unit)s"),
    "limit_plan": gettext_noop("The price plan says %(limits)s %(unit)s"),
    "limit_people": gettext_noop(
        "Household of %(people)s: each of the %(extra)s people above %(base_people)s adds %(additions)s %(unit)s to the limits"
    ),
    "limit_base": gettext_noop("Household of %(people)s: nothing is added up to %(base_people)s people"),
    "limit_unknown": gettext_noop("No household size is registered: counted as %(base_people)s people"),
    "limit_per_person": gettext_noop("Household of %(people)s × %(each)s %(unit)s each"),
    "people_from": gettext_noop("Household of %(people)s registered from %(since)s"),
    "people_later": gettext_noop(
        "Household of %(people)s registered from %(since)s: holds for usage that starts on that day or later"
    ),
    "limit_quota": gettext_noop("Quota %(quota)s %(unit)s × %(multiples)s"),
    "limit_months": gettext_noop("× %(months)s months of this bill ÷ %(cycle_months)s months of the limits"),
    "limit_left": gettext_noop("Opened inside the cycle: × %(left)s months left ÷ %(cycle_months)s months"),
    "limit_month": gettext_noop("Month from %(month)s: household of %(people)s, counts 1/%(cycle_months)s"),
    "tier": gettext_noop(
        "Tier %(tier)s (%(lower)s to %(upper)s): %(room)s was left, this takes %(volume)s, %(left)s %(unit)s remains"
    ),
    "tier_full": gettext_noop("Tier %(tier)s (%(lower)s to %(upper)s): used up before"),
    "tier_untouched": gettext_noop("Tier %(tier)s (%(lower)s to %(upper)s): not reached"),
    "tier_last": gettext_noop("Tier %(tier)s (above %(lower)s): this takes %(volume)s %(unit)s"),
    "tier_last_untouched": gettext_noop("Tier %(tier)s (above %(lower)s): not reached"),
    "charge": gettext_noop("%(name)s"),
    "item_less": gettext_noop("%(volume)s %(unit)s less for this charge alone"),
    "item_less_by": gettext_noop(
        "Adjustment %(reference)s: %(volume)s %(unit)s less for this charge alone; %(reason)s"
    ),
    "item_more": gettext_noop("%(volume)s %(unit)s more for this charge alone"),
    "item_more_by": gettext_noop(
        "Adjustment %(reference)s: %(volume)s %(unit)s more for this charge alone; %(reason)s"
    ),
    "item_waived": gettext_noop("This charge is let off for this bill"),
    "item_waived_by": gettext_noop("Adjustment %(reference)s: this charge is let off for this bill; %(reason)s"),
    "own_volume": gettext_noop("%(metered)s %(unit)s metered; %(own)s %(unit)s count for this charge"),
    "waived_line": gettext_noop("Let off: nothing is charged"),
    "tier_line": gettext_noop("Tier %(tier)s: %(volume)s %(unit)s × %(price)s = %(exact)s"),
    "flat_line": gettext_noop("%(volume)s %(unit)s × %(price)s = %(exact)s"),
    "charged_share": gettext_noop(
        "Charged on %(share)s of the water used: %(metered)s × %(share)s = %(volume)s %(unit)s"
    ),
    "charged_rounded": gettext_noop(
        "Charged volume: %(metered)s × %(share)s, to %(scale)s decimal places (%(mode)s): %(volume)s %(unit)s"
    ),
    "charged_tierwise": gettext_noop(
        "Charged volume: %(metered)s × %(share)s, tier by tier to %(scale)s decimal places (%(mode)s): %(volume)s %(unit)s"
    ),
    "fixed_line": gettext_noop("Fixed fee: %(price)s a month × %(times)s months = %(exact)s"),
    "fixed_bill_line": gettext_noop("Fixed fee of each bill: %(exact)s"),
    "percent_line": gettext_noop("%(rate)s of %(names)s = %(exact)s"),
    "relief_line": gettext_noop("Relief “%(scheme)s”, %(kind)s: %(exact)s"),
    "relief_free_line": gettext_noop("Relief “%(scheme)s”, %(free_volume)s %(unit)s free: %(exact)s"),
    "rounded": gettext_noop("To %(scale)s decimal places (%(mode)s): %(exact)s → %(amount)s"),
    "rounding_line": gettext_noop(
        "The total is taken to %(scale)s decimal places (%(mode)s); difference to what stands above: %(amount)s"
    ),
    "rounding_items_line": gettext_noop(
        "Each charge is taken to %(scale)s decimal places (%(mode)s); difference to what stands above: %(amount)s"
    ),
    "minimum_line": gettext_noop("Up to the minimum charge of %(minimum)s: %(amount)s"),
    "tax_line": gettext_noop("Tax on top: %(rate)s of %(net)s = %(amount)s"),
    "tax_inside": gettext_noop(
        "Tax of %(rate)s is contained: %(amount)s ÷ (1 + %(rate)s) = %(net)s without tax, tax %(tax)s"
    ),
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

WORDS = {
    "METER": gettext_noop("Meter"),
    "OLD_METER": gettext_noop("Old meter"),
    "NEW_METER": gettext_noop("New meter"),
    "ESTIMATE": gettext_noop("Estimate"),
    "FIXED": gettext_noop("Fixed volume"),
    "SUBS": gettext_noop("Less sub-meter"),
    "LOSS": gettext_noop("Share of loss"),
    "HANDED_DOWN": gettext_noop("Less shared difference"),
    "LEFT_OUT": gettext_noop("Sub-meter not waited for"),
    "WAIVED": gettext_noop("Difference not shared"),
    "ADJUSTMENT": gettext_noop("Adjusted volume"),
    "TRUE_UP": gettext_noop("Settlement of estimates"),
    "free_volume": gettext_noop("free volume"),
    "price": gettext_noop("reduced price"),
    "percent": gettext_noop("share off"),
    "amount": gettext_noop("amount off"),
    "half_up": gettext_noop("rounded half up"),
    "half_even": gettext_noop("rounded half to even"),
    "down": gettext_noop("rounded down"),
    "up": gettext_noop("rounded up"),
    "KEYED": gettext_noop("read on site"),
    "GRID": gettext_noop("read on site"),
    "READER_APP": gettext_noop("read on site"),
    "HANDHELD": gettext_noop("read on site"),
    "REMOTE": gettext_noop("read from afar"),
    "SELF_REPORTED": gettext_noop("reported by the customer"),
    "IMPORTED": gettext_noop("taken from an imported list"),
}
"""Codes that a sentence shows as words: the metering side's kinds, those of reliefs, rounding modes, where a reading comes from."""

_MONEY = frozenset({"total", "amount", "net", "tax", "price", "exact"})
_WORDED = frozenset({"kind", "mode", "source"})
_SHARES = frozenset({"rate", "share"})
_HUNDRED = Decimal(100)
UNIT_WORDS = {"m3": "m³", "ccf": "ccf", "kgal": "kgal"}
Translate = Callable[[str], str]


@dataclass(frozen=True, slots=True)
class Node:
    """One step. `amount` is set on steps that are money of the bill: those of the leaves sum to the total.

    `sentence` is the label of a step that this module does not know (what billing tells of the bill around the rating).
    """

    code: str
    values: tuple[tuple[str, Value], ...] = ()
    amount: Decimal | None = None
    children: tuple["Node", ...] = ()
    sentence: str = ""

    @property
    def label(self) -> str:
        """English sentence with `%(name)s` places, the key of the catalogues."""
        return self.sentence or LABELS[self.code]

    @property
    def unit(self) -> str:
        """The unit of the tree's volumes, which the step at its top names; m³ where none does."""
        return UNIT_WORDS.get(str(dict(self.values).get("volume_unit", "")), "m³")

    def text(self, translate: Translate, unit: str = "m³", *, english: bool = False) -> str:
        """The sentence in the reader's language, without the step's amount; `unit` is that of the tree.

        `english`: what has an English name (`name_en` beside `name`) is called by it.
        """
        values = {name: _told(name, value, translate) for name, value in self.values}
        if english and values.get("name_en"):
            values["name"] = values["name_en"]
        return translate(self.label) % {**values, "unit": unit}

    def walk(self) -> Iterator["Node"]:
        """This step and all below it, depth first."""
        yield self
        for child in self.children:
            yield from child.walk()

    def value(self, name: str) -> Value:
        """A value by name. Raises KeyError."""
        return dict(self.values)[name]


def with_english_names(node: Node, names: Mapping[str, str]) -> Node:
    """The same tree in which each step of a charge item has its English name beside its own; `names` by item code."""
    values = node.values
    charge_code = dict(values).get("item")
    if charge_code is not None:
        values = (*values, ("name_en", names.get(str(charge_code), "")))
    return replace(node, values=values, children=tuple(with_english_names(child, names) for child in node.children))


def _told(name: str, value: Value, translate: Translate) -> str:
    """A value inside a sentence: codes as words, shares as percentages."""
    if name in _WORDED and isinstance(value, str):
        return translate(WORDS[value]) if value in WORDS else value
    if name in _SHARES and isinstance(value, Decimal):
        return f"{plain_decimal(value * _HUNDRED)}%"
    return plain(value, name)


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


def as_plain(
    node: Node, translate: Translate | None = None, unit: str = "m³", *, english: bool = False
) -> dict[str, object]:
    """The tree as dictionaries and strings, for JSON; with `translate` each step also has its `text`."""
    made: dict[str, object] = {
        "code": node.code,
        "label": node.label,
        "values": {name: plain(value, name) for name, value in node.values},
    }
    if translate is not None:
        made["text"] = node.text(translate, unit, english=english)
    if node.amount is not None:
        made["amount"] = format(node.amount, "f")
    if node.children:
        made["children"] = [as_plain(child, translate, unit, english=english) for child in node.children]
    return made
