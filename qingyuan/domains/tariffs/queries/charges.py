"""Charge items (费用项目) of a company, for the domains that book and print them."""

from dataclasses import dataclass

from qingyuan.domains.tariffs.models import ChargeItem


@dataclass(frozen=True, slots=True)
class ChargeRow:
    """A charge item. `payee` is empty when the money is the company's own."""

    id: int
    code: str
    name: str
    name_en: str
    payee: str
    position: int
    is_active: bool


def charge_items(company_id: int) -> tuple[ChargeRow, ...]:
    """All charge items of a company in their fixed order, retired ones too."""
    rows = ChargeItem.objects.filter(company_id=company_id).order_by("position", "id")
    return tuple(
        ChargeRow(row.id, row.code, row.name, row.name_en, row.payee, row.position, row.is_active) for row in rows
    )
