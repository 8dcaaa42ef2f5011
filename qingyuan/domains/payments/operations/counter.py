"""A payment as the counter asks for it (柜台收费): money handed over for chosen bills of one account or of several."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from qingyuan.domains.ledger.rules.slips import charges_of
from qingyuan.domains.payments.declarations import ALLOCATION
from qingyuan.domains.payments.operations.entering import pays_by_instalments
from qingyuan.domains.payments.operations.taking import take_payment
from qingyuan.domains.payments.queries.sessions import open_session_of
from qingyuan.domains.payments.queries.slips import account_slips
from qingyuan.domains.payments.queries.taken import taken_by_key
from qingyuan.domains.payments.rules.settling import Shortfall, settle
from qingyuan.domains.payments.rules.states import TenderKind
from qingyuan.domains.payments.rules.taking import PaymentLine, TakenPayment, Tender
from qingyuan.kernel.actor import Actor
from qingyuan.kernel.errors import DomainError, SameKeyOtherRequest
from qingyuan.platform.parameters import queries as parameters

_ZERO = Decimal("0.00")


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


class NotApart(DomainError):
    """The charge items cannot be paid apart here: bills are paid whole, or the slips are others now (不能分单缴费)."""

    code = "payments.not_apart"


class SaleLine(NamedTuple):
    """The bills chosen of one account, oldest first, and what they owed when they were shown, in yuan.

    `slips`: of these bills the charge items of these slips alone (their keys, see `ledger.rules.slips`), None: all.
    """

    account_id: int
    open_item_ids: tuple[int, ...]
    due: Decimal
    slips: tuple[int, ...] | None = None


@dataclass(frozen=True, slots=True)
class CounterSale:
    """What the cashier entered, each account once. `keep_on`: the account (one of `lines` or another) in whose prepayment
    stays what is more than due, None: nothing stays. `use_balance`, for one account alone: the money tops up the
    prepayment, which then clears the bills together with what was in it (余额抵扣); its line's `due` is what that leaves.
    `payer_name`: who pays where that is not the account's holder. Yuan.
    """

    lines: tuple[SaleLine, ...]
    handed: Decimal
    tender: TenderKind
    reference: str = ""
    use_balance: bool = False
    keep_on: int | None = None
    payer_name: str = ""

    @property
    def due(self) -> Decimal:
        """What is shown as due for all of it."""
        return sum((line.due for line in self.lines), _ZERO)


def take_at_counter(*, actor: Actor, sale: CounterSale, on: date, idempotency_key: str) -> TakenPayment:
    """Take a payment in the actor's open shift. The same key with the same request returns the payment that was taken.

    Only bills of one account may be paid in part (parameter `payments.allocation`); those of several are paid whole.
    Raises NoOpenShift, NothingHanded, NotEnough, NoChangeFromCard, NotApart, TakenDifferently, and what `take_payment`
    raises; ValueError where the balance of several accounts, or for some charge items alone, is to be used.
    """
    if sale.use_balance and (len(sale.lines) != 1 or sale.lines[0].slips is not None):
        raise ValueError("the balance is used for whole bills of one account alone")
    session = open_session_of(actor)
    if session is None:
        raise NoOpenShift()
    one_account = len(sale.lines) == 1 and not sale.use_balance
    settled = settle(
        due=sale.due,
        handed=sale.handed,
        tender=sale.tender,
        keep_rest=sale.keep_on is not None,
        may_pay_partly=one_account and _may_pay_partly(sale, session.unit_id, on),
    )
    if settled is Shortfall.NOTHING:
        raise NothingHanded()
    if settled is Shortfall.NOT_ENOUGH:
        raise NotEnough(missing=sale.due - sale.handed)
    if isinstance(settled, Shortfall):
        raise NoChangeFromCard(more=sale.handed - sale.due)
    try:
        return take_payment(
            actor=actor,
            session_id=session.id,
            lines=_payment_lines(sale, settled.amount, on),
            tenders=[Tender(sale.tender, sale.handed, sale.reference)],
            change=settled.change,
            payer_name=sale.payer_name,
            on=on,
            idempotency_key=idempotency_key,
        )
    except SameKeyOtherRequest as error:
        known = taken_by_key(idempotency_key)
        if known is None:
            raise
        raise TakenDifferently(payment=known.payment_no, received=known.received) from error


def _may_pay_partly(sale: CounterSale, unit_id: int, on: date) -> bool:
    """Whether the account's bills may be paid in part: by the parameter, or by an agreement on instalments that is kept."""
    if parameters.text(ALLOCATION, unit_id=unit_id, on=on) == "partly":
        return True
    return sale.handed < sale.due and pays_by_instalments([sale.lines[0].account_id], on=on)


def _payment_lines(sale: CounterSale, amount: Decimal, on: date) -> list[PaymentLine]:
    """What stays here (`amount`), account by account. A rest below zero (paid in part) is of the one account there is."""
    if sale.use_balance:
        return [PaymentLine(sale.lines[0].account_id, amount, ())]
    rest = amount - sale.due
    keep_on = sale.lines[0].account_id if rest < 0 else sale.keep_on
    lines = [
        PaymentLine(
            line.account_id,
            line.due + rest if line.account_id == keep_on else line.due,
            line.open_item_ids,
            line.due,
            None if line.slips is None else _charges(line, on),
        )
        for line in sale.lines
    ]
    if rest > 0 and keep_on is not None and all(line.account_id != keep_on for line in sale.lines):
        lines.append(PaymentLine(keep_on, rest, ()))
    return lines


def _charges(line: SaleLine, on: date) -> tuple[int, ...]:
    """The charge items of the slips that are to be paid apart."""
    assert line.slips is not None
    try:
        return charges_of(account_slips([line.account_id], on=on)[line.account_id], line.slips)
    except KeyError as error:
        raise NotApart() from error
