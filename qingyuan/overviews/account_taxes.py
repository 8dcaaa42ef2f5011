"""The account's own tax rates (客户税率) as its page shows them."""

from dataclasses import dataclass
from datetime import date

from qingyuan.domains.customers.models import AccountTax
from qingyuan.domains.customers.rules.taxes import TaxValue
from qingyuan.domains.tariffs.rules.plan import Treatment


@dataclass(frozen=True, slots=True)
class TaxFrom:
    """One charge item's tax in [from_date, to_date)."""

    charge_name: str
    value: TaxValue
    from_date: date
    to_date: date | None
    document_no: str


def taxes_of(account_id: int, *, english: bool) -> tuple[TaxFrom, ...]:
    """By charge item, the newest first; rows that never were in force are left out. One query."""
    rows = AccountTax.objects.filter(account_id=account_id).select_related("charge_item")
    return tuple(
        TaxFrom(
            (row.charge_item.name_en if english else "") or row.charge_item.name,
            TaxValue(row.charge_item.code, Treatment(row.treatment), row.rate, row.included),
            row.from_date,
            row.to_date,
            row.document_no,
        )
        for row in rows.order_by("charge_item__position", "charge_item__code", "-from_date", "-id")
        if row.to_date != row.from_date
    )
