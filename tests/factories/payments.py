"""Factories of the counter: cashiers, sessions, payments."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from itertools import count

from qingyuan.domains.payments import operations as payments
from qingyuan.domains.payments.rules.states import TenderKind
from qingyuan.domains.payments.rules.taking import PaymentLine, TakenPayment, Tender
from qingyuan.kernel.actor import Actor
from tests.factories.ledger import POSTED, Company
from tests.factories.platform import make_person

MORNING = datetime(2025, 10, 20, 0, 30, tzinfo=UTC)
EVENING = datetime(2025, 10, 20, 9, 30, tzinfo=UTC)
CASHIER = ("payments.take", "payments.void", "payments.close_shift", "payments.view", "payments.reprint")
_keys = count(1)


@dataclass(frozen=True, slots=True)
class Till:
    """A cashier with an open session."""

    cashier: Actor
    session_id: int


def open_till(company: Company, *, unit_id: int | None = None, float_amount: str = "100.00", login: str = "") -> Till:
    """A cashier at the east hall (or another unit) and an open session."""
    where = company.utility.east_id if unit_id is None else unit_id
    cashier = make_person(where, *CASHIER, login=login)
    session_id = payments.open_session(
        actor=cashier, unit_id=where, float_amount=Decimal(float_amount), at=MORNING, on=POSTED
    )
    return Till(cashier, session_id)


def take(
    till: Till,
    amounts: Mapping[int, str],
    *,
    cash: str | None = None,
    card: str = "",
    chosen: Sequence[int] | None = None,
    key: str = "",
    on: date = POSTED,
) -> TakenPayment:
    """Take money for accounts: take(till, {account_id: "50.00"}, cash="60.00") gives the change from cash."""
    lines = [
        PaymentLine(account_id, Decimal(amount), None if chosen is None else tuple(chosen))
        for account_id, amount in amounts.items()
    ]
    total = sum((line.amount for line in lines), Decimal("0.00"))
    tenders = [Tender(TenderKind.CARD, Decimal(card), "POS 001")] if card else []
    handed = total - sum((tender.amount for tender in tenders), Decimal("0.00")) if cash is None else Decimal(cash)
    if handed:
        tenders.append(Tender(TenderKind.CASH, handed))
    return payments.take_payment(
        actor=till.cashier,
        session_id=till.session_id,
        lines=lines,
        tenders=tenders,
        change=sum((tender.amount for tender in tenders), Decimal("0.00")) - total,
        on=on,
        idempotency_key=key or f"key-{next(_keys)}",
    )
