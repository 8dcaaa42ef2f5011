"""Runs as workers and pages ask for them (批次查询)."""

from typing import NamedTuple

from qingyuan.domains.billing.models import BillingRun, RunChunk
from qingyuan.domains.billing.rules.states import ChunkState, RunState
from qingyuan.kernel.errors import NotFound


class RunStarters(NamedTuple):
    """Who created and who issued a run, and what its present stage is called by."""

    run_no: str
    company_id: int
    unit_id: int
    created_by_id: int | None
    issued_by_id: int | None
    job_id: int | None
    scope_count: int


def who_started(run_id: int) -> RunStarters:
    """The persons behind a run."""
    columns = ("run_no", "company_id", "unit_id", "created_by_id", "issued_by_id", "job_id", "scope_count")
    return RunStarters(*BillingRun.objects.values_list(*columns).get(pk=run_id))


def has_open_chunks(run_id: int) -> bool:
    """Whether a chunk of the run's present stage is not done, or failed; False for a run that is not under way."""
    state = BillingRun.objects.values_list("state", flat=True).get(pk=run_id)
    done = {RunState.CALCULATING: ChunkState.CALCULATED, RunState.ISSUING: ChunkState.ISSUED}.get(RunState(state))
    return done is not None and RunChunk.objects.filter(run_id=run_id).exclude(state=done).exists()


def chunk_size_of(run_id: int, chunk_no: int) -> int:
    """How many readings a chunk has."""
    return len(RunChunk.objects.values_list("reading_item_ids", flat=True).get(run_id=run_id, chunk_no=chunk_no))


def id_of(number: str) -> int:
    """The id of the run with this number (or this id). Raises NotFound."""
    found = BillingRun.objects.filter(run_no=number).values_list("id", flat=True).first()
    if found is None and number.isdigit():
        found = BillingRun.objects.filter(pk=int(number)).values_list("id", flat=True).first()
    if found is None:
        raise NotFound(run=number)
    return found
