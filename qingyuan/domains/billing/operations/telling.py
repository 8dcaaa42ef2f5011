"""Telling customers of their bills (账单通知): what billing puts down in its own transactions; queueing comes after and apart.

The rule: every run that becomes ISSUED asks once for the notices of all its bills, whether it has a million or one (a bill
billed again, a correction, a fee). Every bill that is cancelled takes back what was not sent about it.
"""

from collections.abc import Sequence

from qingyuan.domains.billing.models import Bill, BillingRun
from qingyuan.domains.notifications import operations as notifications
from qingyuan.domains.notifications.rules.states import Source


def ask_for_notices(run: BillingRun) -> None:
    """In the transaction that makes the run ISSUED: two rows, whatever the number of its bills."""
    notifications.ask(
        company_id=run.company_id,
        source=Source.BILLING_RUN,
        source_id=run.pk,
        source_no=run.run_no,
        on=run.posting_date or run.business_date,
    )


def withdraw_notices(bills: Sequence[Bill]) -> None:
    """In the transaction that cancels the bills, whose accounts are locked: one statement."""
    notifications.withdraw(subjects=[bill.bill_no for bill in bills])
