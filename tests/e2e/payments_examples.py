"""Examples of the addresses of the counter and of payments, in the demo utility."""

from collections.abc import Callable

from qingyuan.domains.customers.models import Account
from qingyuan.domains.payments.models import CashSession, Payment, Receipt
from tests.e2e.records_examples import RECORDS


def _shift() -> dict[str, object]:
    return {"session_no": CashSession.objects.latest("id").session_no}


def _group() -> dict[str, object]:
    return RECORDS["payer_groups:detail"]()


PAYMENTS: dict[str, Callable[[], dict[str, object]]] = {
    "counter:account": lambda: {"account_no": Account.objects.earliest("id").account_no},
    "counter:group": _group,
    "counter:close-for-another": _shift,
    "counter:shift-record": _shift,
    "payments:detail": lambda: {"payment_no": Payment.objects.latest("id").payment_no},
    "payments:receipt": lambda: {"receipt_no": Receipt.objects.latest("id").receipt_no},
    "payments:void": lambda: {"payment_no": Payment.objects.latest("id").payment_no},
}

NO_PAGES_OF_PAYMENTS = {
    "counter:search": "a part of a page; seen in test_counter_keyboard",
    "payments:receipt-pdf": "takes a POST alone, answers a PDF",
}
