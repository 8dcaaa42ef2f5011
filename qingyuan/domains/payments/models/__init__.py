from qingyuan.domains.payments.models.payment import Payment, PaymentPart, PaymentTender, PaymentVoid
from qingyuan.domains.payments.models.receipt import Receipt, ReceiptPrint
from qingyuan.domains.payments.models.session import CashCount, CashSession

__all__ = [
    "CashCount",
    "CashSession",
    "Payment",
    "PaymentPart",
    "PaymentTender",
    "PaymentVoid",
    "Receipt",
    "ReceiptPrint",
]
