"""A payment as the counter asks for it (柜台收费): money handed over for chosen bills of one account."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from qingyuan.domains.payments.declarations import ALLOCATION
from qingyuan.domains.payments.operations.taking import take_payment
from qingyuan.domains.payments.queries.sessions import open_session_of
from qingyuan.domains.payments.queries.taken import taken_by_key
from qingyuan.domains.payments.rules.settling import Shortfall, settle
from qingyuan.domains.payments.rules.states import TenderKind
from qingyuan.domains.payments.rules.taking import PaymentLine, TakenPayment, Tender
from qingyuan.kernel.actor import Actor
from qingyuan.kernel.errors import DomainError, SameKeyOtherRequest
from qingyuan.platform.parameters import queries as parameters


class NoOpenShift(DomainError):
    """The cashier has no open session (未开班)."""

    code = "payments.no_open_shift"


class NothingHanded(DomainError):
    """No money was handed over (请输入实收金额)."""

    code = "payments.nothing_handed"


class NotEnough(DomainError):
    """Less than is due, and bills are paid whole: `missing` (实收不足)."""

    code = "payments.not_enough"


class NoChangeFromCard(DomainError):
    """More than is due by card or transfer, from which no change is given: `more` (刷卡不找零)."""

    code = "payments.no_change_from_card"


class TakenDifferently(DomainError):
    """The same sending arrived before with other figures: `payment`, `received` say what was taken then (此笔已收款)."""

    code = "payments.taken_differently"


@dataclass(frozen=True, slots=True)
class CounterSale:
    """What the cashier entered. `due` is what was shown as due; `open_item_ids` are the chosen bills, oldest first;
    `use_balance`: the money tops up the prepayment, which then clears them together with what was in it (余额抵扣);
    `keep_rest`: what is more than due stays as prepayment. Yuan.
    """

    account_id: int
    open_item_ids: tuple[int, ...]
    due: Decimal
    handed: Decimal
    tender: TenderKind
    reference: str = ""
    use_balance: bool = False
    keep_rest: bool = False


def take_at_counter(*, actor: Actor, sale: CounterSale, on: date, idempotency_key: str) -> TakenPayment:
    """Take a payment in the actor's open shift. The same key with the same request returns the payment that was taken.

    Raises NoOpenShift, NothingHanded, NotEnough, NoChangeFromCard, TakenDifferently, and what `take_payment` raises.
    """
    session = open_session_of(actor)
    if session is None:
        raise NoOpenShift()
    partly = parameters.text(ALLOCATION, unit_id=session.unit_id, on=on) == "partly" and not sale.use_balance
    settled = settle(
        due=sale.due, handed=sale.handed, tender=sale.tender, keep_rest=sale.keep_rest, may_pay_partly=partly
    )
    if settled is Shortfall.NOTHING:
        raise NothingHanded()
    if settled is Shortfall.NOT_ENOUGH:
        raise NotEnough(missing=sale.due - sale.handed)
    if isinstance(settled, Shortfall):
        raise NoChangeFromCard(more=sale.handed - sale.due)
    chosen = () if sale.use_balance else sale.open_item_ids
    try:
        return take_payment(
            actor=actor,
            session_id=session.id,
            lines=[PaymentLine(sale.account_id, settled.amount, chosen)],
            tenders=[Tender(sale.tender, sale.handed, sale.reference)],
            change=settled.change,
            on=on,
            idempotency_key=idempotency_key,
        )
    except SameKeyOtherRequest as error:
        known = taken_by_key(idempotency_key)
        if known is None:
            raise
        raise TakenDifferently(payment=known.payment_no, received=known.received) from error
