"""A result as plain dictionaries (计费结果的 JSON 形式): the shape that the command line and the API give."""

from decimal import Decimal

from qingyuan.domains.tariffs.rules.cases import Outcome, use_after
from qingyuan.domains.tariffs.rules.explanation import Node, as_plain, plain_decimal
from qingyuan.domains.tariffs.rules.facts import Facts
from qingyuan.domains.tariffs.rules.request import RatingRequest
from qingyuan.domains.tariffs.rules.result import RatingLine, RatingResult


def volume_text(volume: Decimal) -> str:
    """With at least three places."""
    return plain_decimal(volume, 3)


def line_as_plain(line: RatingLine) -> dict[str, object]:
    return {
        "item": line.item_code,
        "name": line.name,
        "kind": line.kind.value,
        "tier": line.tier,
        "volume": None if line.volume is None else volume_text(line.volume),
        "price": None if line.price is None else plain_decimal(line.price, 2),
        "amount": format(line.amount, "f"),
        "net": format(line.net, "f"),
        "tax": format(line.tax, "f"),
        "tax_rate": None if line.tax_rate is None else plain_decimal(line.tax_rate),
        "counts": line.counts,
        "plan": line.plan_code,
        "version": line.version_date.isoformat(),
    }


def result_as_plain(facts: Facts, request: RatingRequest, result: RatingResult, tree: Node) -> dict[str, object]:
    """One object: total, lines, tier_volumes, tier_use_after, carry_after, explanation. Numbers are strings."""
    return {
        "total": format(result.total, "f"),
        "lines": [line_as_plain(line) for line in result.lines],
        "billed_volume": volume_text(result.billed_volume),
        "tier_volumes": [volume_text(volume) for volume in result.tier_volumes],
        "tier_use_after": volume_text(use_after(facts, request, result)),
        "carry_after": volume_text(result.carry_after) if result.carry_after else "0",
        "explanation": as_plain(tree),
    }


def outcome_as_plain(outcome: Outcome) -> dict[str, object]:
    """One case's outcome."""
    made: dict[str, object] = {"id": outcome.case_id, "passed": outcome.passed}
    if outcome.result is not None:
        made["total"] = format(outcome.result.total, "f")
        made["tier_volumes"] = [volume_text(volume) for volume in outcome.result.tier_volumes]
    if outcome.refusal is not None:
        made["error"] = outcome.refusal.code
    made["differences"] = [
        {"field": each.field, "expected": each.expected, "actual": each.actual} for each in outcome.differences
    ]
    made["problems"] = [
        {"line": problem.line, "place": problem.place, "code": problem.code} for problem in outcome.problems
    ]
    return made
