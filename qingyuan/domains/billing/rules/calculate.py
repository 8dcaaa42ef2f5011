"""The one calculation (计费): cases of whole tier groups → what each comes to. Rehearsal, run, issue and proofs use it.

Within a group the cases are worked in tier order (position, sequence, account, point), so that each finds what stands
before it; the outcomes are given in the run's order, by natural keys.
"""

import hashlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Protocol

from qingyuan.domains.billing.rules.case import Case, Refusal
from qingyuan.domains.billing.rules.lines import Rated, difference, lines_text, rated
from qingyuan.domains.billing.rules.snapshot import render, render_refused
from qingyuan.domains.billing.rules.states import BillKind
from qingyuan.domains.billing.rules.tier_use import GroupUse, UseTable
from qingyuan.domains.tariffs.rules.request import RatingRequest, TierUse
from qingyuan.domains.tariffs.rules.result import RatingResult
from qingyuan.kernel.canonical import canonical_json, sha256_hex
from qingyuan.kernel.errors import DomainError

Rater = Callable[[RatingRequest], RatingResult]
"""The pure rating, with its catalogue bound."""

CALCULATION_FAILED = "billing.not_ratable"


class Expected(Protocol):
    """Whether an outcome still is what it was: issue takes out what is not."""

    def __call__(self, outcome: "Outcome") -> bool: ...


@dataclass(slots=True)
class Outcome:
    """One case with its result or its refusal, canonical texts and hash."""

    case: Case
    rated: Rated | None
    refusal: Refusal | None
    snapshot: str
    lines: str
    hash: str


def calculate(cases: Iterable[Case], use: UseTable, rate: Rater, *, expected: Expected | None = None) -> list[Outcome]:
    """Work all cases. Those that `expected` turns down count nothing, as if they were not there.

    The result is ordered by natural keys (the run's order).
    """
    outcomes: list[Outcome] = []
    carried: dict[int, Decimal] = {}
    for case in sorted(cases, key=lambda each: each.tier_order):
        group = use.of(case.rows.group_id or 0)
        outcome = _work(case, group, rate, carried)
        if outcome.rated is not None and (expected is None or expected(outcome)):
            group.add(outcome.rated.entries)
            if case.facts is not None and case.facts.carries:
                carried[case.rows.point_id] = outcome.rated.carry_after
        outcomes.append(outcome)
    outcomes.sort(key=lambda each: each.case.natural_key)
    return outcomes


def run_hash(hashes: Iterable[str]) -> str:
    """The result hash of a run: sha256 over its elements' hashes in the run's order."""
    digest = hashlib.sha256()
    for each in hashes:
        digest.update(each.encode("ascii"))
    return digest.hexdigest()


def item_hash(snapshot: str, lines: str) -> str:
    """The hash of one bill: sha256 over input and lines."""
    return hashlib.sha256(f"{snapshot}\n{lines}".encode()).hexdigest()


def recompute(after: RatingRequest, before: RatingRequest | None, rate: Rater) -> Rated:
    """The lines of a bill from its snapshot's requests. Raises as the rating does."""
    if before is None:
        return rated(rate(after))
    return difference(rate(after), rate(before))


def _work(case: Case, group: GroupUse, rate: Rater, carried: Mapping[int, Decimal]) -> Outcome:
    correction, facts = case.correction, case.facts
    if case.refusal is not None or (facts is None and correction is None):
        return _refused(case, case.refusal or Refusal(CALCULATION_FAILED, {}))
    use = group.before(case.place.position, case.sequence)
    try:
        if correction is not None:
            request = replace(correction.after, tier_use=use)
            outcome = difference(rate(request), rate(correction.before))
            case.kind = BillKind.REFUND if outcome.total < 0 else BillKind.BACK_BILL
        else:
            assert facts is not None
            carry = facts.carry_before
            if facts.carries:
                carry = carried.get(case.rows.point_id, carry)
            request = facts.request(use, carry)
            outcome = rated(rate(request))
    except DomainError as error:
        return _refused(case, Refusal(error.code, dict(error.params)))
    snapshot = render(case, request, _touched(use, outcome.touched))
    lines = lines_text(outcome.lines)
    return Outcome(case, outcome, None, snapshot, lines, item_hash(snapshot, lines))


def _touched(before: Sequence[TierUse], after: Sequence[TierUse]) -> list[TierUse]:
    """The use before the bill that its rating looked at."""
    keys = {(each.counter, each.cycle_start) for each in after}
    return [each for each in before if (each.counter, each.cycle_start) in keys]


def _refused(case: Case, refusal: Refusal) -> Outcome:
    snapshot = render_refused(case)
    lines = canonical_json({"code": refusal.code, "params": _plain(refusal.params)})
    return Outcome(case, None, refusal, snapshot, lines, sha256_hex(f"{snapshot}\n{lines}"))


def _plain(params: Mapping[str, object]) -> dict[str, object]:
    """Parameters of a refusal without what canonical JSON does not know."""
    return {name: value if isinstance(value, int | str | list) else str(value) for name, value in params.items()}
