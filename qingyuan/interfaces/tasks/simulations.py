"""Background tasks of price simulations; what a dead worker left is deferred again."""

from procrastinate.contrib.django import app

from qingyuan.platform.jobs import reconciling
from qingyuan.workflows import simulate_tariff

reconciling.enter("simulations", simulate_tariff.reconcile)


@app.task(name=simulate_tariff.BEGIN)
def begin(job_id: int, simulation_id: int) -> None:
    """Defer the chunks of a simulation."""
    simulate_tariff.begin(simulation_id=simulation_id)


@app.task(name=simulate_tariff.CHUNK)
def work_chunk(simulation_id: int, chunk_no: int) -> None:
    """Work a chunk of a simulation, and others that are free."""
    simulate_tariff.work_on(simulation_id=simulation_id, chunk_no=chunk_no)
