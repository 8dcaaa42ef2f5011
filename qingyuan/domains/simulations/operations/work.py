"""Working a chunk (测算分块执行): its bills are streamed group by group, walked twice, and only their sums are kept."""

from collections.abc import Iterator
from functools import lru_cache
from itertools import groupby
from operator import attrgetter

from django.db import transaction

from qingyuan.domains.billing.queries.history import Billed, billed, counted_otherwise
from qingyuan.domains.routes.queries import areas_of_books
from qingyuan.domains.simulations.models import Simulation, SimulationChunk
from qingyuan.domains.simulations.rules.chunk import AccountSums, Chunk
from qingyuan.domains.simulations.rules.reform import Reform
from qingyuan.domains.simulations.rules.spread import bin_of
from qingyuan.domains.simulations.rules.states import ChunkState, SimulationState
from qingyuan.domains.simulations.rules.walk import Standing, Walker
from qingyuan.domains.tariffs.queries.catalogue import price_list
from qingyuan.domains.tariffs.rules.parse import parse_version
from qingyuan.platform.copying import copy_rows

_COLUMNS = (
    *("simulation_id", "account_id", "usage_class_id", "area_id", "people"),
    *("bills", "litres", "base_fen", "new_fen", "bin"),
)


def work_chunk(*, simulation_id: int, chunk_no: int | None) -> int:
    """Work a waiting chunk (None: any that is free) in one transaction. Returns how many accounts it had, 0 when there
    was nothing to do: a job delivered twice finds the chunk done or in other hands.
    """
    with transaction.atomic():
        chunk = _claimed(simulation_id, chunk_no)
        if chunk is None:
            return 0
        row = Simulation.objects.get(pk=simulation_id)
        gathered = _gathered(row, chunk)
        copy_rows("simulation_account", _COLUMNS, (_account(row.pk, sums) for sums in gathered.accounts()))
        chunk.state = ChunkState.DONE
        chunk.result = gathered.result()
        chunk.save(update_fields=["state", "result"])
        return len(chunk.account_ids)


def record_failure(*, simulation_id: int, chunk_no: int, code: str, detail: str) -> None:
    """Note that a chunk could not be worked: the simulation waits until a person starts it again."""
    with transaction.atomic():
        waiting = SimulationChunk.objects.filter(
            simulation_id=simulation_id, chunk_no=chunk_no, state=ChunkState.WAITING
        )
        if waiting.update(state=ChunkState.FAILED, error_code=code[:80], error_detail=detail[:4000]):
            Simulation.objects.filter(pk=simulation_id).update(state=SimulationState.FAILED)


def _claimed(simulation_id: int, chunk_no: int | None) -> SimulationChunk | None:
    waiting = SimulationChunk.objects.filter(simulation_id=simulation_id, state=ChunkState.WAITING)
    if chunk_no is None:
        free = waiting.select_for_update(no_key=True, skip_locked=True)
        return free.order_by("chunk_no").first()
    return waiting.select_for_update(no_key=True).filter(chunk_no=chunk_no).first()


def _gathered(row: Simulation, chunk: SimulationChunk) -> Chunk:
    walker = _walker(row.company_id, price_list(row.company_id).fingerprint, row.source, row.replaces)
    areas = areas_of_books(row.company_id)
    entered = counted_otherwise(chunk.account_ids)
    gathered = Chunk()
    for group_id, bills in _groups(row, chunk.account_ids):
        standing = [
            Standing(each.point_id, each.position, each.sequence, each.hash_format, each.snapshot, each)
            for each in bills
        ]
        walked = False
        for one in walker.walk(standing, entered.get(group_id, ())):
            walked = True
            each = one.row
            assert isinstance(each, Billed)
            if each.yyyymm < row.first_month:
                continue
            if not one.is_affected and one.base.fen == one.new.fen:
                gathered.leave_out()
                continue
            gathered.add(
                account_id=each.account_id,
                dims=(each.class_id, areas.get(each.book_id or 0), one.people),
                issued=each.amount_fen,
                base=one.base,
                new=one.new,
            )
        if not walked:
            for each in bills:
                if each.yyyymm >= row.first_month:
                    gathered.leave_out()
        gathered.end_group()
    return gathered


def _groups(row: Simulation, account_ids: list[int]) -> Iterator[tuple[int, list[Billed]]]:
    rows = billed(row.company_id, account_ids, first_month=row.lead_month, last_month=row.last_month)
    for group_id, bills in groupby(rows, key=attrgetter("group_id")):
        yield group_id, list(bills)


@lru_cache(maxsize=2)
def _walker(company_id: int, prices: str, source: str, replaces: str) -> Walker:
    """The walker with its memory, which a worker keeps from chunk to chunk as long as the company's `prices` stay."""
    recorded = price_list(company_id).catalogue
    published = [each for code in recorded.codes for each in recorded.versions_of(code)]
    return Walker(recorded, Reform(replaces=replaces, version=parse_version(source), recorded=published))


def _account(simulation_id: int, sums: AccountSums) -> tuple[object, ...]:
    return (simulation_id, *sums, bin_of(sums.base_fen, sums.new_fen))
