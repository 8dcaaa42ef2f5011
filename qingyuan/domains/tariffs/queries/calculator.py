"""What the public calculator offers (水费计算器): usage classes with the published prices in force on a day.

It reads prices, classes and companies alone, never customers: the number of its questions and rows does not grow with
them. The compiled catalogue is kept in the process as long as nothing is published (`catalogue.price_list`).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from django.db.models import Q

from qingyuan.domains.tariffs.models import PlanAssignment
from qingyuan.domains.tariffs.queries.catalogue import PriceList, price_list
from qingyuan.domains.tariffs.rules import calculator
from qingyuan.domains.tariffs.rules.calculator import Answer, Asked
from qingyuan.domains.tariffs.rules.explanation import with_english_names
from qingyuan.domains.tariffs.rules.plan import PlanKind, PlanVersion
from qingyuan.kernel.errors import NotFound
from qingyuan.platform.organisation import queries as organisation


@dataclass(frozen=True, slots=True)
class OfferedClass:
    """A usage class (用水性质) and the version by which it is charged.

    `key` names it in an address. `unit_name` is set where a class has several prices, by unit.
    """

    key: str
    name: str
    name_en: str
    unit_name: str
    version: PlanVersion


@dataclass(frozen=True, slots=True)
class Offer:
    """A company's prices in force, by class."""

    company_code: str
    company_name: str
    hotline: str
    on: date
    classes: tuple[OfferedClass, ...]
    prices: PriceList

    def offered(self, key: str) -> OfferedClass | None:
        """The class with this key; None when it is not offered."""
        return next((each for each in self.classes if each.key == key), None)

    def answer(self, offered: OfferedClass, asked: Asked) -> Answer:
        """What the bill would come to. Raises as the rating does."""
        found = calculator.answer(offered.version, self.prices.catalogue, self.prices.item_taxes, asked, on=self.on)
        return Answer(found.result, with_english_names(found.tree, self.english_names))

    @property
    def english_names(self) -> Mapping[str, str]:
        """The charge items' English names by their codes."""
        return {code: each.name_en for code, each in self.prices.charge_items.items()}


@dataclass(frozen=True, slots=True)
class CompanyChoice:
    """A company to choose from."""

    code: str
    name: str


def offer(company_code: str | None, *, on: date) -> Offer | tuple[CompanyChoice, ...]:
    """The company's offer; without a code the only company's, else the companies to choose from (none: an empty tuple).

    Raises NotFound for a code that no company has.
    """
    companies = organisation.companies()
    if company_code is None and len(companies) != 1:
        return tuple(CompanyChoice(each.code, each.name) for each in companies)
    wanted = [each for each in companies if company_code is None or each.code.lower() == company_code.lower()]
    if not wanted:
        raise NotFound(company=company_code or "")
    company = wanted[0]
    profile = organisation.profile(company.id)
    prices = price_list(company.id)
    return Offer(
        company_code=company.code,
        company_name=profile.legal_name if profile is not None and profile.legal_name else company.name,
        hotline=profile.service_hotline if profile is not None else "",
        on=on,
        classes=_classes(company.id, prices, on),
        prices=prices,
    )


def _classes(company_id: int, prices: PriceList, on: date) -> tuple[OfferedClass, ...]:
    """The assignments in force whose plan has a version in force; the unit is named where a class has several."""
    rows = list(
        PlanAssignment.objects.filter(
            Q(to_date__isnull=True) | Q(to_date__gt=on),
            Q(unit__closed_date__isnull=True) | Q(unit__closed_date__gt=on),
            company_id=company_id,
            from_date__lte=on,
            usage_class__is_active=True,
        )
        .select_related("usage_class", "unit")
        .order_by("usage_class__position", "usage_class__code", "unit__path")
    )
    found: list[OfferedClass] = []
    for row in rows:
        version = _in_force(prices, prices.plan_codes[row.plan_id], on)
        if version is None:
            continue
        several = sum(each.usage_class_id == row.usage_class_id for each in rows) > 1
        key = f"{row.usage_class.code}@{row.unit.code}" if several else row.usage_class.code
        unit_name = row.unit.name if several else ""
        found.append(OfferedClass(key, row.usage_class.name, row.usage_class.name_en, unit_name, version))
    return tuple(found)


def _in_force(prices: PriceList, plan_code: str, on: date) -> PlanVersion | None:
    """The plan's published version in force on the day; None for a plan without one, or of a single charge item."""
    if plan_code not in prices.catalogue.codes:
        return None
    begun = [each for each in prices.catalogue.versions_of(plan_code) if each.effective_from <= on]
    if not begun:
        return None
    newest = begun[-1]  # a version without an end of its own holds until the next begins
    ended = newest.effective_to is not None and newest.effective_to <= on
    return None if ended or newest.kind is not PlanKind.PLAN else newest
