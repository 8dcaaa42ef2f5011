"""Charges that are a share of others (附加费)."""

from decimal import Decimal

from qingyuan.domains.tariffs.rules.compiled import CompiledCharge
from qingyuan.domains.tariffs.rules.drafts import Draft, Part, Work
from qingyuan.domains.tariffs.rules.plan import RoundAt
from qingyuan.domains.tariffs.rules.result import LineKind
from qingyuan.kernel.rounding import round_decimal


def base_of_item(work: Work, drafts: list[Draft], item_code: str) -> Decimal:
    """An item's amount as rounded for the bill: Σ its lines, or the rounded item; unrounded when the total is."""
    own = [draft for draft in drafts if draft.charge is not None and draft.charge.item_code == item_code]
    own = [draft for draft in own if draft.kind is not LineKind.RELIEF]
    if work.rounding.at is RoundAt.LINE:
        return sum((draft.amount for draft in own), Decimal(0))
    exact = sum((draft.exact for draft in own), Decimal(0))
    return exact if work.rounding.at is RoundAt.TOTAL else round_decimal(exact, work.rounding.scale, work.rounding.mode)


def percent_lines(work: Work, part: Part, charge: CompiledCharge) -> list[Draft]:
    """The charge's line, none when its base is zero."""
    percent = charge.percent
    assert percent is not None
    base = sum((base_of_item(work, part.drafts, code) for code in percent.of_items), Decimal(0))
    if not base:
        return []
    exact = base * percent.rate
    return [Draft(LineKind.PERCENT, charge, exact, work.round_line(exact), price=percent.rate)]
