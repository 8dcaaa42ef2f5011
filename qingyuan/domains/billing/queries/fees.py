"""Fee types (其它费用类型) for pages and forms."""

from dataclasses import dataclass
from decimal import Decimal

from qingyuan.domains.billing.models import FeeType
from qingyuan.domains.billing.rules.fees import FeePricing


@dataclass(frozen=True, slots=True)
class FeeTypeRow:
    """A fee type with the names of its charge item. `price` in yuan, None where a person gives the amount."""

    id: int
    code: str
    name: str
    charge_item_id: int
    item_name: str
    item_name_en: str
    pricing: FeePricing
    price: Decimal | None
    piece: str
    is_active: bool
    version: int


def fee_types(*company_ids: int, with_retired: bool = False) -> tuple[FeeTypeRow, ...]:
    """The companies' fee types by company and code. One query."""
    found = FeeType.objects.filter(company_id__in=company_ids)
    rows = found.select_related("charge_item").order_by("company_id", "code")
    return tuple(
        FeeTypeRow(
            id=row.pk,
            code=row.code,
            name=row.name,
            charge_item_id=row.charge_item_id,
            item_name=row.charge_item.name,
            item_name_en=row.charge_item.name_en or row.charge_item.name,
            pricing=FeePricing(row.pricing),
            price=row.price,
            piece=row.piece,
            is_active=row.is_active,
            version=row.version,
        )
        for row in (rows if with_retired else rows.filter(is_active=True))
    )
