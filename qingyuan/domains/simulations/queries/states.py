"""Where simulations stand, for the work itself (测算进度)."""

from typing import NamedTuple

from django.db import transaction

from qingyuan.domains.simulations.models import Simulation, SimulationChunk
from qingyuan.domains.simulations.rules.states import ChunkState, SimulationState
from qingyuan.kernel.errors import NotFound


class Starter(NamedTuple):
    """Which company and job a simulation belongs to."""

    company_id: int
    job_id: int | None
    state: SimulationState
    title: str
    account_count: int


def starter(simulation_id: int) -> Starter:
    """Raises NotFound."""
    row = Simulation.objects.filter(pk=simulation_id).first()
    if row is None:
        raise NotFound(simulation=simulation_id)
    return Starter(row.company_id, row.job_id, SimulationState(row.state), row.title, row.account_count)


def under_way() -> list[int]:
    """Simulations that are being worked."""
    rows = Simulation.objects.filter(state=SimulationState.RUNNING)
    return list(rows.order_by("id").values_list("id", flat=True))


def unfinished(simulation_id: int) -> list[int]:
    """The chunks that wait and that nobody works on at this moment."""
    with transaction.atomic():
        rows = SimulationChunk.objects.select_for_update(skip_locked=True, no_key=True)
        found = rows.filter(simulation_id=simulation_id, state=ChunkState.WAITING).order_by("chunk_no")
        return list(found.values_list("chunk_no", flat=True))
