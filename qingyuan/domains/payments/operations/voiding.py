"""Voiding a payment before its session's close (作废)."""

from datetime import date
from decimal import Decimal

from django.db import transaction

from qingyuan.domains.customers import queries as customers
from qingyuan.domains.ledger import operations as ledger
from qingyuan.domains.ledger.rules.posting import PaidPart, PostingSource
from qingyuan.domains.payments.models import Payment, PaymentVoid
from qingyuan.domains.payments.operations.entering import money_by_role
from qingyuan.domains.payments.operations.serial import one_at_a_time
from qingyuan.domains.payments.operations.sessions import hold_open_session
from qingyuan.domains.payments.rules.states import PartUse, TenderKind
from qingyuan.domains.payments.rules.taking import Tender
from qingyuan.kernel.actor import Actor
from qingyuan.kernel.errors import DomainError, NotFound
from qingyuan.platform.audit import operations as audit
from qingyuan.platform.staff import operations as staff


class AlreadyVoided(DomainError):
    """The payment was voided before (该笔收款已作废)."""

    code = "payments.already_voided"


class NoSession(DomainError):
    """The payment belongs to no session: only a reversal can undo it (非柜台收款不能作废)."""

    code = "payments.no_session"


class ReasonMissing(DomainError):
    """A void needs a reason (请填写作废原因)."""

    code = "payments.reason_missing"


def void_payment(*, actor: Actor, payment_id: int, reason: str, on: date) -> int:
    """Void a payment of an open session and return the reversing journal: what it cleared is owed again, what it put into
    prepayment is taken back, undoing what was fed by it, newest first.

    Raises NotFound, NotPermitted, ReasonMissing, AlreadyVoided, NoSession, SessionClosed, and the ledger's PrepaymentSpent,
    PeriodClosed, PeriodMissing.
    """
    payment = Payment.objects.filter(pk=payment_id).first()
    if payment is None:
        raise NotFound(payment=payment_id)
    staff.require(actor, "payments.void", on=on, unit_id=payment.unit_id)
    if not reason.strip():
        raise ReasonMissing()
    if payment.session_id is None:
        raise NoSession(payment=payment.payment_no)
    with transaction.atomic():
        one_at_a_time(f"void:{payment_id}")
        if PaymentVoid.objects.filter(payment_id=payment_id).exists():
            raise AlreadyVoided(payment=payment.payment_no)
        tenders = [Tender(TenderKind(kind), amount) for kind, amount in payment.tenders.values_list("kind", "amount")]
        alone = not Payment.objects.filter(journal_id=payment.journal_id).exclude(pk=payment_id).exists()
        journal_id = ledger.undo_payment(
            actor=actor,
            company_id=payment.company_id,
            unit_id=payment.unit_id,
            posting_date=on,
            parts=_parts(payment, on),
            money=money_by_role(tenders, payment.change_given),
            reverses_id=payment.journal_id if alone else None,
            source=PostingSource(payment_id, 0, "PAYMENT_VOID"),
        )
        hold_open_session(payment.session_id)
        PaymentVoid.objects.create(
            payment=payment, reason=reason.strip(), journal_id=journal_id, voided_by_id=actor.staff_id
        )
        audit.record(
            actor=actor,
            action="payments.void",
            object_type="payment",
            object_key=payment.payment_no,
            company_id=payment.company_id,
            unit_id=payment.unit_id,
            before={"received": str(payment.received)},
            after={"received": str(Decimal("0.00"))},
            reason=reason.strip(),
        )
    return journal_id


def _parts(payment: Payment, on: date) -> list[PaidPart]:
    rows = list(payment.parts.order_by("id").values_list("id", "use", "account_id", "customer_id", "amount"))
    payers = customers.payers((row[2] for row in rows), on=on)
    return [
        PaidPart(
            part_id,
            use == PartUse.RECEIVABLES,
            payers[account_id].company_id,
            payers[account_id].unit_id,
            account_id,
            customer_id,
            amount,
        )
        for part_id, use, account_id, customer_id, amount in rows
    ]
