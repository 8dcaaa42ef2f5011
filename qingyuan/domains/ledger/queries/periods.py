"""Accounting periods (会计期间): which are open, and where a date posts."""

from dataclasses import dataclass
from datetime import date

from qingyuan.domains.ledger.models import AccountingPeriod
from qingyuan.domains.ledger.rules.states import PeriodState
from qingyuan.kernel.errors import DomainError
from qingyuan.kernel.period import Month


class PeriodClosed(DomainError):
    """The accounting period of the posting date is closed (会计期间已结账)."""

    code = "ledger.period_closed"


class PeriodMissing(DomainError):
    """No accounting period has been opened for the posting date (会计期间未开启)."""

    code = "ledger.period_missing"


@dataclass(frozen=True, slots=True)
class OpenPeriod:
    """Where something posts: the period and the posting date inside it."""

    id: int
    yyyymm: int
    posting_date: date


@dataclass(frozen=True, slots=True)
class PeriodRow:
    """An accounting period, for pages."""

    id: int
    yyyymm: int
    state: str
    version: int


def open_period_for(company_id: int, on: date) -> OpenPeriod:
    """The period that something of the date `on` posts in: the one of its month, or, when that is closed, the next open
    one with its first day as posting date. Raises PeriodClosed when all from there on are closed, PeriodMissing when
    there is none.
    """
    month = Month.of(on)
    periods = list(
        AccountingPeriod.objects.filter(company_id=company_id, yyyymm__gte=month.number)
        .order_by("yyyymm")
        .values_list("id", "yyyymm", "state")
    )
    if not periods or periods[0][1] != month.number:
        raise PeriodMissing(company=company_id, period=month.number)
    for period_id, yyyymm, state in periods:
        if state == PeriodState.OPEN:
            posting_date = on if yyyymm == month.number else Month.from_number(yyyymm).first_date
            return OpenPeriod(period_id, yyyymm, posting_date)
    raise PeriodClosed(company=company_id, period=month.number)


def periods(company_id: int) -> tuple[PeriodRow, ...]:
    """All periods of a company, newest first."""
    rows = AccountingPeriod.objects.filter(company_id=company_id).order_by("-yyyymm")
    return tuple(PeriodRow(row.id, row.yyyymm, row.state, row.version) for row in rows)
