"""Opening, closing and reopening accounting periods (开账、结账、反结账). The posting date decides where a journal belongs."""

from collections.abc import Iterable
from datetime import date

from django.db import transaction
from django.db.models import F
from django.db.models.functions import Now

from qingyuan.domains.ledger.models import AccountingPeriod
from qingyuan.domains.ledger.queries.periods import PeriodClosed, PeriodMissing
from qingyuan.domains.ledger.rules.states import PeriodState
from qingyuan.kernel.actor import Actor
from qingyuan.kernel.errors import DomainError
from qingyuan.kernel.period import Month
from qingyuan.platform.audit import operations as audit
from qingyuan.platform.locking.door import hold
from qingyuan.platform.locking.rank import Rank
from qingyuan.platform.staff import operations as staff


class PeriodExists(DomainError):
    """The period has been opened before (会计期间已存在)."""

    code = "ledger.period_exists"


class PeriodNotClosed(DomainError):
    """Only a closed period can be reopened (会计期间未结账)."""

    code = "ledger.period_not_closed"


class EarlierPeriodOpen(DomainError):
    """Periods are closed in their order (上期未结账)."""

    code = "ledger.earlier_period_open"


class LaterPeriodClosed(DomainError):
    """Periods are reopened from the last closed one back (后期已结账)."""

    code = "ledger.later_period_closed"


def open_period(*, actor: Actor, company_id: int, yyyymm: int, on: date) -> int:
    """Open a month for posting and return its id. Raises PeriodExists, NotPermitted, ValueError for no month."""
    Month.from_number(yyyymm)
    staff.require(actor, "ledger.close_period", on=on, unit_id=company_id)
    with transaction.atomic():
        period, made = AccountingPeriod.objects.get_or_create(company_id=company_id, yyyymm=yyyymm)
        if not made:
            raise PeriodExists(company=company_id, period=yyyymm)
        _record(actor, "ledger.open_period", period, None)
    return period.id


def close_period(*, actor: Actor, company_id: int, yyyymm: int, on: date, reason: str = "") -> None:
    """Close a month: nothing is posted in it any more. Waits for postings under way.

    Raises PeriodMissing, PeriodClosed, EarlierPeriodOpen, NotPermitted.
    """
    staff.require(actor, "ledger.close_period", on=on, unit_id=company_id)
    with transaction.atomic():
        period = _held(company_id, yyyymm)
        if period.state == PeriodState.CLOSED:
            raise PeriodClosed(company=company_id, period=yyyymm)
        earlier = AccountingPeriod.objects.filter(company_id=company_id, yyyymm__lt=yyyymm, state=PeriodState.OPEN)
        if (first := earlier.order_by("yyyymm").values_list("yyyymm", flat=True).first()) is not None:
            raise EarlierPeriodOpen(company=company_id, period=yyyymm, earlier=first)
        AccountingPeriod.objects.filter(pk=period.pk).update(
            state=PeriodState.CLOSED, closed_at=Now(), closed_by_id=actor.staff_id, version=F("version") + 1
        )
        _record(actor, "ledger.close_period", period, PeriodState.CLOSED, reason)


def reopen_period(*, actor: Actor, company_id: int, yyyymm: int, on: date, reason: str) -> None:
    """Reopen the last closed month, with a reason. Raises PeriodMissing, PeriodNotClosed, LaterPeriodClosed, NotPermitted."""
    staff.require(actor, "ledger.close_period", on=on, unit_id=company_id)
    with transaction.atomic():
        period = _held(company_id, yyyymm)
        if period.state != PeriodState.CLOSED:
            raise PeriodNotClosed(company=company_id, period=yyyymm)
        later = AccountingPeriod.objects.filter(company_id=company_id, yyyymm__gt=yyyymm, state=PeriodState.CLOSED)
        if (last := later.order_by("-yyyymm").values_list("yyyymm", flat=True).first()) is not None:
            raise LaterPeriodClosed(company=company_id, period=yyyymm, later=last)
        AccountingPeriod.objects.filter(pk=period.pk).update(
            state=PeriodState.OPEN, closed_at=None, closed_by_id=None, version=F("version") + 1
        )
        _record(actor, "ledger.reopen_period", period, PeriodState.OPEN, reason)


def hold_open_period(company_id: int, posting_date: date) -> int:
    """The id of the open period of a posting date, held against closing until the transaction ends.

    It is the first lock of a posting. A caller that locks more before it posts (the billing run: run, tier groups) calls
    this first; the posting then finds the period held. Raises PeriodMissing, PeriodClosed, LockOrderError.
    """
    return hold_open_periods([company_id], posting_date)[company_id]


def hold_open_periods(company_ids: Iterable[int], posting_date: date) -> dict[int, int]:
    """`hold_open_period` of several companies: company → period."""
    month = Month.of(posting_date).number
    wanted = sorted(set(company_ids))
    rows = AccountingPeriod.objects.filter(company_id__in=wanted, yyyymm=month)
    found = dict(rows.values_list("company_id", "id"))
    for company_id in wanted:
        if company_id not in found:
            raise PeriodMissing(company=company_id, period=month)
    hold(Rank.ACCOUNTING_PERIOD, AccountingPeriod, found.values(), shared=True)
    closed = AccountingPeriod.objects.filter(id__in=found.values()).exclude(state=PeriodState.OPEN.value)
    if (company := closed.order_by("id").values_list("company_id", flat=True).first()) is not None:
        raise PeriodClosed(company=company, period=month)
    return found


def _held(company_id: int, yyyymm: int) -> AccountingPeriod:
    period = AccountingPeriod.objects.filter(company_id=company_id, yyyymm=yyyymm).first()
    if period is None:
        raise PeriodMissing(company=company_id, period=yyyymm)
    hold(Rank.ACCOUNTING_PERIOD, AccountingPeriod, [period.id])
    period.refresh_from_db()
    return period


def _record(actor: Actor, action: str, period: AccountingPeriod, state: PeriodState | None, reason: str = "") -> None:
    audit.record(
        actor=actor,
        action=action,
        object_type="accounting_period",
        object_key=str(period.yyyymm),
        company_id=period.company_id,
        before=None if state is None else {"state": period.state},
        after={"state": state or PeriodState.OPEN},
        reason=reason,
    )
