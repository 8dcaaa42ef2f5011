"""The public calculator's question (水费计算器): anyone's volume at the version in force, rated as a bill rates it."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

from qingyuan.domains.tariffs.rules.catalogue import Catalogue
from qingyuan.domains.tariffs.rules.explain import explain
from qingyuan.domains.tariffs.rules.explanation import Node
from qingyuan.domains.tariffs.rules.plan import FixedCharge, Per, PlanVersion, TierMode
from qingyuan.domains.tariffs.rules.rate import needed_tier_use, rate
from qingyuan.domains.tariffs.rules.request import (
    NO_VOLUME,
    ItemTax,
    PeopleFrom,
    QuotaFrom,
    RatingRequest,
    TierUse,
    UsagePiece,
    UsageShare,
    VersionRef,
)
from qingyuan.domains.tariffs.rules.result import RatingResult

DEFAULT_PEOPLE = 4


@dataclass(frozen=True, slots=True)
class Needs:
    """Which facts a version looks at beside the volume. `calibres` is empty where no fee depends on it."""

    people: bool
    base_people: int
    used: bool
    months: bool
    quota: bool
    calibres: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Asked:
    """One question: m³ of this bill, people, m³ used before in the cycle, months that the bill covers, quota, calibre."""

    volume: Decimal
    people: int | None = None
    used: Decimal = NO_VOLUME
    months: int = 1
    quota: Decimal | None = None
    calibre: str = ""


@dataclass(frozen=True, slots=True)
class Answer:
    """The bill's lines and total, and the tree behind them."""

    result: RatingResult
    tree: Node


def needs_of(version: PlanVersion) -> Needs:
    """The facts that the version's prices depend on."""
    tiers = version.tiers
    fixed = [charge.shape for charge in version.charges if isinstance(charge.shape, FixedCharge)]
    calibres = dict.fromkeys(calibre for fee in fixed for calibre, _ in fee.by_calibre or ())
    per_bill = tiers is not None and tiers.mode is TierMode.PER_BILL
    monthly = any(fee.per is Per.MONTH for fee in fixed)
    minimum = version.minimum is not None and version.minimum.per is Per.MONTH
    base_people = version.household.rule.base_people if version.household is not None else None
    return Needs(
        people=version.household is not None,
        base_people=base_people or DEFAULT_PEOPLE,
        used=tiers is not None and not per_bill,
        months=per_bill or monthly or minimum,
        quota=tiers is not None and tiers.by_quota,
        calibres=tuple(calibres),
    )


def answer(
    version: PlanVersion, catalogue: Catalogue, item_taxes: Sequence[ItemTax], asked: Asked, *, on: date
) -> Answer:
    """What a bill of the month of `on` would come to by this version of the catalogue, with its explanation.

    A usual bill: one usage class, no relief, no option, opened before the cycle. Raises as `rate`.
    """
    request = RatingRequest(
        pieces=(UsagePiece(asked.volume),),
        shares=(UsageShare((VersionRef(version.code, version.effective_from, version.effective_from),)),),
        months=asked.months,
        period_date=on.replace(day=1),
        people=() if asked.people is None else (PeopleFrom(None, asked.people),),
        quota=() if asked.quota is None else (QuotaFrom(None, asked.quota),),
        calibre=asked.calibre,
        item_taxes=tuple(item_taxes),
    )
    if asked.used:
        keys = needed_tier_use(request, catalogue)
        request = replace(request, tier_use=tuple(TierUse(counter, cycle, asked.used) for counter, cycle in keys[:1]))
    return Answer(rate(request, catalogue), explain(request, catalogue))
