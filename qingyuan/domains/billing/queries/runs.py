"""Runs as workers and pages ask for them (批次查询)."""

from typing import NamedTuple

from qingyuan.domains.billing.models import BillingRun, RunChunk
from qingyuan.domains.billing.rules.states import ChunkState, RunState


class RunStarters(NamedTuple):
    """Who created and who issued a run."""

    run_no: str
    company_id: int
    created_by_id: int | None
    issued_by_id: int | None


def who_started(run_id: int) -> RunStarters:
    """The persons behind a run."""
    columns = ("run_no", "company_id", "created_by_id", "issued_by_id")
    return RunStarters(*BillingRun.objects.values_list(*columns).get(pk=run_id))


def has_open_chunks(run_id: int) -> bool:
    """Whether a chunk of the run's present stage is not done, or failed; False for a run that is not under way."""
    state = BillingRun.objects.values_list("state", flat=True).get(pk=run_id)
    done = {RunState.CALCULATING: ChunkState.CALCULATED, RunState.ISSUING: ChunkState.ISSUED}.get(RunState(state))
    return done is not None and RunChunk.objects.filter(run_id=run_id).exclude(state=done).exists()
