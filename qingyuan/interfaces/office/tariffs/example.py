"""The live example (价目试算): one question to the pure rating, its lines, its explanation, and the marginal price."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from qingyuan.domains.tariffs.rules.catalogue import Catalogue
from qingyuan.domains.tariffs.rules.explain import explain
from qingyuan.domains.tariffs.rules.facts import Facts, build_request
from qingyuan.domains.tariffs.rules.marginal import marginal_prices
from qingyuan.domains.tariffs.rules.plan import PlanKind, PlanVersion, TierMode
from qingyuan.domains.tariffs.rules.rate import rate
from qingyuan.domains.tariffs.rules.result import RatingLine
from qingyuan.interfaces.office.shell import charts
from qingyuan.interfaces.office.shell.details import SubTable, sub_table
from qingyuan.interfaces.office.shell.explanations import ExplainedStep, explained
from qingyuan.interfaces.office.shell.formats import price_text
from qingyuan.interfaces.office.shell.lists import Column, ColumnKind
from qingyuan.interfaces.office.shell.sentences import error_sentence
from qingyuan.interfaces.office.tariffs.forms import ExampleForm
from qingyuan.interfaces.office.tariffs.words import TIER
from qingyuan.kernel.errors import DomainError

LINES: tuple[Column[RatingLine], ...] = (
    Column("name", gettext_lazy("Charge item"), value=lambda line: line.name),
    Column("tier", gettext_lazy("Tier"), value=lambda line: "" if line.tier is None else TIER % {"tier": line.tier}),
    Column("volume", gettext_lazy("Volume"), ColumnKind.VOLUME),
    Column("price", gettext_lazy("Unit price"), ColumnKind.PRICE),
    Column("amount", gettext_lazy("Amount"), ColumnKind.MONEY),
)
_SHOWN_BEYOND = Decimal("1.35")
_WITHOUT_TIERS = Decimal(50)


@dataclass(frozen=True, slots=True)
class Example:
    """The answer; `problem` says why there is none."""

    lines: SubTable | None = None
    total: Decimal | None = None
    explanation: ExplainedStep | None = None
    chart: charts.StepChart | None = None
    problem: str = ""


def example_of(version: PlanVersion, form: ExampleForm) -> Example | None:
    """The answer to a form; None for a plan of a single charge item, which is no bill of its own."""
    if version.kind is PlanKind.ITEM:
        return None
    if not form.is_valid():
        return Example(problem="；".join(problem.text for problem in form.problems))
    given = form.cleaned_data
    try:
        return _answered(version, given)
    except DomainError as error:
        return Example(problem=error_sentence(error))


def _answered(version: PlanVersion, given: Mapping[str, Any]) -> Example:
    catalogue = Catalogue([version])
    months = given.get("months")
    facts = Facts(
        tariff=version.code,
        usage=given["volume"],
        used_before=given.get("used") or Decimal(0),
        months=1 if months is None else months,
        people=given.get("people"),
        quota=given.get("quota"),
        calibre=given.get("calibre") or "",
        relief=(given["relief"],) if given.get("relief") else (),
    )
    request = build_request(facts, catalogue)
    result = rate(request, catalogue)
    return Example(
        lines=sub_table(gettext_lazy("Lines of the bill"), LINES, result.lines, totals={"amount": result.total}),
        total=result.total,
        explanation=explained(explain(request, catalogue)),
        chart=chart_of(version, given),
    )


def chart_of(version: PlanVersion, given: Mapping[str, Any]) -> charts.StepChart | None:
    """What one more cubic metre costs, with a mark where the example ends; None for a plan without volume prices."""
    months = given.get("months")
    prices = marginal_prices(
        version, people=given.get("people"), quota=given.get("quota"), months=1 if months is None else months or 1
    )
    if not any(step.price for step in prices):
        return None
    marker = given["volume"]
    if version.tiers is not None and version.tiers.mode is TierMode.CUMULATIVE:
        marker += given.get("used") or Decimal(0)
    last = prices[-1].from_volume
    end = max(last * _SHOWN_BEYOND, marker, _WITHOUT_TIERS if not last else Decimal(1))
    return charts.StepChart(
        title=_("Price of the next cubic metre"),
        steps=tuple(charts.Step(step.from_volume, Decimal(price_text(step.price))) for step in prices),
        end=end.to_integral_value(),
        unit=_("yuan/m³"),
        category=_("Volume in the cycle"),
        marker=marker,
    )
