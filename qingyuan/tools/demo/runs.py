"""A billing run of the demo, from calculation to issue, worked in this process (开账)."""

from collections.abc import Sequence
from datetime import date

from qingyuan.domains.billing import operations as billing
from qingyuan.domains.billing import queries as billed
from qingyuan.domains.billing.rules.states import RunPurpose, RunState
from qingyuan.domains.readings import queries as read
from qingyuan.kernel.actor import Actor
from qingyuan.kernel.period import Month
from qingyuan.workflows import run_billing

_LEFT_BEFORE_ISSUE = (RunState.DRAFT, RunState.CALCULATING, RunState.CALCULATED, RunState.CHECKED)


def bill(*, actor: Actor, company_id: int, month: Month, on: date, book_ids: Sequence[int] | None = None) -> int | None:
    """Run and issue what is approved and not billed in the month; the run's id, None when there was nothing.

    What an interrupted filling left is finished when its issue had begun, and given up otherwise.
    """
    _take_up(actor, company_id, month, on)
    period_id = next(row.period_id for row in read.periods(company_id) if row.yyyymm == month.number)
    if not read.billable(company_id=company_id, period_id=period_id, book_ids=book_ids):
        return None
    run_id = run_billing.calculate(
        actor=actor,
        unit_id=company_id,
        period_id=period_id,
        purpose=RunPurpose.REAL,
        business_date=on,
        book_ids=book_ids,
    )
    run_billing.work_here(run_id=run_id)
    billing.check_run(actor=actor, run_id=run_id, on=on)
    run_billing.issue(actor=actor, run_id=run_id, posting_date=on)
    run_billing.work_here(run_id=run_id)
    return run_id


def _take_up(actor: Actor, company_id: int, month: Month, on: date) -> None:
    for run_id, state in billed.runs_of_month(company_id, month):
        if state is RunState.ISSUING:
            run_billing.work_here(run_id=run_id)
        elif state in _LEFT_BEFORE_ISSUE:
            billing.discard_run(actor=actor, run_id=run_id, on=on, reason="演示填充中断（演示）")
