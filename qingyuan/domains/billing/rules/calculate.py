"""The one calculation (计费): cases of whole tier groups → what each comes to. Rehearsal, run, issue and proofs use it.

Within a group the cases are worked in tier order (position, sequence, account, point), so that each finds what stands
before it; the outcomes are given in the run's order, by natural keys.
"""

import hashlib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from json.encoder import encode_basestring as quoted
from operator import attrgetter

from qingyuan.domains.billing.rules.case import Case, Correction, Refusal
from qingyuan.domains.billing.rules.lines import Rated, difference, lines_text, rated
from qingyuan.domains.billing.rules.snapshot import render_request, tier_use_text
from qingyuan.domains.billing.rules.states import BillKind
from qingyuan.domains.billing.rules.terms import Priced, Rater, Use, touched
from qingyuan.domains.billing.rules.tier_use import GroupUse, UseTable
from qingyuan.domains.tariffs.rules.request import RatingRequest, TierUse
from qingyuan.kernel.canonical import canonical_json
from qingyuan.kernel.errors import DomainError

CALCULATION_FAILED = "billing.not_ratable"


@dataclass(slots=True)
class Outcome:
    """One case with its result or its refusal, canonical texts and hash."""

    case: Case
    priced: Priced | None
    refusal: Refusal | None
    snapshot: str
    lines: str
    hash: str

    @property
    def rated(self) -> Rated | None:
        """The result; None for a refusal."""
        return None if self.priced is None else self.priced.rated


Expected = Callable[[Outcome], bool]
"""Whether an outcome still is what it was: issue takes out what is not."""


def calculate(cases: Iterable[Case], use: UseTable, rate: Rater, *, expected: Expected | None = None) -> list[Outcome]:
    """Work all cases. Those that `expected` turns down count nothing, as if they were not there.

    The result is ordered by natural keys (the run's order).
    """
    outcomes: list[Outcome] = []
    carried: dict[int, Decimal] = {}
    for case in sorted(cases, key=attrgetter("tier_order")):
        group = use.of(case.rows.group_id or 0)
        outcome = _work(case, group, rate, carried)
        if outcome.priced is not None and (expected is None or expected(outcome)):
            group.add(outcome.priced.rated.entries)
            if case.terms is not None and case.terms.carries:
                carried[case.rows.point_id] = outcome.priced.rated.carry_after
        outcomes.append(outcome)
    outcomes.sort(key=attrgetter("case.natural_key"))
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
    terms = case.terms
    if case.refusal is not None or (terms is None and case.correction is None):
        return _refused(case, case.refusal or Refusal(CALCULATION_FAILED, {}))
    place = case.place
    use = group.before(place.yyyymm * 100 + place.round_no, case.sequence)
    try:
        if case.correction is not None or terms is None:
            assert case.correction is not None
            return _corrected(case, case.correction, use, rate)
        carry = carried.get(case.rows.point_id, case.carry) if terms.carries else case.carry
        priced = terms.price(case.usage, use, carry, rate)
    except DomainError as error:
        return _refused(case, Refusal(error.code, dict(error.params)))
    snapshot = (
        f'{{"account":{quoted(place.account_no)},"group":{quoted(place.group_no)},'
        f'"input":{terms.input_text(case.usage, priced, carry)},{_tail(case)}'
    )
    return Outcome(case, priced, None, snapshot, priced.lines, item_hash(snapshot, priced.lines))


def _corrected(case: Case, correction: Correction, use: Use, rate: Rater) -> Outcome:
    before = tuple(TierUse(counter, start, volume) for (counter, start), volume in use)
    request = replace(correction.after, tier_use=before)
    outcome = difference(rate(request), rate(correction.before))
    case.kind = BillKind.REFUND if outcome.total < 0 else BillKind.BACK_BILL
    looked_at = touched(use, outcome.touched)
    snapshot = (
        f'{{"account":{quoted(case.place.account_no)},'
        f'"before":{render_request(correction.before, correction.before.tier_use)},'
        f'"cause":{quoted(correction.cause)},"corrects":{quoted(correction.bill_no)},'
        f'"group":{quoted(case.place.group_no)},"input":{render_request(request, looked_at)},{_tail(case)}'
    )
    priced = Priced(outcome, lines_text(outcome.lines), tier_use_text(looked_at))
    return Outcome(case, priced, None, snapshot, priced.lines, item_hash(snapshot, priced.lines))


def _tail(case: Case) -> str:
    """The members of a snapshot that come last."""
    place = case.place
    return (
        f'"kind":"{case.kind}","period":{place.yyyymm},"point":{quoted(place.point_no)},'
        f'"revision":{case.revision},"round":{place.round_no}}}'
    )


def _refused(case: Case, refusal: Refusal) -> Outcome:
    place = case.place
    snapshot = f'{{"account":{quoted(place.account_no)},"group":{quoted(place.group_no)},{_tail(case)}'
    lines = canonical_json({"code": refusal.code, "params": _plain(refusal.params)})
    return Outcome(case, None, refusal, snapshot, lines, item_hash(snapshot, lines))


def _plain(params: Mapping[str, object]) -> dict[str, object]:
    """Parameters of a refusal without what canonical JSON does not know."""
    return {name: value if isinstance(value, int | str | list) else str(value) for name, value in params.items()}
