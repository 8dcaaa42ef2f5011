"""What benchmarks share: a database of their own, real workers, and what these took."""

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote

import psycopg
from django.core.management import call_command
from django.db import connection, connections

from qingyuan.config.environment import for_child

Say = Callable[[str], None]


class BenchFailed(Exception):
    """The result is not right, so that its speed is not told; the text says what is wrong."""


def settle() -> None:
    """Statistics and visibility as the server's own cleaning would have left them before a run."""
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")


@contextmanager
def own_database(keep: bool) -> Iterator[str]:
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
def working(address: str, count: int) -> Iterator[list[subprocess.Popen[bytes]]]:
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


def peak_megabytes(process_id: int) -> int:
    for line in Path(f"/proc/{process_id}/status").read_text(encoding="ascii", errors="replace").splitlines():
        if line.startswith("VmHWM:"):
            return int(line.split()[1]) // 1024
    return 0


def cpu_seconds(process_id: int) -> float:
    fields = Path(f"/proc/{process_id}/stat").read_text(encoding="ascii", errors="replace").rpartition(")")[2].split()
    return round((int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK"), 1)


def database_megabytes() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_database_size(current_database()) / 1048576")
        return int(cursor.fetchone()[0])
