"""Claiming chunks (分块认领): the chunk's row is the truth about what is done."""

from datetime import date
from decimal import Decimal

from django.db import connection, transaction
from django.db.models import F

from qingyuan.domains.billing.models import BillingRun, RunChunk
from qingyuan.domains.billing.operations.runs import held_run, require_state
from qingyuan.domains.billing.queries.statements import array_literal
from qingyuan.domains.billing.rules.states import ChunkState, RunState
from qingyuan.kernel.actor import Actor
from qingyuan.platform.audit import operations as audit
from qingyuan.platform.staff import operations as staff

WANTED = {
    RunState.CALCULATING: ChunkState.WAITING,
    RunState.ISSUING: ChunkState.CALCULATED,
    RunState.UNDOING: ChunkState.ISSUED,
}
"""What a stage under way still has to work."""

DONE = {
    RunState.CALCULATING: ChunkState.CALCULATED,
    RunState.ISSUING: ChunkState.ISSUED,
    RunState.UNDOING: ChunkState.UNDONE,
}
"""What a stage under way has worked."""


def claimed(run_id: int, chunk_no: int | None, state: ChunkState) -> RunChunk | None:
    """The chunk, locked until the transaction ends, when it is in this state; else None. Without a number the first chunk
    in this state that nobody works on.

    A job delivered twice waits here for the first one and then finds the chunk done. Nothing but the accounting period is
    held before the row, and reconciling holds it for a moment only: this is why it does not go through the locking door.
    """
    if chunk_no is None:
        free = RunChunk.objects.select_for_update(no_key=True, skip_locked=True)
        return free.filter(run_id=run_id, state=state).order_by("chunk_no").first()
    rows = RunChunk.objects.select_for_update(no_key=True)
    return rows.filter(run_id=run_id, chunk_no=chunk_no, state=state).first()


def mark_calculated(chunk: RunChunk, *, bills: int, amount: Decimal, prices: str) -> None:
    """The chunk is calculated: what it comes to, the readings it had, and the fingerprint of the prices."""
    sql = """
        UPDATE run_chunk SET state = 'CALCULATED', bill_count = %s, amount = %s, prices = %s, attempts = attempts + 1,
               reading_item_ids = %s::bigint[], account_ids = %s::bigint[], point_ids = %s::bigint[],
               group_ids = %s::bigint[]
        WHERE id = %s
    """
    scope = (chunk.reading_item_ids, chunk.account_ids, chunk.point_ids, chunk.group_ids)
    with connection.cursor() as cursor:
        cursor.execute(sql, [bills, amount, prices, *map(array_literal, scope), chunk.pk])


def record_failure(*, run_id: int, chunk_no: int, code: str, detail: str) -> None:
    """Note that a chunk could not be worked, with the reason: it waits until a person resumes the run."""
    with transaction.atomic():
        state = BillingRun.objects.values_list("state", flat=True).get(pk=run_id)
        done = DONE.get(RunState(state), ChunkState.UNDONE)
        chunks = RunChunk.objects.filter(run_id=run_id, chunk_no=chunk_no).exclude(state=done)
        chunks.update(
            state=ChunkState.FAILED, error_code=code[:80], error_detail=detail[:4000], attempts=F("attempts") + 1
        )


def resume_failed(*, run_id: int) -> int:
    """Let the failed chunks of a run be worked again, by the stage in which the run stands. Returns their number."""
    with transaction.atomic():
        run = held_run(run_id)
        before = WANTED.get(RunState(run.state), ChunkState.CALCULATED)
        failed = RunChunk.objects.filter(run_id=run_id, state=ChunkState.FAILED)
        return failed.update(state=before, error_code="", error_detail="")


def pause_run(*, actor: Actor, run_id: int, on: date) -> None:
    """Begin no further chunk of a run under way (暂停): chunks that are being worked are finished. Nothing when it is paused.

    Raises RunNotInState, NotPermitted.
    """
    _set_paused(actor, run_id, on, paused=True)


def continue_run(*, actor: Actor, run_id: int, on: date) -> None:
    """Let a paused run go on (继续); the caller defers its chunks. Nothing when it is not paused.

    Raises RunNotInState, NotPermitted.
    """
    _set_paused(actor, run_id, on, paused=False)


def _set_paused(actor: Actor, run_id: int, on: date, *, paused: bool) -> None:
    with transaction.atomic():
        run = held_run(run_id)
        staff.require(actor, "billing.run", on=on, unit_id=run.unit_id)
        require_state(run, *WANTED)
        if run.is_paused == paused:
            return
        BillingRun.objects.filter(pk=run_id).update(is_paused=paused, version=F("version") + 1)
        audit.record(
            actor=actor,
            action="billing.run_paused" if paused else "billing.run_continued",
            object_type="billing_run",
            object_key=run.run_no,
            company_id=run.company_id,
            unit_id=run.unit_id,
        )


def unfinished(run_id: int) -> tuple[RunState, list[int]]:
    """The run's state and the chunks that its present stage still has to work and that nobody works on at this moment; none
    while it is paused.
    """
    name, is_paused = BillingRun.objects.values_list("state", "is_paused").get(pk=run_id)
    state = RunState(name)
    wanted = WANTED.get(state)
    if wanted is None or is_paused:
        return state, []
    with transaction.atomic():
        rows = RunChunk.objects.select_for_update(skip_locked=True, no_key=True).filter(run_id=run_id, state=wanted)
        return state, list(rows.order_by("chunk_no").values_list("chunk_no", flat=True))


def runs_under_way() -> list[int]:
    """Runs that are being calculated, issued or undone."""
    found = BillingRun.objects.filter(state__in=list(WANTED))
    return list(found.order_by("id").values_list("id", flat=True))
