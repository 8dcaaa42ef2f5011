"""Bills of a town, kept plainly: what each live bill was rated by, what it comes to, and what should be corrected of it.

The amounts are those of the plain rating (tests/differential), which shares no code with the product.
"""

from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any, NamedTuple

from tests.differential import plain_rating
from tests.differential.plain_numbers import cycle_of
from tests.machine.plain_money import ZERO
from tests.machine.plain_points import Piece
from tests.machine.tariffs import Tariff

NO_USE = Decimal(0)
LAST = 1 << 62
"""Sequence of a bill that is still to be made."""

People = tuple[tuple[date, int], ...]
"""From which day how many people live there, in order."""


class Terms(NamedTuple):
    """What a bill is rated by, besides its usage and the tier use before it."""

    tariff: str
    people: People
    months: int
    yyyymm: int
    group_id: int

    @property
    def first_day(self) -> date:
        return date(self.yyyymm // 100, self.yyyymm % 100, 1)


class Standing(NamedTuple):
    """A bill with its corrections: usage, the tier use before it, the amount."""

    pieces: tuple[Piece, ...]
    used: Decimal
    amount: Decimal

    @property
    def volume(self) -> Decimal:
        return sum((each.volume for each in self.pieces), Decimal(0))


class Correction(NamedTuple):
    """A live correction of a bill, and how the bill stood before it. `answers`: it took a usage that had been changed."""

    terms: "Terms"
    standing: Standing
    answers: bool


@dataclass
class Bill:
    """A live bill. `place` is its tier position and sequence; `corrections` are the live ones by id, oldest first."""

    bill_id: int
    point: int
    account_id: int
    terms: Terms
    place: tuple[int, int]
    amount: Decimal
    standing: Standing
    corrections: dict[int, Correction] = field(default_factory=dict)
    dismissed_at: Decimal | None = None
    """The tier use before it at which a person decided that nothing is corrected."""


class Difference(NamedTuple):
    """What a live bill should be corrected by now."""

    bill: Bill
    after: Standing
    terms: Terms

    @property
    def amount(self) -> Decimal:
        return self.after.amount - self.bill.standing.amount

    @property
    def moved(self) -> bool:
        return self.after.used != self.bill.standing.used


@dataclass
class Bills:
    """All live bills. `tariffs` by code."""

    tariffs: dict[str, Tariff]
    live: dict[int, Bill] = field(default_factory=dict)
    places: dict[tuple[int, int], int] = field(default_factory=dict)
    """Sequence that the last bill of a point and month had, when that was cancelled."""

    def cycle(self, terms: Terms) -> date | None:
        tiers = self.tariffs[terms.tariff].get("tiers")
        return None if tiers is None else cycle_of(terms.first_day, tiers["cycle_starts"], tiers["cycle_months"])

    def used_before(self, terms: Terms, place: tuple[int, int]) -> Decimal:
        """The volume that live bills of the group counted in the cycle at earlier places."""
        return self.counted([each for each in self.live.values() if each.place < place], terms)

    def counted(self, bills: "list[Bill]", terms: Terms) -> Decimal:
        """The volume that these bills count in the cycle of the terms' group."""
        cycle = self.cycle(terms)
        if cycle is None:
            return NO_USE
        own = [each for each in bills if each.terms.group_id == terms.group_id and self.cycle(each.terms) == cycle]
        return sum((each.standing.volume for each in own), NO_USE)

    def rated(self, terms: Terms, pieces: list[Piece] | tuple[Piece, ...], used: Decimal) -> Standing:
        """What the usage comes to."""
        case: dict[str, Any] = {
            "tariff": terms.tariff,
            "months": terms.months,
            "period": f"{terms.yyyymm // 100}-{terms.yyyymm % 100:02d}",
            "used_before": str(used),
            "people_changes": [{"from": day, "people": people} for day, people in terms.people],
            "pieces": _merged(pieces, terms.people),
        }
        total = plain_rating.rate([self.tariffs[terms.tariff]], case).total
        return Standing(tuple(pieces), used, _money(total))

    def of(self, point: int, yyyymm: int) -> Bill | None:
        found = [each for each in self.live.values() if each.point == point and each.terms.yyyymm == yyyymm]
        assert len(found) < 2
        return found[0] if found else None

    def moved(self, bill: Bill) -> Difference:
        """The bill on the tier use of the moment."""
        return self.changed(bill, bill.standing.pieces)

    def changed(
        self, bill: Bill, pieces: list[Piece] | tuple[Piece, ...], terms: Terms | None = None, *, more: Decimal = NO_USE
    ) -> Difference:
        """The bill on the tier use of the moment (and `more`), with another usage, by other terms."""
        terms = terms or bill.terms
        used = self.used_before(terms, bill.place) + more
        return Difference(bill, self.rated(terms, pieces, used), terms)

    def together(self, wanted: "list[tuple[Bill, list[Piece], Terms]]") -> list[Difference]:
        """Several bills in tier order, each as if those before it had been corrected."""
        found: list[Difference] = []
        for bill, pieces, terms in sorted(wanted, key=lambda one: one[0].place):
            cycle = self.cycle(terms)
            earlier = [
                each for each in found if each.terms.group_id == terms.group_id and self.cycle(each.terms) == cycle
            ]
            more = sum((each.after.volume - each.bill.standing.volume for each in earlier), NO_USE)
            found.append(self.changed(bill, pieces, terms, more=more if cycle else NO_USE))
        return found

    def later(self, group_id: int, place: tuple[int, int]) -> list[Bill]:
        found = [each for each in self.live.values() if each.terms.group_id == group_id and each.place > place]
        return sorted(found, key=lambda each: each.place)

    def cancel(self, bill: Bill) -> list[int]:
        """The bill is not live any more, nor are its corrections. Returns the ids of all of them."""
        del self.live[bill.bill_id]
        self.places[bill.point, bill.terms.yyyymm] = bill.place[1]
        return [bill.bill_id, *bill.corrections]


def _merged(pieces: list[Piece] | tuple[Piece, ...], people: People) -> list[dict[str, object]]:
    """The usage as one piece for each number of people: without a price change inside it nothing else divides it, and the
    plain rating takes no piece below zero (an adjustment has its own, which may be).
    """
    merged: list[tuple[int | None, Piece]] = []
    for each in pieces:
        counts = _people_on(each.start, people)
        known = next((at for at, (number, _) in enumerate(merged) if number == counts), None)
        if known is None:
            merged.append((counts, each))
        else:
            one = merged[known][1]
            merged[known] = counts, Piece(one.start, max(one.end, each.end), one.volume + each.volume)
    return [{"usage": str(each.volume), "from": each.start, "to": each.end} for _, each in merged]


def _people_on(day: date, people: People) -> int | None:
    found = [number for since, number in people if since <= day]
    return found[-1] if found else None


def _money(amount: Fraction) -> Decimal:
    exact = amount * 100
    assert exact.denominator == 1, f"{amount} is not whole fen"
    return (Decimal(exact.numerator) / 100 + ZERO).quantize(ZERO)
