"""Claiming chunks (分块认领): the chunk's row is the truth about what is done."""

from django.db import transaction

from qingyuan.domains.billing.models import RunChunk
from qingyuan.domains.billing.rules.states import ChunkState


def claimed(run_id: int, chunk_no: int, state: ChunkState) -> RunChunk | None:
    """The chunk, locked until the transaction ends, when it is in this state and nobody else works on it; else None.

    The row is skipped, not waited for, and no other lock is held or taken before it: this is why it does not go through
    the locking door.
    """
    rows = RunChunk.objects.select_for_update(skip_locked=True, no_key=True)
    return rows.filter(run_id=run_id, chunk_no=chunk_no, state=state).first()


def record_failure(*, run_id: int, chunk_no: int, code: str, detail: str) -> None:
    """Note that a chunk could not be worked, with the reason; its run waits until it is resumed."""
    with transaction.atomic():
        RunChunk.objects.filter(run_id=run_id, chunk_no=chunk_no).exclude(state=ChunkState.ISSUED).update(
            error_code=code[:80], error_detail=detail[:4000]
        )
