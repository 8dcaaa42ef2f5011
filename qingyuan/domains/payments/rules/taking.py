"""A payment as it is asked for and as it was taken (收款请求与结果)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import NamedTuple

from qingyuan.domains.payments.rules.states import TenderKind
from qingyuan.kernel.canonical import canonical_json, sha256_hex
from qingyuan.kernel.money import money

_ZERO = Decimal("0.00")


class PaymentLine(NamedTuple):
    """Money for one account. `open_item_ids`: the bills chosen, None: what it owes, oldest first, empty: all into
    prepayment. `due`: what the chosen bills owed when they were shown; None: it is not compared.
    `charge_item_ids`: of the chosen bills these charge items alone are paid, None: all of them.
    """

    account_id: int
    amount: Decimal
    open_item_ids: tuple[int, ...] | None = None
    due: Decimal | None = None
    charge_item_ids: tuple[int, ...] | None = None


class Tender(NamedTuple):
    """What was handed over: `reference` is the slip's or transfer's number."""

    kind: TenderKind
    amount: Decimal
    reference: str = ""


class Fault(StrEnum):
    """Why an asked-for payment does not add up."""

    NOTHING = "nothing"  # no account, or no tender
    AMOUNT = "amount"  # an amount that is not positive, or has a fraction of a fen
    SUM = "sum"  # tenders − change is not what the accounts get
    CHANGE = "change"  # more change than cash was handed over
    TWICE = "twice"  # an account named twice


def fault_of(lines: Sequence[PaymentLine], tenders: Sequence[Tender], change: Decimal) -> Fault | None:
    """What is wrong with a payment, None when it adds up: Σ tenders − change = Σ lines; change is given from cash."""
    if not lines or not tenders:
        return Fault.NOTHING
    line_sum = tender_sum = cash = _ZERO
    for line in lines:
        if line.amount <= 0 or not _whole_fen(line.amount):
            return Fault.AMOUNT
        line_sum += line.amount
    for tender in tenders:
        if tender.amount <= 0 or not _whole_fen(tender.amount):
            return Fault.AMOUNT
        tender_sum += tender.amount
        if tender.kind is TenderKind.CASH:
            cash += tender.amount
    if change < 0 or not _whole_fen(change):
        return Fault.AMOUNT
    if len(lines) > 1 and len({line.account_id for line in lines}) != len(lines):
        return Fault.TWICE
    if change > cash:
        return Fault.CHANGE
    return None if tender_sum - change == line_sum else Fault.SUM


def in_fen(
    lines: Sequence[PaymentLine], tenders: Sequence[Tender], change: Decimal
) -> tuple[tuple[PaymentLine, ...], tuple[Tender, ...], Decimal]:
    """A payment without `fault_of`, its amounts with exactly two places (50 → 50.00)."""
    return (
        tuple(line._replace(amount=money(line.amount)) for line in lines),
        tuple(tender._replace(amount=money(tender.amount)) for tender in tenders),
        money(change),
    )


def _plain(amount: Decimal) -> str:
    """50, 50.0 and 50.00 are one amount."""
    return str(amount.normalize())


def _whole_fen(amount: Decimal) -> bool:
    exponent = amount.as_tuple().exponent
    return isinstance(exponent, int) and (exponent >= -2 or amount == amount.quantize(Decimal("0.01")))


def request_hash(
    *, session: str, lines: Sequence[PaymentLine], tenders: Sequence[Tender], change: Decimal, payer_name: str = ""
) -> str:
    """What tells a repeated request from another one with the same key."""
    return sha256_hex(
        canonical_json(
            {
                "format": "qy-payment/1",
                "session": session,
                "lines": [
                    [
                        line.account_id,
                        _plain(line.amount),
                        None if line.open_item_ids is None else list(line.open_item_ids),
                        *([] if line.due is None else [_plain(line.due)]),
                        *([] if line.charge_item_ids is None else [list(line.charge_item_ids)]),
                    ]
                    for line in lines
                ],
                "tenders": [[tender.kind.value, _plain(tender.amount), tender.reference] for tender in tenders],
                "change": _plain(change),
                "payer": payer_name,
            }
        )
    )


@dataclass(frozen=True, slots=True)
class TakenPayment:
    """A payment that stands. `content` is what its receipt says (see `rules.receipt`), amounts as text; `repeated` when
    the same request had been carried out before.
    """

    payment_id: int
    payment_no: str
    receipt_id: int | None
    receipt_no: str
    received: Decimal
    change: Decimal
    content: Mapping[str, object]
    repeated: bool = False
