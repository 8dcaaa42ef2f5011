"""Starting, checking, repeating and discarding billing runs (开账批次的建立、复核、重算、作废)."""

from collections.abc import Sequence
from datetime import date

from django.db import transaction
from django.db.models import F

from qingyuan.domains.billing.declarations import (
    CHUNK_SIZE,
    HOLD_FACTOR,
    HOLD_FROM,
    RUN_NUMBERS,
    SHOCK_FACTOR,
    SHOCK_MINIMUM,
)
from qingyuan.domains.billing.models import BillingRun, RunBook, RunChunk, RunHold, RunItem, RunPricing
from qingyuan.domains.billing.operations import planning
from qingyuan.domains.billing.queries import periods as period_queries
from qingyuan.domains.billing.rules.states import BillKind, ChunkState, RunPurpose, RunState
from qingyuan.kernel.actor import Actor
from qingyuan.kernel.errors import DomainError, NotFound, NotPermitted
from qingyuan.platform.audit import operations as audit
from qingyuan.platform.copying import reserve_ids
from qingyuan.platform.locking.door import hold
from qingyuan.platform.locking.rank import Rank
from qingyuan.platform.numbering import operations as numbering
from qingyuan.platform.organisation import queries as organisation
from qingyuan.platform.parameters import queries as parameters
from qingyuan.platform.staff import operations as staff
from qingyuan.platform.staff.queries import reach

UNISSUED = (RunState.DRAFT, RunState.CALCULATING, RunState.CALCULATED, RunState.CHECKED)


class RunNotInState(DomainError):
    """The run is in a state in which this cannot be done (批次状态不允许)."""

    code = "billing.run_not_in_state"


class RunHasNoBills(DomainError):
    """Nothing in the run gives a bill, so there is nothing to check or issue (批次没有可签发的帐单)."""

    code = "billing.run_has_no_bills"


def start_run(
    *,
    actor: Actor,
    unit_id: int,
    period_id: int,
    purpose: RunPurpose,
    business_date: date,
    book_ids: Sequence[int] | None = None,
    reading_item_ids: Sequence[int] | None = None,
    with_earlier: bool = False,
    chunk_size: int | None = None,
    kind: BillKind | None = None,
) -> int:
    """Plan a run over the approved readings of a period (of some books, or a selection) and return its id.

    The run is CALCULATING with all its chunks waiting; the caller defers them. `with_earlier` also takes what the books
    left unbilled in earlier periods. A REAL run takes its books and tier groups, a rehearsal takes nothing. `kind`
    overrides REGULAR (FINAL). Raises NotPermitted (also for a book that the actor does not reach), NotFound, NothingToBill,
    BookTaken, GroupTaken.
    """
    staff.require(actor, "billing.run", on=business_date, unit_id=unit_id)
    period = period_queries.period(period_id)
    if period is None:
        raise NotFound(period=period_id)
    if chunk_size is None:
        chunk_size = parameters.integer(CHUNK_SIZE, unit_id=unit_id, on=business_date)
    periods = [period, *(period_queries.earlier_periods(period) if with_earlier else ())]
    with transaction.atomic():
        run_id = reserve_ids("billing_run", 1)[0]
        run = BillingRun.objects.create(
            pk=run_id,
            run_no=f"T{run_id:07d}",  # a rehearsal leaves no trace in the number series: its number is made of its id
            company_id=period.company_id,
            unit_id=unit_id,
            period_id=period_id,
            purpose=purpose,
            state=RunState.DRAFT,
            selection={
                **_selection(book_ids, reading_item_ids, with_earlier, kind),
                **_notice_rules(unit_id, business_date),
            },
            business_date=business_date,
            chunk_size=chunk_size,
            created_by_id=actor.staff_id,
        )
        planning.plan(
            run, periods, book_ids=book_ids, reading_item_ids=reading_item_ids, holding=purpose is RunPurpose.REAL
        )
        _require_books(actor, on=business_date)
        if purpose is RunPurpose.REAL:
            run.run_no = numbering.draw(
                kind=RUN_NUMBERS, unit_id=organisation.upwards(unit_id)[-1], on=business_date
            ).text
        BillingRun.objects.filter(pk=run.pk).update(run_no=run.run_no, state=RunState.CALCULATING)
        _record(actor, "billing.run_started", run, {"purpose": purpose, "period": period.yyyymm})
    return run.pk


def check_run(*, actor: Actor, run_id: int, version: int | None = None, on: date) -> None:
    """A person has looked at a calculated real run; it may be issued now. Raises RunNotInState, RunHasNoBills, NotPermitted."""
    with transaction.atomic():
        run = held_run(run_id)
        staff.require(actor, "billing.check", on=on, unit_id=run.unit_id)
        require_state(run, RunState.CALCULATED)
        if run.purpose != RunPurpose.REAL:
            raise RunNotInState(run=run.run_no, state=run.purpose)
        if not run.totals.get("bills"):
            raise RunHasNoBills(run=run.run_no)
        _change(run, state=RunState.CHECKED, checked_by_id=actor.staff_id)
        _record(actor, "billing.run_checked", run, {"hash": run.result_hash})


def recalculate_run(*, actor: Actor, run_id: int, on: date) -> None:
    """Calculate an unissued run again from the same selection. Raises RunNotInState, NotPermitted."""
    with transaction.atomic():
        run = held_run(run_id)
        staff.require(actor, "billing.run", on=on, unit_id=run.unit_id)
        require_state(run, RunState.CALCULATED, RunState.CHECKED)
        RunItem.objects.filter(run_id=run_id).delete()
        RunPricing.objects.filter(run_id=run_id).delete()
        RunChunk.objects.filter(run_id=run_id, task_ids__len__gt=0).update(reading_item_ids=[])
        RunChunk.objects.filter(run_id=run_id).update(
            state=ChunkState.WAITING, bill_count=0, amount=0, error_code="", error_detail="", attempts=0
        )
        _change(run, state=RunState.CALCULATING, result_hash="", totals={}, calculated_at=None, checked_by_id=None)
        _record(actor, "billing.run_recalculated", run, {})


def discard_run(*, actor: Actor, run_id: int, on: date, reason: str = "") -> None:
    """Give up an unissued run: its books and tier groups are free again. Raises RunNotInState, NotPermitted."""
    with transaction.atomic():
        run = held_run(run_id)
        staff.require(actor, "billing.run", on=on, unit_id=run.unit_id)
        require_state(run, *UNISSUED)
        let_go(run_id)
        _change(run, state=RunState.DISCARDED)
        _record(actor, "billing.run_discarded", run, {}, reason)


def name_job(*, run_id: int, job_id: int) -> None:
    """Note the job that shows the progress of the run's present stage."""
    BillingRun.objects.filter(pk=run_id).update(job_id=job_id)


def held_run(run_id: int) -> BillingRun:
    """The run, locked. Raises NotFound."""
    hold(Rank.RUN, BillingRun, [run_id])
    return BillingRun.objects.get(pk=run_id)


def require_state(run: BillingRun, *states: RunState) -> None:
    """Raises RunNotInState."""
    if run.state not in states:
        raise RunNotInState(run=run.run_no, state=run.state)


def let_go(run_id: int) -> None:
    """Free the books and tier groups of a run."""
    RunBook.objects.filter(run_id=run_id).delete()
    RunHold.objects.filter(run_id=run_id).delete()


def _require_books(actor: Actor, *, on: date) -> None:
    """Every book of the plan just made lies within the actor's reach, whatever unit the run names. Raises NotPermitted."""
    reached = reach(actor, "billing.run", on=on)
    if reached.everything:
        return
    for unit_id, book_id in planning.planned_books():
        if not reached.covers(unit_id, book_id):
            raise NotPermitted(permission="billing.run")


def _change(run: BillingRun, **values: object) -> None:
    BillingRun.objects.filter(pk=run.pk).update(version=F("version") + 1, **values)


def _selection(
    book_ids: Sequence[int] | None, reading_item_ids: Sequence[int] | None, with_earlier: bool, kind: BillKind | None
) -> dict[str, object]:
    selection: dict[str, object] = {"with_earlier": with_earlier}
    if book_ids is not None:
        selection["books"] = list(book_ids)
    if reading_item_ids is not None:
        selection["reading_items"] = list(reading_item_ids)
    if kind is not None:
        selection["kind"] = kind
    return selection


def _notice_rules(unit_id: int, on: date) -> dict[str, object]:
    """What rules/notices.py reads again: a run is looked at by one set of rules, whatever is changed meanwhile."""
    hold_factor = parameters.decimal(HOLD_FACTOR, unit_id=unit_id, on=on)
    hold_from = parameters.decimal(HOLD_FROM, unit_id=unit_id, on=on)
    return {
        "shock_factor": str(parameters.decimal(SHOCK_FACTOR, unit_id=unit_id, on=on)),
        "shock_minimum": str(parameters.decimal(SHOCK_MINIMUM, unit_id=unit_id, on=on)),
        "hold_factor": str(hold_factor) if hold_factor else None,
        "hold_from": str(hold_from) if hold_from else None,
    }


def _record(actor: Actor, action: str, run: BillingRun, after: dict[str, object], reason: str = "") -> None:
    audit.record(
        actor=actor,
        action=action,
        object_type="billing_run",
        object_key=run.run_no or str(run.pk),
        company_id=run.company_id,
        unit_id=run.unit_id,
        after=after,
        reason=reason,
    )
