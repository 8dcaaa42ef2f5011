"""Keeping charge items and usage classes (费用项目、用水性质维护)."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db import IntegrityError, transaction

from qingyuan.domains.tariffs.declarations import EDIT
from qingyuan.domains.tariffs.models import ChargeItem, TaxTreatment, UsageClass
from qingyuan.kernel.actor import Actor
from qingyuan.kernel.errors import DomainError, NotFound
from qingyuan.platform.audit.operations import record
from qingyuan.platform.staff.operations import require


class CodeTaken(DomainError):
    """The company has another charge item or usage class with this code (编码已被使用)."""

    code = "tariffs.code_taken"


class TaxRateMissing(DomainError):
    """A taxed charge item has a rate above 0 and below 1; an untaxed one has none (税率有误)."""

    code = "tariffs.tax_rate_missing"


@dataclass(frozen=True, slots=True)
class NewChargeItem:
    """A charge item to create. `payee` is named when the money is collected for another (代收)."""

    code: str
    name: str
    name_en: str = ""
    payee: str = ""
    tax_treatment: TaxTreatment = TaxTreatment.NOT_TAXABLE
    tax_rate: Decimal | None = None
    position: int = 100


@dataclass(frozen=True, slots=True)
class NewUsageClass:
    """A usage class to create, below the class `parent_code` if one is named."""

    code: str
    name: str
    name_en: str = ""
    is_residential: bool = False
    parent_code: str = ""
    position: int = 100


def create_charge_item(*, actor: Actor, company_id: int, row: NewChargeItem, on: date) -> int:
    """Create a charge item and return its id. Raises NotPermitted, CodeTaken, TaxRateMissing."""
    require(actor, EDIT, on=on, unit_id=company_id)
    taxed = row.tax_treatment is TaxTreatment.TAXED
    if taxed != (row.tax_rate is not None) or (row.tax_rate is not None and not 0 < row.tax_rate < 1):
        raise TaxRateMissing(item_code=row.code)
    charge_item = ChargeItem(
        company_id=company_id,
        code=row.code,
        name=row.name,
        name_en=row.name_en,
        payee=row.payee,
        tax_treatment=row.tax_treatment.value,
        tax_rate=row.tax_rate,
        position=row.position,
    )
    with transaction.atomic():
        _save(charge_item, row.code)
        record(
            actor=actor,
            action="tariffs.create_charge_item",
            object_type="charge_item",
            object_key=row.code,
            company_id=company_id,
            after={"name": row.name, "payee": row.payee, "tax": row.tax_treatment.value, "rate": row.tax_rate},
        )
    return charge_item.pk


def create_usage_class(*, actor: Actor, company_id: int, row: NewUsageClass, on: date) -> int:
    """Create a usage class and return its id. Raises NotPermitted, NotFound for the parent, CodeTaken."""
    require(actor, EDIT, on=on, unit_id=company_id)
    with transaction.atomic():
        parent = None
        if row.parent_code:
            parent = UsageClass.objects.filter(company_id=company_id, code=row.parent_code).first()
            if parent is None:
                raise NotFound(usage_class=row.parent_code)
        usage_class = UsageClass(
            company_id=company_id,
            code=row.code,
            name=row.name,
            name_en=row.name_en,
            parent=parent,
            is_residential=row.is_residential,
            position=row.position,
        )
        _save(usage_class, row.code)
        record(
            actor=actor,
            action="tariffs.create_usage_class",
            object_type="usage_class",
            object_key=row.code,
            company_id=company_id,
            after={"name": row.name, "parent": row.parent_code},
        )
    return usage_class.pk


def _save(row: ChargeItem | UsageClass, code: str) -> None:
    try:
        with transaction.atomic():
            row.save()
    except IntegrityError as error:
        raise CodeTaken(item_code=code) from error
