"""Payments by the thousand (批量收款): bank files, channels, and days at the counter that are entered afterwards."""

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from django.db import transaction

from qingyuan.domains.customers import queries as customers
from qingyuan.domains.customers.queries import PayerFacts
from qingyuan.domains.payments.models import CashSession, Payment
from qingyuan.domains.payments.operations.entering import Accepted, Counter, enter
from qingyuan.domains.payments.operations.serial import one_at_a_time
from qingyuan.domains.payments.operations.sessions import SessionClosed
from qingyuan.domains.payments.operations.taking import DoesNotAddUp, refusal_of
from qingyuan.domains.payments.rules.states import PaymentChannel, SessionState, TenderKind
from qingyuan.domains.payments.rules.taking import PaymentLine, Tender, fault_of, in_fen, request_hash
from qingyuan.kernel.actor import Actor
from qingyuan.kernel.batch import BatchIssue, BatchResult
from qingyuan.kernel.canonical import sha256_hex
from qingyuan.kernel.errors import DomainError, NotFound, SameKeyOtherRequest
from qingyuan.platform.audit import operations as audit
from qingyuan.platform.organisation import queries as organisation
from qingyuan.platform.staff import operations as staff


class TakenBefore(DomainError):
    """The same request was carried out before: the row is skipped (该笔已收过)."""

    code = "payments.taken_before"


class SerialUsed(DomainError):
    """The channel's number belongs to another payment (渠道流水号已使用)."""

    code = "payments.serial_used"


class BatchPayment(NamedTuple):
    """One payment of a batch. `place` names it for a person (row 7); `serial` is the channel's own number, if it has one;
    `change` was given back from cash.
    """

    place: str
    account_id: int
    amount: Decimal
    idempotency_key: str
    tender: TenderKind = TenderKind.CHANNEL
    serial: str | None = None
    open_item_ids: tuple[int, ...] | None = None
    payer_name: str = ""
    change: Decimal = Decimal("0.00")


def take_payments_batch(
    *,
    actor: Actor,
    unit_id: int,
    rows: Sequence[BatchPayment],
    on: date,
    value_date: date | None = None,
    session_id: int | None = None,
) -> BatchResult:
    """Take many payments in one transaction; a row that is refused fails alone, with its code and place.

    With `session_id` they count in that session and get receipts (channel COUNTER), else they are of channel BATCH. All
    count from `value_date` (default `on`). A row whose key was taken before with the same request is skipped
    (`payments.taken_before`), with another request it fails. `ids` of the answer are the payments in the order of the
    rows. One journal and one audit entry for all.

    Raises NotPermitted without payments.take at the unit, NotFound, SessionClosed, PeriodClosed, PeriodMissing, and NotOwed
    for bills chosen that are paid meanwhile.
    """
    staff.require(actor, "payments.take", on=on, unit_id=unit_id)
    company_id = organisation.company_of(unit_id)
    with transaction.atomic():
        one_at_a_time(f"batch:{unit_id}")
        channel = PaymentChannel.BATCH if session_id is None else PaymentChannel.COUNTER
        session_no = _session_no(session_id)
        payers = customers.payers((row.account_id for row in rows), on=on)
        accepted, skipped, failed = _sort_out(rows, session_no, payers)
        if not accepted:
            return BatchResult(skipped=tuple(skipped), failed=tuple(failed))
        taken = enter(
            actor=actor,
            counter=Counter(company_id, unit_id, session_id, channel),
            payments=accepted,
            payers=payers,
            on=on,
            value_date=value_date or on,
        )
        audit.record_bulk(
            actor=actor,
            action="payments.take_batch",
            object_type="payment",
            object_keys_hash=sha256_hex(",".join(payment.payment_no for payment in taken)),
            count=len(taken),
            company_id=company_id,
            unit_id=unit_id,
            details={"received": str(sum((payment.received for payment in taken), Decimal("0.00")))},
        )
    return BatchResult(tuple(payment.payment_id for payment in taken), tuple(skipped), tuple(failed))


def _session_no(session_id: int | None) -> str:
    if session_id is None:
        return ""
    session = CashSession.objects.filter(pk=session_id).first()
    if session is None:
        raise NotFound(session=session_id)
    if session.state == SessionState.CLOSED:
        raise SessionClosed(session=session.session_no)
    return session.session_no


def _sort_out(
    rows: Sequence[BatchPayment], session_no: str, payers: Mapping[int, PayerFacts]
) -> tuple[list[Accepted], list[BatchIssue], list[BatchIssue]]:
    """The rows that can be taken; those taken before; those refused."""
    keys = Payment.objects.filter(idempotency_key__any=[row.idempotency_key for row in rows])
    known = dict(keys.values_list("idempotency_key", "request_hash"))
    serials = {row.serial for row in rows if row.serial}
    used = set(Payment.objects.filter(channel_serial__any=list(serials)).values_list("channel_serial", flat=True))
    accepted: list[Accepted] = []
    skipped: list[BatchIssue] = []
    failed: list[BatchIssue] = []
    for row in rows:
        payment = _accepted(row, session_no)
        if row.idempotency_key in known:
            same = known[row.idempotency_key] == payment.request_hash
            issue = BatchIssue(row.place, TakenBefore.code if same else SameKeyOtherRequest.code)
            (skipped if same else failed).append(issue)
            continue
        if (issue_found := _issue(row, payment, payers, used)) is not None:
            failed.append(issue_found)
            continue
        lines, tenders, change = in_fen(payment.lines, payment.tenders, payment.change)
        accepted.append(payment._replace(lines=lines, tenders=tenders, change=change))
        known[row.idempotency_key] = payment.request_hash
        used.add(row.serial)
    return accepted, skipped, failed


def _accepted(row: BatchPayment, session_no: str) -> Accepted:
    lines = (PaymentLine(row.account_id, row.amount, row.open_item_ids),)
    tenders = (Tender(row.tender, row.amount + row.change, row.serial or ""),)
    asked = request_hash(session=session_no, lines=lines, tenders=tenders, change=row.change, payer_name=row.payer_name)
    return Accepted(lines, tenders, row.change, row.payer_name, row.idempotency_key, asked, row.serial)


def _issue(
    row: BatchPayment, payment: Accepted, payers: Mapping[int, PayerFacts], used: set[str | None]
) -> BatchIssue | None:
    if (fault := fault_of(payment.lines, payment.tenders, payment.change)) is not None:
        return BatchIssue(row.place, DoesNotAddUp.code, {"fault": fault.value})
    if (refusal := refusal_of(payers.get(row.account_id))) is not None:
        return BatchIssue(row.place, refusal.code, refusal.params)
    if row.serial and row.serial in used:
        return BatchIssue(row.place, SerialUsed.code, {"serial": row.serial})
    return None
