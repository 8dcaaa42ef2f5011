"""A payment as it was taken (已收款项), told from what its receipt froze."""

from qingyuan.domains.payments.models import Payment
from qingyuan.domains.payments.rules.taking import TakenPayment
from qingyuan.kernel.errors import NotFound


def taken_payment(payment_id: int) -> TakenPayment:
    """The answer that was given when the payment was taken, marked `repeated`. Raises NotFound."""
    row = Payment.objects.filter(pk=payment_id).select_related("receipt").first()
    if row is None:
        raise NotFound(payment=payment_id)
    receipt = getattr(row, "receipt", None)
    return TakenPayment(
        payment_id=row.id,
        payment_no=row.payment_no,
        receipt_id=None if receipt is None else receipt.id,
        receipt_no="" if receipt is None else receipt.receipt_no,
        received=row.received,
        change=row.change_given,
        content={} if receipt is None else receipt.content,
        repeated=True,
    )


def taken_by_key(idempotency_key: str) -> TakenPayment | None:
    """The payment that was taken under a key, None when none was."""
    found = Payment.objects.filter(idempotency_key=idempotency_key).values_list("id", flat=True).first()
    return None if found is None else taken_payment(found)
