"""Single items with a volume of their own, in the plain rating. Standard library only.

The item is charged as if the metered water had been another volume at the same place in the tiers: it is laid into them again
from where each span began, and not taken out of the tiers that are there already.
"""

from fractions import Fraction
from typing import Any

from tests.differential.plain_numbers import number
from tests.differential.plain_tiers import Refused, above

Changes = list[dict[str, Any]]
ZERO = Fraction(0)


def set_own_volumes(parts: list[Any], changes: Changes, *, credit: bool) -> None:
    """Notes in each part the item's own tiers, span by span. Raises Refused."""
    for item_code in dict.fromkeys(change["item"] for change in changes):
        if credit:
            raise Refused("tariffs.item_change_on_credit")
        charged = [(part, charge) for part in parts for charge in part.tariff["charges"] if charge["item"] == item_code]
        if not charged:
            raise Refused("tariffs.item_not_charged")
        priced = [part for part, charge in charged if "price" in charge]
        if is_waived(changes, item_code):
            for part in priced:
                part.own[item_code] = [above(span.start, ZERO, span.limits) for span in part.spans]
        elif not priced:
            raise Refused("tariffs.item_not_by_volume")
        else:
            more = sum((number(change["volume"]) for change in changes if change["item"] == item_code), ZERO)
            _set(priced, item_code, more)


def _set(parts: list[Any], item_code: str, more: Fraction) -> None:
    spans = [span for part in parts for span in part.spans]
    volumes = [span.volume for span in spans]
    if more > 0:
        volumes[-1] += more
    for at in reversed(range(len(spans))):
        taken = min(volumes[at], max(ZERO, -more))
        volumes[at] -= taken
        more += taken
    if more < 0:
        raise Refused("tariffs.item_change_too_large")
    laid = iter([above(span.start, volume, span.limits) for span, volume in zip(spans, volumes, strict=True)])
    for part in parts:
        part.own[item_code] = [next(laid) for _ in part.spans]


def is_waived(changes: Changes, item_code: str) -> bool:
    """Whether the item is let off wholly."""
    return any(change["item"] == item_code and change["volume"] == "waived" for change in changes)


def runs_of(part: Any, charge: dict[str, Any]) -> list[list[Fraction]]:
    """The tiers of each span, as far as they are charged for this item."""
    found: list[list[Fraction]] = part.own.get(charge["item"]) or [span.tiers for span in part.spans]
    return found


def tiers_of(part: Any, charge: dict[str, Any]) -> list[Fraction]:
    """The tiers of the part, as far as they are charged for this item."""
    return [sum(volumes, ZERO) for volumes in zip(*runs_of(part, charge), strict=True)]


def refuse_taking_back(changes: Changes) -> None:
    """A bill raised to the minimum amount must not have anything let off. Raises Refused."""
    if any(change["volume"] == "waived" or number(change["volume"]) < 0 for change in changes):
        raise Refused("tariffs.minimum_takes_back")
