"""A price-reform simulation from its start to its end (调价测算): chunks on the background workers, as a billing run's.

The chunk rows are the truth about what is done; a lost job is deferred again by `reconcile`.
"""

from datetime import date

from django.db import DatabaseError, transaction
from django.utils import timezone

from qingyuan.domains.simulations import operations as simulations
from qingyuan.domains.simulations.queries import starter, under_way, unfinished
from qingyuan.domains.simulations.rules.states import SimulationState
from qingyuan.kernel.actor import Actor
from qingyuan.kernel.errors import DomainError
from qingyuan.platform.jobs import operations as jobs

BEGIN = "simulations.begin"
CHUNK = "simulations.work_chunk"


def simulate(
    *,
    actor: Actor,
    version_id: int,
    replaces: str,
    first_month: int,
    last_month: int,
    title: str,
    on: date,
    accounts_per_chunk: int | None = None,
) -> int:
    """Start a simulation and let the workers do it. Returns its id; raises as `simulations.start`."""
    with transaction.atomic():
        simulation_id = simulations.start(
            actor=actor,
            version_id=version_id,
            replaces=replaces,
            first_month=first_month,
            last_month=last_month,
            title=title,
            on=on,
            accounts_per_chunk=accounts_per_chunk,
        )
        _start_job(actor, simulation_id)
    return simulation_id


def restart(*, actor: Actor, simulation_id: int, on: date) -> int:
    """Let the failed chunks be worked again; returns how many there were. Raises as `simulations.restart`."""
    with transaction.atomic():
        count = simulations.restart(actor=actor, simulation_id=simulation_id, on=on)
        if count:
            _start_job(actor, simulation_id)
    return count


def begin(*, simulation_id: int) -> None:
    """Defer the waiting chunks: what the job does."""
    with transaction.atomic():
        _defer_waiting(simulation_id)


def work_on(*, simulation_id: int, chunk_no: int) -> None:
    """Work a chunk, and then others that nobody works on, for as long as a job may."""
    jobs.work_on(lambda number: work_chunk(simulation_id=simulation_id, chunk_no=number), chunk_no)


def work_chunk(*, simulation_id: int, chunk_no: int | None) -> int:
    """Work one chunk (None: any that is free), and close the simulation after the last one. Returns how many accounts it
    had. A failure is kept with the chunk and shown; a failing database is left to `reconcile`.
    """
    job_id = starter(simulation_id).job_id
    try:
        with jobs.no_cycles_collected():
            worked = simulations.work_chunk(simulation_id=simulation_id, chunk_no=chunk_no)
    except DatabaseError:
        raise
    except Exception as error:
        _keep_failure(simulation_id, chunk_no, job_id, error)
        raise
    if worked and job_id is not None:
        jobs.advance(job_id, by=worked)
    _close(simulation_id)
    return worked


def work_here(*, simulation_id: int) -> None:
    """Work all waiting chunks in this process, without a worker."""
    for chunk_no in unfinished(simulation_id):
        work_chunk(simulation_id=simulation_id, chunk_no=chunk_no)
    _close(simulation_id)


def reconcile() -> int:
    """Defer waiting chunks that nobody works on and no job names, and close what a dead worker left open."""
    deferred = 0
    for simulation_id in under_way():
        _close(simulation_id)
        with transaction.atomic():
            deferred += _defer_waiting(simulation_id)
    return deferred


def _close(simulation_id: int) -> None:
    if simulations.finish(simulation_id=simulation_id, at=timezone.now()):
        job_id = starter(simulation_id).job_id
        if job_id is not None:
            jobs.finish(job_id)


def _start_job(actor: Actor, simulation_id: int) -> None:
    row = starter(simulation_id)
    job_id = jobs.start(
        actor=actor,
        kind=BEGIN,
        title=row.title,
        arguments={"simulation_id": simulation_id},
        task_name=BEGIN,
        total=row.account_count,
        company_id=row.company_id,
    )
    simulations.name_job(simulation_id=simulation_id, job_id=job_id)


def _keep_failure(simulation_id: int, chunk_no: int | None, job_id: int | None, error: Exception) -> None:
    if chunk_no is None:
        return  # its own job meets the same and keeps it
    code = error.code if isinstance(error, DomainError) else "simulations.chunk_failed"
    detail = str(error) if isinstance(error, DomainError) else f"{type(error).__name__}: {error}"
    simulations.record_failure(simulation_id=simulation_id, chunk_no=chunk_no, code=code, detail=detail)
    if job_id is not None:
        jobs.fail(job_id, code, detail)


def _defer_waiting(simulation_id: int) -> int:
    """One job for each waiting chunk that has none. In the caller's transaction."""
    if starter(simulation_id).state is not SimulationState.RUNNING:
        return 0
    return jobs.defer_chunks(CHUNK, "simulation_id", simulation_id, unfinished(simulation_id))
