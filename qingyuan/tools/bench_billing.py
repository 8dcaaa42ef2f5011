"""`qingyuan bench billing`: a month of a utility calculated and issued by real workers, proved, and set against its floor."""

import os
import signal
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path
from urllib.parse import quote

import psycopg
from django.core.management import call_command
from django.db import connection, connections

from qingyuan.config.environment import for_child
from qingyuan.domains.billing import operations as billing
from qingyuan.domains.billing.queries import recompute, runs
from qingyuan.domains.billing.rules.states import RunPurpose, RunState
from qingyuan.kernel.period import Month
from qingyuan.overviews.verify.every import verify_all
from qingyuan.platform.audit import operations as audit
from qingyuan.tools import bench_floor, bench_town
from qingyuan.workflows import run_billing

POLL_SECONDS = 0.05
PATIENCE_SECONDS = 3600
Say = Callable[[str], None]


class BenchFailed(Exception):
    """The result is not right, so that its speed is not told; the text says what is wrong."""


@dataclass(frozen=True, slots=True)
class Timed:
    """One run: bills, seconds from the start of the calculation to ISSUED, and the seconds of its parts."""

    bills: int
    seconds: float
    calculation_seconds: float
    issue_seconds: float
    run_no: str
    result_hash: str


def bench(
    *, accounts: int, workers: int, months: int, chunk_size: int | None, keep: bool, say: Say
) -> dict[str, object]:
    """Build, run `months` months, prove, measure the floor; the figures as one object. Raises BenchFailed.

    The work happens in a database of its own on the same server, dropped afterwards unless `keep`.
    """
    with _own_database(keep) as address:
        say(f"building {accounts} accounts")
        started = time.perf_counter()
        town = bench_town.build(accounts)
        say(f"built in {time.perf_counter() - started:.1f} s")
        timed: list[Timed] = []
        with _workers(address, workers) as crew:
            for offset in range(months):
                month = Month(2025, 1).plus(offset)
                on = date(month.year, month.month, 25)
                period_id = bench_town.read_month(town, month, on)
                _settle()
                say(f"{month}: read; calculating and issuing")
                timed.append(_one_run(town, period_id, on, chunk_size))
                one = timed[-1]
                say(
                    f"{month}: {one.bills} bills in {one.seconds:.2f} s"
                    f" ({one.calculation_seconds:.2f} + {one.issue_seconds:.2f}), {one.bills / one.seconds:.0f}/s"
                )
            memory = [_peak_megabytes(process.pid) for process in crew]
            processor = [_cpu_seconds(process.pid) for process in crew]
        proof_seconds = _prove(say)
        say("measuring the floor")
        floor_seconds, rows, form = bench_floor.measure()
        size = _database_megabytes()
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


def _one_run(town: bench_town.BenchTown, period_id: int, on: date, chunk_size: int | None) -> Timed:
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
    return Timed(bills, issued - started, calculated - started, issued - calculated, row.run_no, row.result_hash)


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
    _settle()
    started = time.perf_counter()
    audit.seal()
    broken = [verdict for verdict in verify_all() if not verdict.holds]
    if broken:
        raise BenchFailed(f"verify: {broken[0].number} {broken[0].title}: {broken[0].breaches[0]}")
    differing = next(recompute.differing_bills(), None)
    if differing is not None:
        raise BenchFailed(f"rebill --check: {differing.bill_no} {differing.detail}")
    return time.perf_counter() - started


def _settle() -> None:
    """Statistics and visibility as the server's own cleaning would have left them before a run."""
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")


@contextmanager
def _own_database(keep: bool) -> Iterator[str]:
    """A migrated database beside the instance's own; the value is its address for other processes."""
    entry = connection.settings_dict
    name = f"qingyuan_bench_{os.getpid()}"
    before = entry["NAME"]
    with _server(entry, before) as session:
        session.execute(f'CREATE DATABASE "{name}"')
    connection.close()
    connections.settings["default"]["NAME"] = entry["NAME"] = name
    try:
        call_command("migrate", interactive=False, verbosity=0)
        yield _address(entry, name)
    finally:
        connection.close()
        connections.settings["default"]["NAME"] = entry["NAME"] = before
        if not keep:
            with _server(entry, before) as session:
                session.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')


def _server(entry: dict[str, str], name: str) -> psycopg.Connection:
    return psycopg.connect(
        host=entry["HOST"] or None,
        port=entry["PORT"] or None,
        user=entry["USER"],
        password=entry.get("PASSWORD") or None,
        dbname=name,
        autocommit=True,
    )


def _address(entry: dict[str, str], name: str) -> str:
    password = f":{quote(entry['PASSWORD'], safe='')}" if entry.get("PASSWORD") else ""
    return f"postgresql://{quote(entry['USER'])}{password}@:{entry['PORT']}/{name}?host={quote(entry['HOST'], safe='')}"


@contextmanager
def _workers(address: str, count: int) -> Iterator[list[subprocess.Popen[bytes]]]:
    """Real worker processes on that database, ended afterwards."""
    environment = for_child(DATABASE_URL=address)
    command = [sys.executable, "-m", "qingyuan.interfaces.commands.entry", "worker"]
    crew = [subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL) for _ in range(count)]
    try:
        yield crew
        dead = [process.returncode for process in crew if process.poll() is not None]
        if dead:
            raise BenchFailed(f"a worker ended by itself with status {dead[0]}")
    finally:
        for process in crew:
            process.send_signal(signal.SIGTERM)
        for process in crew:
            try:
                process.wait(20)
            except subprocess.TimeoutExpired:
                process.kill()


def _peak_megabytes(process_id: int) -> int:
    for line in Path(f"/proc/{process_id}/status").read_text(encoding="ascii", errors="replace").splitlines():
        if line.startswith("VmHWM:"):
            return int(line.split()[1]) // 1024
    return 0


def _cpu_seconds(process_id: int) -> float:
    fields = Path(f"/proc/{process_id}/stat").read_text(encoding="ascii", errors="replace").rpartition(")")[2].split()
    return round((int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK"), 1)


def _database_megabytes() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_database_size(current_database()) / 1048576")
        return int(cursor.fetchone()[0])
