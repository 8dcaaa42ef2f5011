"""Examples of the addresses of the counter and of payments, in the demo utility."""

from collections.abc import Callable
from decimal import Decimal

from django.utils import timezone

from qingyuan.domains.customers.models import Account
from qingyuan.domains.ledger import operations as ledger
from qingyuan.domains.ledger.models import AccountBalance, InstalmentPlan
from qingyuan.domains.ledger.operations import NewPlan
from qingyuan.domains.ledger.queries import owed_items
from qingyuan.domains.ledger.rules.instalments import even_schedule
from qingyuan.domains.payments.models import CashSession, Payment, Receipt
from qingyuan.kernel.actor import system_actor
from tests.e2e.records_examples import RECORDS


def _shift() -> dict[str, object]:
    return {"session_no": CashSession.objects.latest("id").session_no}


def _group() -> dict[str, object]:
    return RECORDS["payer_groups:detail"]()


def _owing() -> int:
    """An account that owes enough for three instalments."""
    found = AccountBalance.objects.filter(owed__gte=1).order_by("account_id").values_list("account_id", flat=True)
    return found[0]


def _plan() -> dict[str, object]:
    """The demo has none yet: the first look asks for one, which is kept."""
    if not InstalmentPlan.objects.exists():
        account_id, today = _owing(), timezone.localdate()
        owed = owed_items(account_ids=[account_id])
        schedule = even_schedule(sum((one.outstanding for one in owed), Decimal("0.00")), 3, today)
        plan = NewPlan(account_id, tuple(one.id for one in owed), schedule, "经营困难", "申请 2026-7")
        ledger.request_plan(actor=system_actor(), plan=plan, on=today)
        ledger.approve_plan(actor=system_actor(), plan_id=InstalmentPlan.objects.get().pk, version=1, on=today)
    return {"plan_no": InstalmentPlan.objects.latest("id").plan_no}


PAYMENTS: dict[str, Callable[[], dict[str, object]]] = {
    "counter:account": lambda: {"account_no": Account.objects.earliest("id").account_no},
    "counter:group": _group,
    "counter:close-for-another": _shift,
    "counter:shift-record": _shift,
    "instalments:detail": _plan,
    "instalments:new": lambda: {"account_no": Account.objects.get(pk=_owing()).account_no},
    "payments:detail": lambda: {"payment_no": Payment.objects.latest("id").payment_no},
    "payments:receipt": lambda: {"receipt_no": Receipt.objects.latest("id").receipt_no},
    "payments:void": lambda: {"payment_no": Payment.objects.latest("id").payment_no},
}

NO_PAGES_OF_PAYMENTS = {
    "instalments:approve": "takes a POST alone",
    "instalments:refuse": "takes a POST alone",
    "instalments:end": "takes a POST alone",
    "counter:search": "a part of a page; seen in test_counter_keyboard",
    "payments:receipt-pdf": "takes a POST alone, answers a PDF",
}
