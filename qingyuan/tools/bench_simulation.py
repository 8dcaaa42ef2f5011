"""`qingyuan bench simulation`: a draft over a utility's issued months by real workers, its baseline proved, beside its floor."""

import time
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from importlib import resources

from django.db import connection, transaction

from qingyuan.domains.simulations.queries import starter
from qingyuan.domains.simulations.rules.states import SimulationState
from qingyuan.domains.tariffs import operations as tariffs
from qingyuan.kernel.period import Month
from qingyuan.overviews.simulations import simulation_page
from qingyuan.tools import bench_billing, bench_town
from qingyuan.tools.bench_frame import BenchFailed, Say, cpu_seconds, own_database, peak_megabytes, settle, working
from qingyuan.workflows import simulate_tariff

ON = date(2026, 1, 5)
POLL_SECONDS = 0.1
PATIENCE_SECONDS = 3600
_LIVE = "SELECT snapshot FROM bill b WHERE NOT EXISTS (SELECT 1 FROM bill_reversal r WHERE r.bill_id = b.id)"


@dataclass(frozen=True, slots=True)
class Timed:
    """One simulation: seconds from its start to DONE."""

    simulation_id: int
    seconds: float


def bench(*, accounts: int, workers: int, months: int, keep: bool, say: Say) -> dict[str, object]:
    """Build, bill `months` months, simulate the version in force and a draft over them. Raises BenchFailed when the
    baseline is not what was issued.

    The floor is the reading of the same snapshots through one connection.
    """
    with own_database(keep) as address:
        say(f"building {accounts} accounts")
        town = bench_town.build(accounts)
        with working(address, workers) as crew:
            for offset in range(months):
                month = Month(2025, 1).plus(offset)
                on = date(month.year, month.month, 25)
                period_id = bench_town.read_month(town, month, on)
                settle()
                one = bench_billing.run_month(town, period_id, on, None)
                say(f"{month}: {one.bills} bills in {one.seconds:.1f} s")
            settle()
        version_id = _draft(town.company_id)
        # Fresh workers: their memory is the simulation's alone.
        with working(address, workers) as crew:
            time.sleep(2)
            say("simulating the draft")
            timed = _simulated(version_id, months)
            memory = [peak_megabytes(process.pid) for process in crew]
            processor = [cpu_seconds(process.pid) for process in crew]
        results = simulation_page(bench_town.ACTOR, timed.simulation_id, on=ON).results
        total = results["total"]
        if results["differing"] or total["issued"] != total["base"] or results["refused"]:
            raise BenchFailed(f"the baseline is not what was issued: {results['differing']} bills differ, {total}")
        floor = _floor()
    return {
        "accounts": accounts,
        "workers": workers,
        "months": months,
        "bills": total["bills"],
        "seconds": round(timed.seconds, 2),
        "bills_per_s": round(total["bills"] / timed.seconds),
        "floor_seconds": round(floor, 2),
        "ratio": round(floor / timed.seconds, 3),
        "peak_memory_mb_per_worker": memory,
        "cpu_seconds_per_worker": processor,
        "issued": str(Decimal(total["issued"]).scaleb(-2)),
        "baseline": str(Decimal(total["base"]).scaleb(-2)),
        "simulated": str(Decimal(total["new"]).scaleb(-2)),
    }


def _draft(company_id: int) -> int:
    text = resources.files("qingyuan").joinpath("data/tariffs/sh-res.yaml").read_text(encoding="utf-8")
    text = text.replace("2013-08-01", "2026-07-01").replace("'220'", "'180'").replace("'1.92'", "'2.07'")
    made = tariffs.import_version(actor=bench_town.ACTOR, company_id=company_id, text=text, on=ON)
    return made.version_id


def _simulated(version_id: int, months: int) -> Timed:
    started = time.perf_counter()
    simulation_id = simulate_tariff.simulate(
        actor=bench_town.ACTOR,
        version_id=version_id,
        replaces="sh-res",
        first_month=202501,
        last_month=Month(2025, 1).plus(months - 1).number,
        title="",
        on=ON,
    )
    deadline = time.monotonic() + PATIENCE_SECONDS
    while (state := starter(simulation_id).state) is SimulationState.RUNNING:
        if time.monotonic() > deadline:
            raise BenchFailed(f"the simulation is not done after {PATIENCE_SECONDS} s")
        time.sleep(POLL_SECONDS)
    if state is not SimulationState.DONE:
        raise BenchFailed(f"the simulation is {state}")
    return Timed(simulation_id, time.perf_counter() - started)


def _floor() -> float:
    started = time.perf_counter()
    with transaction.atomic(), connection.chunked_cursor() as cursor:
        cursor.execute(_LIVE)
        while cursor.fetchmany(2000):
            pass
    return time.perf_counter() - started
