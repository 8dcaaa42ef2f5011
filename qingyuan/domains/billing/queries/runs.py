"""Runs as workers and commands ask for them (批次查询)."""

from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

from django.db.models import Count, Q

from qingyuan.domains.billing.models import BillingRun, RunChunk
from qingyuan.domains.billing.queries.statements import rows_of
from qingyuan.domains.billing.rules.states import ChunkState, RunState
from qingyuan.kernel.errors import NotFound
from qingyuan.kernel.period import Month


class RunStarters(NamedTuple):
    """Who created and who issued a run, and what its present stage is called by."""

    run_no: str
    company_id: int
    unit_id: int
    created_by_id: int | None
    issued_by_id: int | None
    undone_by_id: int | None
    job_id: int | None
    scope_count: int


def who_started(run_id: int) -> RunStarters:
    """The persons behind a run."""
    columns = (
        "run_no",
        "company_id",
        "unit_id",
        "created_by_id",
        "issued_by_id",
        "undone_by_id",
        "job_id",
        "scope_count",
    )
    return RunStarters(*BillingRun.objects.values_list(*columns).get(pk=run_id))


def has_open_chunks(run_id: int) -> bool:
    """Whether a chunk of the run's present stage is not done, or failed; False for a run that is not under way."""
    sql = """
        SELECT EXISTS (SELECT 1 FROM run_chunk c JOIN billing_run r ON r.id = c.run_id WHERE r.id = %s
            AND ((r.state = 'CALCULATING' AND c.state <> 'CALCULATED') OR (r.state = 'ISSUING' AND c.state <> 'ISSUED')
                 OR (r.state = 'UNDOING' AND c.state <> 'UNDONE')))
    """
    return bool(rows_of(sql, [run_id])[0][0])


def runs_of_month(company_id: int, month: Month) -> tuple[tuple[int, RunState], ...]:
    """(id, state) of the company's runs of the accounting month, newest first; runs of one bill are left out."""
    runs = BillingRun.objects.filter(company_id=company_id, period__yyyymm=month.number)
    found = runs.exclude(selection__has_any_keys=["replaces", "corrects"]).order_by("-id").values_list("id", "state")
    return tuple((run_id, RunState(state)) for run_id, state in found)


def id_of(number: str) -> int:
    """The id of the run with this number (or this id). Raises NotFound."""
    found = BillingRun.objects.filter(run_no=number).values_list("id", flat=True).first()
    if found is None and number.isdigit():
        found = BillingRun.objects.filter(pk=int(number)).values_list("id", flat=True).first()
    if found is None:
        raise NotFound(run=number)
    return found


@dataclass(frozen=True, slots=True)
class RunRow:
    """A run with its progress. `done_chunks` counts those that the present stage has finished."""

    id: int
    run_no: str
    company_id: int
    unit_id: int
    period_id: int | None
    yyyymm: int
    round_no: int
    purpose: str
    state: str
    business_date: date
    posting_date: date | None
    due_date: date | None
    selection: dict[str, object]
    totals: dict[str, object]
    result_hash: str
    chunk_count: int
    scope_count: int
    done_chunks: int
    failed_chunks: int
    first_error: str
    version: int


def run_row(run_id: int) -> RunRow:
    """One run with the progress of its present stage. Raises NotFound."""
    run = BillingRun.objects.select_related("period").filter(pk=run_id).first()
    if run is None:
        raise NotFound(run=run_id)
    done = DONE_STATES.get(RunState(run.state), (ChunkState.CALCULATED, ChunkState.ISSUED, ChunkState.UNDONE))
    chunks = RunChunk.objects.filter(run_id=run_id)
    counts = chunks.aggregate(
        done=Count("id", filter=Q(state__in=done)), failed=Count("id", filter=Q(state=ChunkState.FAILED))
    )
    first_error = ""
    if counts["failed"]:
        failed = chunks.filter(state=ChunkState.FAILED).order_by("chunk_no").first()
        first_error = "" if failed is None else failed.error_detail or failed.error_code
    return RunRow(
        id=run.pk,
        run_no=run.run_no,
        company_id=run.company_id,
        unit_id=run.unit_id,
        period_id=run.period_id,
        yyyymm=run.yyyymm,
        round_no=run.round_no,
        purpose=run.purpose,
        state=run.state,
        business_date=run.business_date,
        posting_date=run.posting_date,
        due_date=run.due_date,
        selection=run.selection,
        totals=run.totals,
        result_hash=run.result_hash,
        chunk_count=run.chunk_count,
        scope_count=run.scope_count,
        done_chunks=counts["done"],
        failed_chunks=counts["failed"],
        first_error=first_error,
        version=run.version,
    )


DONE_STATES = {
    RunState.CALCULATING: (ChunkState.CALCULATED,),
    RunState.ISSUING: (ChunkState.ISSUED,),
    RunState.UNDOING: (ChunkState.UNDONE,),
}
"""What counts as done in a stage under way."""
