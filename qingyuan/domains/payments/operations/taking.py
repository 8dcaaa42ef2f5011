"""Taking a payment at the counter (柜台收费)."""

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal

from django.db import transaction

from qingyuan.domains.customers import queries as customers
from qingyuan.domains.customers.queries import PayerFacts
from qingyuan.domains.payments.declarations import LEAST_AMOUNT
from qingyuan.domains.payments.models import CashSession, Payment
from qingyuan.domains.payments.operations.entering import Accepted, Counter, enter
from qingyuan.domains.payments.operations.serial import one_at_a_time
from qingyuan.domains.payments.operations.sessions import SessionClosed
from qingyuan.domains.payments.queries.reach import counter_reach
from qingyuan.domains.payments.queries.taken import taken_payment
from qingyuan.domains.payments.rules.states import PaymentChannel, SessionState
from qingyuan.domains.payments.rules.taking import (
    PaymentLine,
    TakenPayment,
    Tender,
    fault_of,
    in_fen,
    request_hash,
)
from qingyuan.kernel.actor import Actor
from qingyuan.kernel.errors import DomainError, NotFound, NotPermitted, SameKeyOtherRequest
from qingyuan.platform.audit import operations as audit
from qingyuan.platform.parameters import queries as parameters
from qingyuan.platform.staff import operations as staff
from qingyuan.platform.staff.queries import asked_once


class DoesNotAddUp(DomainError):
    """The payment does not add up: `fault` says why (金额不平)."""

    code = "payments.does_not_add_up"


class BelowLeast(DomainError):
    """The payment is below the least amount (低于最低收费金额)."""

    code = "payments.below_least"


class OnHold(DomainError):
    """The account is in a case that blocks payments: `reason` (该户已锁定，暂停收费)."""

    code = "payments.on_hold"


class NoHolder(DomainError):
    """Nobody holds the account, so that money paid ahead would belong to nobody (该户无户主)."""

    code = "payments.no_holder"


def take_payment(
    *,
    actor: Actor,
    session_id: int,
    lines: Sequence[PaymentLine],
    tenders: Sequence[Tender],
    on: date,
    idempotency_key: str,
    change: Decimal = Decimal("0.00"),
    payer_name: str = "",
    value_date: date | None = None,
) -> TakenPayment:
    """Take a payment in an open session: bills are cleared, the rest goes to prepayment, a receipt number is drawn.

    Σ tenders − `change` = Σ lines; what is to go into prepayment is part of a line's amount. `value_date` (default `on`)
    is the day the money counts from. The same key with the same request returns the payment that was taken, `repeated`.

    Raises SameKeyOtherRequest, DoesNotAddUp, BelowLeast, OnHold, NoHolder, SessionClosed, NotPermitted, NotFound, and the
    ledger's NotOwed, OwedOtherwise, PeriodClosed, PeriodMissing.
    """
    with transaction.atomic():
        one_at_a_time(idempotency_key)
        session = CashSession.objects.filter(pk=session_id).first()
        if session is None:
            raise NotFound(session=session_id)
        asked = request_hash(
            session=session.session_no, lines=lines, tenders=tenders, change=change, payer_name=payer_name
        )
        if (known := _taken_before(idempotency_key, asked)) is not None:
            return known
        # Read once for all checks of this payment, which come before its first write.
        with asked_once():
            _check_cashier(actor, session, on)
            if (fault := fault_of(lines, tenders, change)) is not None:
                raise DoesNotAddUp(fault=fault.value)
            least = parameters.decimal(LEAST_AMOUNT, unit_id=session.unit_id, on=on)
            if sum((line.amount for line in lines), Decimal("0.00")) < least:
                raise BelowLeast(least=least)
            exact_lines, exact_tenders, exact_change = in_fen(lines, tenders, change)
            payers = customers.payers((line.account_id for line in lines), on=on)
            _check_payers(actor, lines, payers, on)
        (taken,) = enter(
            actor=actor,
            counter=Counter(session.company_id, session.unit_id, session.id, PaymentChannel.COUNTER),
            payments=[Accepted(exact_lines, exact_tenders, exact_change, payer_name, idempotency_key, asked)],
            payers=payers,
            on=on,
            value_date=value_date or on,
        )
        audit.record(
            actor=actor,
            action="payments.take",
            object_type="payment",
            object_key=taken.payment_no,
            company_id=session.company_id,
            unit_id=session.unit_id,
            after={"received": str(taken.received), "receipt": taken.receipt_no},
        )
    return taken


def refusal_of(payer: PayerFacts | None) -> DomainError | None:
    """Why nothing can be taken for an account, None when it can."""
    if payer is None:
        return NotFound(kind="account")
    if payer.payment_hold:
        return OnHold(account=payer.account_no, reason=payer.payment_hold)
    if payer.customer_id is None:
        return NoHolder(account=payer.account_no)
    return None


def _taken_before(key: str, asked: str) -> TakenPayment | None:
    found = Payment.objects.filter(idempotency_key=key).values_list("id", "request_hash").first()
    if found is None:
        return None
    if found[1] != asked:
        raise SameKeyOtherRequest(key=key)
    return taken_payment(found[0])


def _check_cashier(actor: Actor, session: CashSession, on: date) -> None:
    """A cashier takes money in the own session only."""
    staff.require(actor, "payments.take", on=on, unit_id=session.unit_id)
    if not actor.is_system and session.cashier_id != actor.staff_id:
        raise NotPermitted(permission="payments.take")
    if session.state == SessionState.CLOSED:
        raise SessionClosed(session=session.session_no)


def _check_payers(actor: Actor, lines: Sequence[PaymentLine], payers: Mapping[int, PayerFacts], on: date) -> None:
    reach = counter_reach(actor, on=on)
    for line in lines:
        payer = payers.get(line.account_id)
        # An account out of reach is not there at all: nobody learns whose number exists elsewhere.
        if payer is not None and not reach.covers(payer.unit_id):
            payer = None
        if (refusal := refusal_of(payer)) is not None:
            raise refusal
