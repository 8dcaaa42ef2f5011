"""A billing run from selection to issue (开账): plan, calculate and issue by chunks on the background workers.

The chunk rows are the truth about what is done. A job is only a hint that a chunk waits: one that is delivered twice finds
the chunk done or in other hands, one that is lost is deferred again by `reconcile`.
"""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal

from django.db import DatabaseError, transaction

from qingyuan.domains.billing import operations as billing
from qingyuan.domains.billing.queries import runs as run_queries
from qingyuan.domains.billing.rules.states import BillKind, RunPurpose, RunState
from qingyuan.kernel.actor import Actor, system_actor
from qingyuan.kernel.errors import DomainError
from qingyuan.platform.jobs import operations as jobs
from qingyuan.platform.staff import queries as staff

BEGIN = "billing.work_run"
CALCULATE = "billing.calculate_chunk"
ISSUE = "billing.issue_chunk"
UNDO = "billing.undo_chunk"
TASK_OF = {RunState.CALCULATING: CALCULATE, RunState.ISSUING: ISSUE, RunState.UNDOING: UNDO}


def calculate(
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
    """Plan a run and let the workers calculate it. Returns the run's id; raises as `billing.start_run`."""
    with transaction.atomic():
        run_id = billing.start_run(
            actor=actor,
            unit_id=unit_id,
            period_id=period_id,
            purpose=purpose,
            business_date=business_date,
            book_ids=book_ids,
            reading_item_ids=reading_item_ids,
            with_earlier=with_earlier,
            chunk_size=chunk_size,
            kind=kind,
        )
        _start_job(actor, run_id)
    return run_id


def recalculate(*, actor: Actor, run_id: int, on: date) -> None:
    """Let the workers calculate an unissued run again. Raises as `billing.recalculate_run`."""
    with transaction.atomic():
        billing.recalculate_run(actor=actor, run_id=run_id, on=on)
        _start_job(actor, run_id)


def issue(
    *,
    actor: Actor,
    run_id: int,
    posting_date: date,
    due_date: date | None = None,
    expected_total: Decimal | None = None,
) -> None:
    """Let the workers issue a checked run. Raises as `billing.start_issue`."""
    with transaction.atomic():
        billing.start_issue(
            actor=actor, run_id=run_id, posting_date=posting_date, due_date=due_date, expected_total=expected_total
        )
        _start_job(actor, run_id)


def charge_standing_fees(
    *,
    actor: Actor,
    scope: billing.StandingScope,
    stamp: str,
    expected_total: Decimal,
    posting_date: date,
    due_date: date | None = None,
) -> int:
    """Let the workers charge a month's recurring fees. Returns the run's id; raises as `billing.start_standing_run`."""
    with transaction.atomic():
        run_id = billing.start_standing_run(
            actor=actor,
            scope=scope,
            stamp=stamp,
            expected_total=expected_total,
            posting_date=posting_date,
            due_date=due_date,
        )
        _start_job(actor, run_id)
    return run_id


def undo(*, actor: Actor, run_id: int, posting_date: date, reason: str, expected_total: Decimal | None = None) -> None:
    """Let the workers undo an issued run. Raises as `billing.start_undo`."""
    with transaction.atomic():
        billing.start_undo(
            actor=actor, run_id=run_id, posting_date=posting_date, reason=reason, expected_total=expected_total
        )
        _start_job(actor, run_id)


def resume(*, actor: Actor, run_id: int) -> int:
    """Let the workers take up the failed chunks of a run again. Returns how many there were."""
    with transaction.atomic():
        count = billing.resume_failed(run_id=run_id)
        if count:
            _start_job(actor, run_id)
    return count


def go_on(*, actor: Actor, run_id: int, on: date) -> None:
    """Let a paused run go on. Raises as `billing.continue_run`."""
    with transaction.atomic():
        billing.continue_run(actor=actor, run_id=run_id, on=on)
        _start_job(actor, run_id)


def begin(*, run_id: int) -> None:
    """Defer the chunks of the run's present stage: what the stage's job does."""
    run = run_queries.who_started(run_id)
    if run.job_id is not None:
        jobs.progress(run.job_id, 0, total=run.scope_count)
    with transaction.atomic():
        _defer_waiting(run_id)


def work_on(*, run_id: int, chunk_no: int, task: str) -> None:
    """Work a chunk, and then others that nobody works on, for as long as a job may."""
    jobs.work_on(lambda number: work_chunk(run_id=run_id, chunk_no=number, task=task), chunk_no)


def work_chunk(*, run_id: int, chunk_no: int | None, task: str) -> int:
    """Work one chunk (None: any that is free), and close the run's stage after the last one. Returns how many readings the
    chunk had, 0 when there was nothing to do.

    A refusal is kept with the chunk, which then waits for a person; a failing database is left to `reconcile`.
    """
    run = run_queries.who_started(run_id)
    actor = _actor_of(run)
    try:
        with jobs.no_cycles_collected():
            if task == CALCULATE:
                worked = billing.calculate_chunk(run_id=run_id, chunk_no=chunk_no)
            elif task == ISSUE:
                worked = billing.issue_chunk(actor=actor, run_id=run_id, chunk_no=chunk_no)
            else:
                worked = billing.undo_chunk(actor=actor, run_id=run_id, chunk_no=chunk_no)
    except DomainError as error:
        _keep_failure(run_id, chunk_no, error.code, str(error))
        raise
    except DatabaseError:
        raise
    except Exception as error:
        _keep_failure(run_id, chunk_no, "billing.chunk_failed", f"{type(error).__name__}: {error}")
        raise
    if worked and run.job_id is not None:
        jobs.advance(run.job_id, by=worked)
    _close_stage(run_id, actor)
    return worked


def work_here(*, run_id: int) -> None:
    """Work all waiting chunks of the run's present stage in this process, without a worker."""
    while True:
        state, waiting = billing.unfinished(run_id)
        if not waiting:
            _close_stage(run_id, _actor_of(run_queries.who_started(run_id)))
            return
        for chunk_no in waiting:
            work_chunk(run_id=run_id, chunk_no=chunk_no, task=TASK_OF[state])


def reconcile() -> int:
    """Defer unfinished chunks that nobody works on and no job names, and close stages left open by a dead worker.

    Run at a worker's start and every ten seconds (platform.jobs). Returns how many chunks were deferred.
    """
    deferred = 0
    for run_id in billing.runs_under_way():
        _close_stage(run_id, _actor_of(run_queries.who_started(run_id)))
        with transaction.atomic():
            deferred += _defer_waiting(run_id)
    return deferred


def _close_stage(run_id: int, actor: Actor) -> None:
    if run_queries.has_open_chunks(run_id):
        return
    closed = (
        billing.finish_calculation(run_id=run_id)
        or billing.finish_issue(actor=actor, run_id=run_id)
        or billing.finish_undo(actor=actor, run_id=run_id)
    )
    job_id = run_queries.who_started(run_id).job_id
    if closed and job_id is not None:
        jobs.finish(job_id)


def _start_job(actor: Actor, run_id: int) -> None:
    """The job of the run's present stage, in the caller's transaction."""
    run = run_queries.who_started(run_id)
    job_id = jobs.start(
        actor=actor,
        kind=BEGIN,
        title=run.run_no,
        arguments={"run_id": run_id},
        task_name=BEGIN,
        total=run.scope_count,
        company_id=run.company_id,
        unit_id=run.unit_id,
    )
    billing.name_job(run_id=run_id, job_id=job_id)


def _keep_failure(run_id: int, chunk_no: int | None, code: str, detail: str) -> None:
    if chunk_no is None:
        return  # its own job meets the same and keeps it
    billing.record_failure(run_id=run_id, chunk_no=chunk_no, code=code, detail=detail)
    job_id = run_queries.who_started(run_id).job_id
    if job_id is not None:
        jobs.fail(job_id, code, detail)


def _defer_waiting(run_id: int) -> int:
    """One job for each unfinished chunk of the present stage that has none waiting. In the caller's transaction."""
    state, waiting = billing.unfinished(run_id)
    return jobs.defer_chunks(TASK_OF[state], "run_id", run_id, waiting) if waiting else 0


def _actor_of(run: run_queries.RunStarters) -> Actor:
    """Who started the stage; the system where no person did."""
    staff_id = run.undone_by_id or run.issued_by_id or run.created_by_id
    if staff_id is None:
        return system_actor(f"billing run {run.run_no}", company_id=run.company_id, origin="worker")
    name = staff.names({staff_id}).get(staff_id, "")
    return Actor(staff_id, name, run.company_id, None, origin="worker", request_id=run.run_no)
