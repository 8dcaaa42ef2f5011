"""A company's prices as rating and billing use them (价目): published versions compiled once, assignments, charge items.

What is read of each call is small: the list of versions with their content hashes. A version's text is parsed once per
content in a process, and the catalogue with its compiled timelines is kept as long as nothing is published.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from functools import lru_cache
from typing import NamedTuple

from django.db import connection

from qingyuan.domains.tariffs.models import (
    ChargeItem,
    PlanAssignment,
    PricePlan,
    PriceVersion,
    TaxTreatment,
    UsageClass,
)
from qingyuan.domains.tariffs.models import VersionState as State
from qingyuan.domains.tariffs.rules.catalogue import Catalogue
from qingyuan.domains.tariffs.rules.parse import parse_version
from qingyuan.domains.tariffs.rules.plan import PlanVersion, Tax, Treatment
from qingyuan.domains.tariffs.rules.request import ItemTax
from qingyuan.platform.organisation import queries as organisation


class ChargeItemFact(NamedTuple):
    """A charge item (费用项目) as billing needs it; `tax` None when it is not taxable."""

    id: int
    code: str
    name: str
    name_en: str
    payee: str
    tax: Tax | None


class Assigned(NamedTuple):
    """A plan assigned to a class at a unit in [from_date, to_date)."""

    plan_code: str
    from_date: date
    to_date: date | None

    def covers(self, day: date) -> bool:
        """Whether it is in force on the day."""
        return self.from_date <= day and (self.to_date is None or day < self.to_date)


@dataclass(frozen=True, slots=True)
class PriceList:
    """All that a company charges by. `version_ids` by (plan code, effective date); `class_codes` by id.

    `fingerprint` is equal for two lists by which the same is charged: what was made from one holds for the other.
    """

    company_id: int
    catalogue: Catalogue
    version_ids: Mapping[tuple[str, date], int]
    plan_codes: Mapping[int, str]
    class_codes: Mapping[int, str]
    charge_items: Mapping[str, ChargeItemFact]
    documents: Mapping[tuple[str, date], str]
    assigned: Mapping[tuple[int, int], tuple[Assigned, ...]]
    fingerprint: str = ""
    _upwards: dict[int, tuple[int, ...]] = field(default_factory=dict)

    def plans_for(self, *, unit_id: int, class_id: int, day: date) -> tuple[Assigned, ...]:
        """The assignments of a class from `day` on, by date: those of the nearest unit upwards that has one on `day`.

        Empty when no unit has one.
        """
        units = self._upwards.get(unit_id)
        if units is None:
            units = self._upwards[unit_id] = organisation.upwards(unit_id)
        for unit in units:
            here = self.assigned.get((unit, class_id), ())
            if any(each.covers(day) for each in here):
                return tuple(each for each in here if each.to_date is None or day < each.to_date)
        return ()

    @property
    def item_taxes(self) -> tuple[ItemTax, ...]:
        """The charge items' own taxes, by code; items that are not taxable have none."""
        known = sorted(self.charge_items.items())
        return tuple(ItemTax(code, each.tax) for code, each in known if each.tax is not None)


def price_list(company_id: int) -> PriceList:
    """The company's published prices as they are now; the same object as long as nothing about them changes."""
    with connection.cursor() as cursor:
        cursor.execute(_FINGERPRINT, {"company": company_id})
        return _price_list(company_id, str(cursor.fetchone()[0]))


_FINGERPRINT = """
    SELECT md5(concat_ws('|',
        (SELECT string_agg(concat_ws(':', v.id, v.plan_id, v.content_hash, v.effective_to, v.document_no), ',' ORDER BY v.id)
           FROM price_version v JOIN price_plan p ON p.id = v.plan_id
          WHERE p.company_id = %(company)s AND v.state = 'PUBLISHED'),
        (SELECT string_agg(concat_ws(':', id, code), ',' ORDER BY id) FROM price_plan WHERE company_id = %(company)s),
        (SELECT string_agg(concat_ws(':', id, code), ',' ORDER BY id) FROM usage_class WHERE company_id = %(company)s),
        (SELECT string_agg(concat_ws(':', id, code, name, name_en, payee, tax_treatment, tax_rate), ',' ORDER BY id)
           FROM charge_item WHERE company_id = %(company)s),
        (SELECT string_agg(concat_ws(':', unit_id, usage_class_id, plan_id, from_date, to_date), ',' ORDER BY id)
           FROM plan_assignment WHERE company_id = %(company)s),
        (SELECT string_agg(concat_ws(':', id, path), ',' ORDER BY id) FROM org_unit)))
"""


@lru_cache(maxsize=16)
def _price_list(company_id: int, fingerprint: str) -> PriceList:
    plans = dict(PricePlan.objects.filter(company_id=company_id).values_list("id", "code"))
    versions = list(
        PriceVersion.objects.filter(plan_id__in=plans, state=State.PUBLISHED)
        .order_by("plan_id", "effective_from")
        .values_list("id", "plan_id", "effective_from", "effective_to", "content_hash", "document_no")
    )
    return PriceList(
        company_id=company_id,
        catalogue=_catalogue(tuple(row[4] for row in versions)),
        fingerprint=fingerprint,
        version_ids={(plans[row[1]], row[2]): row[0] for row in versions},
        plan_codes=plans,
        class_codes=dict(UsageClass.objects.filter(company_id=company_id).values_list("id", "code")),
        charge_items=charge_items(company_id),
        documents={(plans[row[1]], row[2]): row[5] for row in versions},
        assigned=_assigned(company_id, plans),
    )


def charge_items(company_id: int) -> Mapping[str, ChargeItemFact]:
    """The company's charge items by code, in their order."""
    rows = ChargeItem.objects.filter(company_id=company_id).order_by("position", "code")
    return {
        row.code: ChargeItemFact(
            row.pk, row.code, row.name, row.name_en, row.payee, _tax(row.tax_treatment, row.tax_rate)
        )
        for row in rows
    }


def _tax(treatment: str, rate: Decimal | None) -> Tax | None:
    if treatment == TaxTreatment.NOT_TAXABLE:
        return None
    return Tax(Treatment(treatment), rate if treatment == TaxTreatment.TAXED else None)


def _assigned(company_id: int, plans: Mapping[int, str]) -> dict[tuple[int, int], tuple[Assigned, ...]]:
    found: dict[tuple[int, int], tuple[Assigned, ...]] = {}
    rows = PlanAssignment.objects.filter(company_id=company_id).order_by("unit_id", "usage_class_id", "from_date")
    for unit, usage_class, plan, start, end in rows.values_list(
        "unit_id", "usage_class_id", "plan_id", "from_date", "to_date"
    ):
        found[unit, usage_class] = (*found.get((unit, usage_class), ()), Assigned(plans[plan], start, end))
    return found


@lru_cache(maxsize=64)
def _catalogue(contents: tuple[str, ...]) -> Catalogue:
    """The catalogue of these contents, each with the end that its own text names: that a successor was published changes
    which version a new bill names, and nothing for a bill, or for a correction of one, that names its versions.
    """
    return Catalogue(_parsed(content) for content in contents)


@lru_cache(maxsize=4096)
def _parsed(content_hash: str) -> PlanVersion:
    source = PriceVersion.objects.filter(content_hash=content_hash).values_list("source", flat=True).first()
    assert source is not None, content_hash
    return parse_version(source)
