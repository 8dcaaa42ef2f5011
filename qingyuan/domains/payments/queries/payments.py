"""Payments and receipts for pages (收款记录、收据), within the actor's reach."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from django.db.models import Count, Q, Sum, Value
from django.db.models.functions import Coalesce

from qingyuan.domains.payments.models import Payment, Receipt
from qingyuan.kernel.actor import Actor
from qingyuan.kernel.errors import NotFound
from qingyuan.platform.staff import queries as staff


@dataclass(frozen=True, slots=True)
class PaymentRow:
    """A payment in a list."""

    id: int
    payment_no: str
    receipt_no: str
    unit_id: int
    unit_name: str
    session_id: int | None
    channel: str
    payer_name: str
    value_date: date
    taken_at: datetime
    taken_by: str
    received: Decimal
    void_reason: str | None

    @property
    def is_void(self) -> bool:
        return self.void_reason is not None


@dataclass(frozen=True, slots=True)
class PaymentTotals:
    """The whole list's figures: payments that stand and those voided."""

    count: int
    received: Decimal
    void_count: int
    void_received: Decimal


@dataclass(frozen=True, slots=True)
class ReceiptPage:
    """A receipt as it was frozen; `prints` is how often it was printed; `void_reason` when the payment was voided."""

    receipt_no: str
    payment_id: int
    payment_no: str
    content: Mapping[str, object]
    prints: int
    void_reason: str | None


@dataclass(frozen=True, slots=True)
class PaymentFilter:
    """What a list is narrowed to; empty fields do not narrow."""

    session_id: int | None = None
    account_id: int | None = None
    text: str = ""
    from_date: date | None = None
    to_date: date | None = None


def payments(
    *, actor: Actor, on: date, wanted: PaymentFilter, limit: int = 50, offset: int = 0
) -> tuple[PaymentRow, ...]:
    """Payments taken within the reach of payments.view (or by the actor), newest first. `text` is a payment or receipt
    number's beginning; dates are value dates, [from, to). One query beside the reach.
    """
    rows = (
        Payment.objects.filter(_condition(actor, on, wanted))
        .annotate(
            printed_no=Coalesce("receipt__receipt_no", Value("")), taker=Coalesce("taken_by__name", Value(""))
        )
        .order_by("-id")
        .values_list(
            "id", "payment_no", "printed_no", "unit_id", "unit__name", "session_id", "channel", "payer_name",
            "value_date", "taken_at", "taker", "received", "void__reason",
        )[offset : offset + min(limit, 500)]
    )  # fmt: skip
    return tuple(PaymentRow(*row) for row in rows)


def payment_totals(*, actor: Actor, on: date, wanted: PaymentFilter) -> PaymentTotals:
    """The figures of the same list, all pages together. One query beside the reach."""
    void = Q(void__isnull=False)
    found = Payment.objects.filter(_condition(actor, on, wanted)).aggregate(
        standing=Count("id", filter=~void),
        standing_sum=Sum("received", filter=~void),
        voided=Count("id", filter=void),
        voided_sum=Sum("received", filter=void),
    )
    zero = Decimal("0.00")
    return PaymentTotals(found["standing"], found["standing_sum"] or zero, found["voided"], found["voided_sum"] or zero)


def receipt(*, actor: Actor, receipt_no: str, on: date) -> ReceiptPage:
    """One receipt, taken by the actor or within the reach of payments.view. Raises NotFound."""
    row = (
        Receipt.objects.filter(receipt_no=receipt_no)
        .select_related("payment", "payment__void")
        .annotate(printed=Count("prints"))
        .first()
    )
    if row is None:
        raise NotFound(receipt=receipt_no)
    own = actor.staff_id is not None and row.payment.taken_by_id == actor.staff_id
    if not own and not staff.reach(actor, "payments.view", on=on).covers(row.unit_id):
        raise NotFound(receipt=receipt_no)
    void = getattr(row.payment, "void", None)
    return ReceiptPage(
        receipt_no=row.receipt_no,
        payment_id=row.payment_id,
        payment_no=row.payment.payment_no,
        content=row.content,
        prints=row.printed,
        void_reason=None if void is None else void.reason,
    )


def _condition(actor: Actor, on: date, wanted: PaymentFilter) -> Q:
    held = staff.reach(actor, "payments.view", on=on)
    condition = Q() if held.everything else held.condition("unit_id") | Q(taken_by_id=actor.staff_id)
    if wanted.session_id is not None:
        condition &= Q(session_id=wanted.session_id)
    if wanted.account_id is not None:
        condition &= Q(id__in=Payment.objects.filter(parts__account_id=wanted.account_id).values("id"))
    if wanted.text:
        condition &= Q(payment_no__startswith=wanted.text) | Q(receipt__receipt_no__startswith=wanted.text)
    if wanted.from_date is not None:
        condition &= Q(value_date__gte=wanted.from_date)
    if wanted.to_date is not None:
        condition &= Q(value_date__lt=wanted.to_date)
    return condition
