"""Other fees (其它费用): what one comes to, its canonical input in the format `qy-fee/1`, and its explanation.

A fee has no usage and no price plan: its amount is quantity × price, or an amount that a person gives. Tax is inside, as
the charge item says. The snapshot holds all of it, so that the bill can be computed again and told from it alone.
"""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum

from qingyuan.domains.billing.rules.lines import Rated
from qingyuan.domains.billing.rules.snapshot_reading import UnknownFormat
from qingyuan.domains.tariffs.rules.explanation import Node, Value, gettext_noop
from qingyuan.domains.tariffs.rules.plan import Tax, Treatment
from qingyuan.domains.tariffs.rules.result import LineKind, RatingLine
from qingyuan.domains.tariffs.rules.taxes import net_and_tax, rate_of
from qingyuan.kernel.canonical import canonical_json
from qingyuan.kernel.errors import DomainError
from qingyuan.kernel.money import Money
from qingyuan.kernel.period import Month
from qingyuan.kernel.rounding import round_decimal

FORMAT = "qy-fee/1"
MOST = Decimal("9999999.99")
_NO_VOLUME = Decimal("0.000")

LABELS = {
    "fee": gettext_noop("Fee of %(day)s, account %(account)s"),
    "fee_quantity_line": gettext_noop("%(name)s: %(quantity)s %(piece)s × %(price)s = %(exact)s"),
    "fee_amount_line": gettext_noop("%(name)s: amount as entered"),
    "fee_note": gettext_noop("What for: %(note)s"),
    "fee_period": gettext_noop("Recurring fee for %(first)s to %(last)s, charged once for the period"),
    "fee_tax": gettext_noop("Of this, tax of %(rate)s: %(tax)s; without tax: %(net)s"),
}


class FeePricing(StrEnum):
    """How a fee type is priced (计费方式)."""

    UNIT = "UNIT"  # 按数量: quantity × price
    FIXED = "FIXED"  # 固定金额: the price, once
    FREE = "FREE"  # 任意金额: a person gives the amount


class FeeAmountRefused(DomainError):
    """A quantity or amount that the fee type does not take, or that comes to nothing or too much (数量或金额有误)."""

    code = "billing.fee_amount_refused"


@dataclass(frozen=True, slots=True)
class Fee:
    """One fee on one account, by natural keys. `quantity` and `price` are None where a person gave the amount (yuan).

    `period`: the first and the last month of a recurring fee's period; None for any other.
    """

    account_no: str
    type_code: str
    name: str
    item_code: str
    piece: str
    quantity: Decimal | None
    price: Decimal | None
    amount: Decimal
    tax: Tax | None
    day: date
    note: str
    period: tuple[Month, Month] | None = None


def amount_of(
    pricing: FeePricing, price: Decimal | None, quantity: Decimal | None, amount: Decimal | None
) -> tuple[Decimal | None, Decimal | None, Decimal]:
    """Quantity, price and amount of a fee, in yuan, to the fen (half up). `price` is the type's.

    UNIT takes a quantity above 0 (three places), FIXED neither, FREE an amount above 0 (two places). Raises FeeAmountRefused.
    """
    found: tuple[Decimal | None, Decimal | None, Decimal] | None
    if pricing is FeePricing.FREE:
        found = None if amount is None or quantity is not None else (None, None, amount)
    elif amount is not None or price is None or (quantity is None) == (pricing is FeePricing.UNIT):
        found = None
    else:
        times = Decimal(1) if quantity is None else quantity
        found = (times, price, round_decimal(times * price, 2))
    if found is None or not 0 < found[2] <= MOST or found[2] != round_decimal(found[2], 2):
        raise FeeAmountRefused(most=MOST)
    return found[0], found[1], round_decimal(found[2], 2)


def rated_fee(fee: Fee) -> Rated:
    """The bill's one line: no volume, nothing counted in tier use."""
    amount = fee.amount if fee.quantity is None else round_decimal(fee.quantity * (fee.price or Decimal(0)), 2)
    net, tax = net_and_tax(Money(amount), fee.tax)
    line = RatingLine(
        item_code=fee.item_code,
        name=fee.name,
        kind=LineKind.FEE,
        tier=None,
        volume=None,
        metered_volume=None,
        price=fee.price,
        amount=Money(amount),
        net=net,
        tax=tax,
        tax_rate=rate_of(fee.tax),
        counts=False,
        plan_code="",
        version_date=fee.day,
        share=-1,
    )
    return Rated((line,), Money(amount), tax, _NO_VOLUME, (), (), _NO_VOLUME)


def fee_text(fee: Fee) -> str:
    """The fee as canonical JSON, the bill's snapshot. `period` stands in it for recurring fees alone."""
    tax = None if fee.tax is None else [fee.tax.treatment.value, _plain(fee.tax.rate), fee.tax.included]
    told: dict[str, object] = {
        "account": fee.account_no,
        "amount": str(fee.amount),
        "day": fee.day.isoformat(),
        "item": fee.item_code,
        "name": fee.name,
        "note": fee.note,
        "piece": fee.piece,
        "price": _plain(fee.price),
        "quantity": _plain(fee.quantity),
        "tax": tax,
        "type": fee.type_code,
    }
    if fee.period is not None:
        told["period"] = [month.number for month in fee.period]
    return canonical_json(told)


def parse_fee(text: str, *, hash_format: str = FORMAT) -> Fee:
    """The fee from its snapshot. Raises UnknownFormat."""
    if hash_format != FORMAT:
        raise UnknownFormat(hash_format)
    given = json.loads(text)
    tax, period = given["tax"], given.get("period")
    return Fee(
        account_no=given["account"],
        type_code=given["type"],
        name=given["name"],
        item_code=given["item"],
        piece=given["piece"],
        quantity=_decimal(given["quantity"]),
        price=_decimal(given["price"]),
        amount=Decimal(given["amount"]),
        tax=None if tax is None else Tax(Treatment(tax[0]), _decimal(tax[1]), bool(tax[2])),
        day=date.fromisoformat(given["day"]),
        note=given["note"],
        period=None if period is None else (Month.from_number(period[0]), Month.from_number(period[1])),
    )


def fee_tree(fee: Fee, happened: Iterable[Node] = ()) -> Node:
    """The explanation: what the fee is for, quantity × price, the tax inside. `happened`: what the bill has been through."""
    rated = rated_fee(fee)
    line = rated.lines[0]
    if fee.quantity is None:
        money = _node("fee_amount_line", line.amount, name=fee.name)
    else:
        money = _node(
            "fee_quantity_line",
            line.amount,
            name=fee.name,
            quantity=fee.quantity,
            piece=fee.piece,
            price=fee.price,
            exact=fee.quantity * (fee.price or Decimal(0)),
        )
    steps = [*happened]
    if fee.period is not None:
        steps.append(_node("fee_period", None, first=str(fee.period[0]), last=str(fee.period[1])))
    if fee.note:
        steps.append(_node("fee_note", None, note=fee.note))
    steps.append(money)
    if line.tax:
        steps.append(_node("fee_tax", None, rate=line.tax_rate, tax=line.tax, net=line.net))
    top = (("day", fee.day), ("account", fee.account_no), ("total", rated.total))
    return Node("fee", top, rated.total, tuple(steps), LABELS["fee"])


def _node(code: str, amount: Decimal | None, **values: Value) -> Node:
    return Node(code, tuple(values.items()), amount, (), LABELS[code])


def _plain(value: Decimal | None) -> str | None:
    return None if value is None else f"{value:f}"


def _decimal(text: str | None) -> Decimal | None:
    return None if text is None else Decimal(text)
