"""Tax per line (税额): the customer's override, else the file, else the charge item's own."""

from decimal import Decimal

from qingyuan.domains.tariffs.rules.plan import Tax, Treatment
from qingyuan.kernel.money import ZERO_MONEY, Money
from qingyuan.kernel.rounding import rounder

_ONE = Decimal(1)
_fen = rounder(2)


def net_and_tax(amount: Money, tax: Tax | None) -> tuple[Money, Money]:
    """Net and tax inside `amount`; a tax that comes on top (not included) is not inside it."""
    if tax is None or tax.treatment is not Treatment.TAXED or not tax.included or not tax.rate:
        return amount, ZERO_MONEY
    net = Money(_fen(amount / (_ONE + tax.rate)))
    return net, Money(amount - net)


def tax_on_top(amount: Money, tax: Tax | None) -> Money:
    """The tax to be added to `amount`; zero when it is inside or there is none."""
    if tax is None or tax.treatment is not Treatment.TAXED or tax.included or not tax.rate:
        return ZERO_MONEY
    return Money(_fen(amount * tax.rate))


def rate_of(tax: Tax | None) -> Decimal | None:
    """The rate that is shown on the line; None when it is not taxed."""
    return tax.rate if tax is not None and tax.treatment is Treatment.TAXED else None
