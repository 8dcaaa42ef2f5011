"""Run everything: database, web server and worker, until Ctrl-C."""

import argparse
import subprocess
import sys

from qingyuan.config import environment, supervisor
from qingyuan.config.environment import SettingError
from qingyuan.config.own_database import database_in_use
from qingyuan.config.supervisor import Program, Supervisor
from qingyuan.interfaces.commands import _frame
from qingyuan.interfaces.commands._frame import Needs

NEEDS = Needs.NOTHING  # Django lives in the children: the supervisor itself stays small
ENTRY = "qingyuan.interfaces.commands.entry"


def run(_options: argparse.Namespace) -> int:
    """Bring the database up, prepare this version, run the children. Raises SettingError where the port is taken."""
    host = environment.text(environment.HOST)
    port = environment.whole(environment.PORT, minimum=1, maximum=65535)
    if not supervisor.is_free(host, port):
        raise SettingError(f"port {port} on {host} is in use; choose another: {environment.PORT.name}=8001")
    _frame.end_on_termination()
    with database_in_use():
        prepare = [sys.executable, "-m", ENTRY, "prepare", *(["--demo"] if environment.flag(environment.DEMO) else [])]
        prepared = subprocess.run(prepare, check=False, stdin=subprocess.DEVNULL)
        if prepared.returncode:
            return prepared.returncode
        watched = Supervisor(
            _programs(host, port),
            is_ready=lambda: supervisor.answers(_reachable(host), port),
            on_ready=lambda: _announce(host, port),
        )
        status = watched.run()
        print("qingyuan: stopped", flush=True)
        return status


def _programs(host: str, port: int) -> list[Program]:
    workers = environment.whole(environment.WEB_WORKERS, minimum=1, maximum=64)
    threads = environment.whole(environment.WEB_THREADS, minimum=1, maximum=64)
    web = [sys.executable, "-m", "granian", "--interface", "wsgi", "--host", host, "--port", str(port)]
    web += ["--workers", str(workers), "--blocking-threads", str(threads), "--respawn-failed-workers"]
    web += ["--workers-kill-timeout", "10", "--log-level", "warning", "qingyuan.config.wsgi:application"]
    worker = [sys.executable, "-m", ENTRY, "worker"]
    count = environment.whole(environment.WORKERS, minimum=0, maximum=64)
    return [
        Program("web", web, {environment.DB_POOL.name: str(threads)}),
        *(Program(f"worker {number}", worker) for number in range(1, count + 1)),
    ]


def _reachable(host: str) -> str:
    """The address to try where the server listens on all."""
    return {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)  # noqa: S104


def _announce(host: str, port: int) -> None:
    shown = "localhost" if _reachable(host) in {"127.0.0.1", "::1"} else host
    print(f"  清源 Qingyuan   http://{shown}:{port}/\n\n  Ctrl-C stops it.\n", flush=True)
