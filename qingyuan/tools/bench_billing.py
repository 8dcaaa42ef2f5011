"""`qingyuan bench billing`: a month of a utility calculated and issued by real workers, proved, and set against its floor."""

import statistics
import time
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from qingyuan.domains.billing import operations as billing
from qingyuan.domains.billing.queries import recompute, runs
from qingyuan.domains.billing.rules.states import RunPurpose, RunState
from qingyuan.domains.notifications import queries as notices
from qingyuan.domains.notifications.rules.states import Source
from qingyuan.kernel.period import Month
from qingyuan.overviews.verify.every import verify_all
from qingyuan.platform.audit import operations as audit
from qingyuan.tools import bench_floor, bench_town
from qingyuan.tools.bench_frame import (
    BenchFailed,
    Say,
    cpu_seconds,
    database_megabytes,
    own_database,
    peak_megabytes,
    settle,
    working,
)
from qingyuan.workflows import run_billing

POLL_SECONDS = 0.05
PATIENCE_SECONDS = 3600


@dataclass(frozen=True, slots=True)
class Timed:
    """One run: bills, seconds from the start of the calculation to ISSUED, and the seconds of its parts. `notice_seconds`: from
    then on until its notices are queued, which no bill waits for.
    """

    bills: int
    seconds: float
    calculation_seconds: float
    issue_seconds: float
    notice_seconds: float
    run_no: str
    result_hash: str


def bench(
    *, accounts: int, workers: int, months: int, chunk_size: int | None, keep: bool, say: Say
) -> dict[str, object]:
    """Build, run `months` months, prove, measure the floor; the figures as one object. Raises BenchFailed.

    The work happens in a database of its own on the same server, dropped afterwards unless `keep`.
    """
    with own_database(keep) as address:
        say(f"building {accounts} accounts")
        started = time.perf_counter()
        town = bench_town.build(accounts)
        say(f"built in {time.perf_counter() - started:.1f} s")
        timed: list[Timed] = []
        with working(address, workers) as crew:
            for offset in range(months):
                month = Month(2025, 1).plus(offset)
                on = date(month.year, month.month, 25)
                period_id = bench_town.read_month(town, month, on)
                settle()
                say(f"{month}: read; calculating and issuing")
                timed.append(run_month(town, period_id, on, chunk_size))
                one = timed[-1]
                say(
                    f"{month}: {one.bills} bills in {one.seconds:.2f} s"
                    f" ({one.calculation_seconds:.2f} + {one.issue_seconds:.2f}), {one.bills / one.seconds:.0f}/s;"
                    f" notices in {one.notice_seconds:.2f} s"
                )
            memory = [peak_megabytes(process.pid) for process in crew]
            processor = [cpu_seconds(process.pid) for process in crew]
        proof_seconds = _prove(say)
        say("measuring the floor")
        floor_seconds, rows, form = bench_floor.measure()
        size = database_megabytes()
    bills = sum(one.bills for one in timed)
    rate = statistics.median(one.bills / one.seconds for one in timed)
    floor = bills / floor_seconds
    return {
        "accounts": accounts,
        "workers": workers,
        "runs": len(timed),
        "bills": bills,
        "seconds": round(statistics.median(one.seconds for one in timed), 3),
        "calculation_seconds": round(statistics.median(one.calculation_seconds for one in timed), 3),
        "issue_seconds": round(statistics.median(one.issue_seconds for one in timed), 3),
        "notice_seconds": round(statistics.median(one.notice_seconds for one in timed), 3),
        "bills_per_s": round(rate),
        "rows_per_bill": round(sum(rows.values()) / bills, 2),
        "rows": rows,
        "floor_per_s": round(floor),
        "floor_format": form,
        "ratio": round(rate / floor, 3),
        "peak_memory_mb_per_worker": memory,
        "cpu_seconds_per_worker": processor,
        "result_hashes": [one.result_hash for one in timed],
        "verify": "ok",
        "rebill_check": "ok",
        "proof_seconds": round(proof_seconds, 1),
        "database_mb": size,
    }


def run_month(town: bench_town.BenchTown, period_id: int, on: date, chunk_size: int | None) -> Timed:
    """Calculate, check and issue a month that has been read. Raises BenchFailed."""
    started = time.perf_counter()
    run_id = run_billing.calculate(
        actor=bench_town.ACTOR,
        unit_id=town.unit_id,
        period_id=period_id,
        purpose=RunPurpose.REAL,
        business_date=on,
        chunk_size=chunk_size,
    )
    _wait(run_id, RunState.CALCULATED)
    calculated = time.perf_counter()
    billing.check_run(actor=bench_town.ACTOR, run_id=run_id, on=on)
    total = Decimal(str(runs.run_row(run_id).totals["amount"]))
    run_billing.issue(actor=bench_town.ACTOR, run_id=run_id, posting_date=on, expected_total=total)
    _wait(run_id, RunState.ISSUED)
    issued = time.perf_counter()
    row = runs.run_row(run_id)
    if row.totals.get("stale") or row.totals["exceptions"]:
        raise BenchFailed(f"run {row.run_no}: {row.totals}")
    bills = int(str(row.totals["issued"]))
    _wait_for_notices(run_id)
    told = time.perf_counter()
    return Timed(
        bills,
        issued - started,
        calculated - started,
        issued - calculated,
        told - issued,
        row.run_no,
        row.result_hash,
    )


def _wait_for_notices(run_id: int) -> None:
    """A next month's figures would have the queueing of this month's notices in them."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while True:
        request = notices.request_of(Source.BILLING_RUN, run_id)
        if request is not None and not request.is_open:
            return
        if request is None or request.error_code or time.monotonic() > deadline:
            raise BenchFailed(f"the notices of run {run_id} are not queued: {request}")
        time.sleep(POLL_SECONDS)


def _wait(run_id: int, state: RunState) -> None:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while True:
        row = runs.run_row(run_id)
        if row.state == state:
            return
        if row.failed_chunks:
            raise BenchFailed(f"run {row.run_no}: {row.failed_chunks} chunks failed: {row.first_error}")
        if time.monotonic() > deadline:
            raise BenchFailed(f"run {row.run_no} is {row.state} after {PATIENCE_SECONDS} s")
        time.sleep(POLL_SECONDS)


def _prove(say: Say) -> float:
    say("verify and rebill --check")
    settle()
    started = time.perf_counter()
    audit.seal()
    broken = [verdict for verdict in verify_all() if not verdict.holds]
    if broken:
        raise BenchFailed(f"verify: {broken[0].number} {broken[0].title}: {broken[0].breaches[0]}")
    differing = next(recompute.differing_bills(), None)
    if differing is not None:
        raise BenchFailed(f"rebill --check: {differing.bill_no} {differing.detail}")
    return time.perf_counter() - started
