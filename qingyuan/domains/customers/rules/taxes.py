"""A customer's own tax of a charge item (客户税率): a rate, exempt or not taxable."""

from dataclasses import dataclass
from decimal import Decimal

from qingyuan.domains.tariffs.rules.plan import Treatment
from qingyuan.kernel.errors import DomainError


class TaxInvalid(DomainError):
    """A taxed item has a rate of 0 or more and below 1, with at most six places; others have none."""

    code = "customers.tax_invalid"


class ChargeItemUnknown(DomainError):
    """The company has no such charge item in use."""

    code = "customers.charge_item_unknown"


@dataclass(frozen=True, slots=True)
class TaxValue:
    """`rate` as a part of 1 (0.03), only where it is taxed; `included`: the price contains it."""

    item_code: str
    treatment: Treatment
    rate: Decimal | None = None
    included: bool = True


def check_tax(value: TaxValue) -> None:
    """Raises TaxInvalid."""
    rate = value.rate
    if value.treatment is not Treatment.TAXED:
        right = rate is None
    else:
        right = rate is not None and rate.is_finite() and 0 <= rate < 1 and rate == rate.quantize(Decimal("0.000001"))
    if not right:
        raise TaxInvalid(item_code=value.item_code, rate=rate)
