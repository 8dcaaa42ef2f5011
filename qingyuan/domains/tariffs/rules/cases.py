"""Running rating cases (计费用例): each case is rated and compared, value by value, as decimals."""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from itertools import zip_longest

from qingyuan.domains.tariffs.rules.catalogue import Catalogue
from qingyuan.domains.tariffs.rules.facts import Facts, build_request
from qingyuan.domains.tariffs.rules.nodes import FileProblem
from qingyuan.domains.tariffs.rules.parse_cases import Case, Expectation
from qingyuan.domains.tariffs.rules.rate import rate
from qingyuan.domains.tariffs.rules.request import RatingRequest
from qingyuan.domains.tariffs.rules.result import RatingLine, RatingResult
from qingyuan.kernel.errors import DomainError


@dataclass(frozen=True, slots=True)
class Difference:
    """One value that came out otherwise than expected."""

    field: str
    expected: str
    actual: str


@dataclass(frozen=True, slots=True)
class Outcome:
    """A case after its run. `refusal` is what rating refused with, `problems` what keeps the case from being run."""

    case_id: str
    differences: tuple[Difference, ...] = ()
    problems: tuple[FileProblem, ...] = ()
    refusal: DomainError | None = None
    refusal_expected: bool = False
    result: RatingResult | None = None

    @property
    def passed(self) -> bool:
        return not self.differences and not self.problems and (self.refusal is None or self.refusal_expected)


def run_cases(cases: Iterable[Case], catalogue: Catalogue) -> tuple[Outcome, ...]:
    """The outcome of each case, in order. A refusal is an outcome, never an exception."""
    return tuple(_run(case, catalogue) for case in cases)


def _run(case: Case, catalogue: Catalogue) -> Outcome:
    if case.problems:
        return Outcome(case.case_id, problems=case.problems)
    try:
        request = build_request(case.facts, catalogue)
        result = rate(request, catalogue)
    except DomainError as refusal:
        expected = case.expect.error == refusal.code
        wrong = () if expected or not case.expect.error else (Difference("error", case.expect.error, refusal.code),)
        return Outcome(case.case_id, wrong, refusal=refusal, refusal_expected=expected)
    differences = tuple(_differences(case.facts, case.expect, request, result))
    return Outcome(case.case_id, differences, result=result)


def use_after(facts: Facts, request: RatingRequest, result: RatingResult) -> Decimal:
    """The tier use that the question's counter stands at after the bill.

    A plan that counts over a cycle: the last cycle's use. Tiers per bill: this bill's volume. No tiers: as before.
    """
    if result.tier_use_after:
        return result.tier_use_after[-1].volume
    if len(result.tier_volumes) == 1:
        return facts.used_before
    return (facts.used_before if request.is_credit else Decimal(0)) + result.billed_volume


def _differences(
    facts: Facts, expect: Expectation, request: RatingRequest, result: RatingResult
) -> Iterable[Difference]:
    if expect.error:
        yield Difference("error", expect.error, "")
    actual = {
        "total": result.total,
        "billed_volume": result.billed_volume,
        "carry_after": result.carry_after,
        "tier_use_after": use_after(facts, request, result),
    }
    for name, number in expect.numbers:
        if actual[name] != number:
            yield Difference(name, str(number), str(actual[name]))
    if expect.tier_volumes is not None:
        pairs = zip_longest(expect.tier_volumes, result.tier_volumes, fillvalue=Decimal(0))
        if any(wanted != got for wanted, got in pairs):
            yield Difference("tier_volumes", _listed(expect.tier_volumes), _listed(result.tier_volumes))
    if expect.lines is not None:
        yield from _line_differences(expect.lines, result.lines)


def _listed(values: Iterable[Decimal]) -> str:
    return "[" + ", ".join(str(value) for value in values) + "]"


def _line_differences(
    wanted: tuple[tuple[tuple[str, str], ...], ...], lines: tuple[RatingLine, ...]
) -> Iterable[Difference]:
    if len(wanted) != len(lines):
        yield Difference("lines", str(len(wanted)), str(len(lines)))
    for index, (expected, line) in enumerate(zip(wanted, lines, strict=False), 1):
        for name, value in expected:
            actual = _value_of(line, name)
            if not _same(value, actual):
                yield Difference(f"lines[{index}].{name}", value, actual)


def _value_of(line: RatingLine, name: str) -> str:
    value = {
        "item": line.item_code,
        "kind": line.kind.value,
        "tier": line.tier,
        "volume": line.volume,
        "price": line.price,
        "amount": line.amount,
        "net": line.net,
        "tax": line.tax,
        "plan": line.plan_code,
        "version": line.version_date,
    }[name]
    return "" if value is None else str(value)


def _same(expected: str, actual: str) -> bool:
    if expected == actual:
        return True
    try:
        return Decimal(expected) == Decimal(actual)
    except InvalidOperation:
        return False
