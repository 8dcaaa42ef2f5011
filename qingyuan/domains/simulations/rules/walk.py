"""The walk of one tier group through its bills (逐户测算): each rated as it stands billed and under the reform, each with
the tier use that its own walk carried.
"""

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import NamedTuple

from qingyuan.domains.billing.rules.snapshot_parts import InputParts, PiecesKey, parts_of, pieces_of
from qingyuan.domains.billing.rules.snapshot_reading import parse_request
from qingyuan.domains.billing.rules.terms import Use
from qingyuan.domains.billing.rules.tier_use import Counted, GroupUse
from qingyuan.domains.simulations.rules.outcome import Outcome, outcome_of
from qingyuan.domains.simulations.rules.reform import Reform
from qingyuan.domains.tariffs.rules.catalogue import Catalogue
from qingyuan.domains.tariffs.rules.limits import people_at
from qingyuan.domains.tariffs.rules.rate import rate
from qingyuan.domains.tariffs.rules.request import NO_VOLUME, RatingRequest, TierUse
from qingyuan.kernel.errors import DomainError

MOST_KEPT = 60000
"""How many conditions and results a walker keeps in all before it starts anew: what is kept stays below 100 MB."""
Key = tuple[PiecesKey, Use, Decimal]


class Standing(NamedTuple):
    """A bill as it stands: what the walk must know of it. `row` is the caller's."""

    point_id: int | None
    position: int
    sequence: int
    hash_format: str
    snapshot: str
    row: object


class Walked(NamedTuple):
    """A bill with its two outcomes. `is_affected`: the plan that gives way is named by it."""

    row: object
    base: Outcome
    new: Outcome
    people: int | None
    is_affected: bool


@dataclass(slots=True)
class Condition:
    """All that a bill is rated by but usage and tier use, read once for all bills that have the same."""

    base: RatingRequest
    new: RatingRequest
    is_affected: bool
    people: int | None
    base_results: dict[Key, Outcome] = field(default_factory=dict)
    new_results: dict[Key, Outcome] = field(default_factory=dict)


class Walker:
    """Walks groups, with the memory of what it rated before. `recorded`: the published versions as bills name them."""

    def __init__(self, recorded: Catalogue, reform: Reform) -> None:
        self._recorded, self._reform = recorded, reform
        self._carries = reform.version.volume.carry
        self._conditions: dict[tuple[str, str], Condition] = {}
        self._kept = 0

    def walk(self, bills: Sequence[Standing], entered: Iterable[Counted] = ()) -> Iterator[Walked]:
        """The bills of one tier group in tier order. A group of which no bill names the plan gives nothing.

        `entered`: the use that no bill counted. Raises UnknownFormat, and ValueError or KeyError for a text that is no
        snapshot.
        """
        if self._kept > MOST_KEPT:
            self._conditions.clear()
            self._kept = 0
        read = [
            (parts, self._condition(parts))
            for parts in (parts_of(e.snapshot, hash_format=e.hash_format) for e in bills)
        ]
        anchor = next((condition.new.anchor for _, condition in read if condition.is_affected), None)
        if not any(condition.is_affected for _, condition in read):
            return
        base_use, new_use = GroupUse(), GroupUse()
        for entry in entered:
            base_use.load(entry)
            counted = self._reform.counted(entry, anchor)
            if counted is not None:
                new_use.load(counted)
        base_use.sort()
        new_use.sort()
        carried: dict[int | None, Decimal] = {}
        for bill, (parts, condition) in zip(bills, read, strict=True):
            base = self._rated(
                condition.base,
                condition.base_results,
                parts.pieces,
                base_use.before(bill.position, bill.sequence),
                condition.base.carry_before,
                self._recorded,
            )
            carry = condition.new.carry_before
            if condition.is_affected:
                carry = carried.get(bill.point_id, carry) if self._carries else NO_VOLUME
            new = self._rated(
                condition.new,
                condition.new_results,
                parts.pieces,
                new_use.before(bill.position, bill.sequence),
                carry,
                self._reform.catalogue,
            )
            base_use.add(base.entries)
            new_use.add(new.entries)
            if condition.is_affected and self._carries:
                carried[bill.point_id] = new.carry_after
            yield Walked(bill.row, base, new, condition.people, condition.is_affected)

    def _condition(self, parts: InputParts) -> Condition:
        key = (parts.before, parts.after)
        known = self._conditions.get(key)
        if known is None:
            self._kept += 1
            base = parse_request(json.loads(f"{parts.before}{parts.after}}}"))
            new = self._reform.of(base)
            day = base.period_date
            known = Condition(base, base if new is None else new, new is not None, people_at(base.people, day))
            self._conditions[key] = known
        return known

    def _rated(
        self,
        template: RatingRequest,
        results: dict[Key, Outcome],
        pieces: PiecesKey,
        use: Use,
        carry: Decimal,
        catalogue: Catalogue,
    ) -> Outcome:
        key = (pieces, use, carry)
        known = results.get(key)
        if known is None:
            self._kept += 1
            request = replace(
                template,
                pieces=pieces_of(pieces),
                tier_use=tuple(TierUse(counter, start, volume) for (counter, start), volume in use),
                carry_before=carry,
            )
            try:
                known = outcome_of(rate(request, catalogue))
            except DomainError as error:
                known = Outcome(code=error.code, carry_after=carry)
            results[key] = known
        return known
