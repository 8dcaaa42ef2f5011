"""`qingyuan run`: up, healed after a kill, and nothing left after Ctrl-C or kill -9."""

import os
import re
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from qingyuan.config.postgres.server import SUPERUSER, Cluster
from tests.architecture.source import ROOT


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def until(condition: Callable[[], object], *, seconds: float = 30) -> None:
    """Wait until the condition holds; fail after so many seconds."""
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.05)


class Instance:
    """A `qingyuan run` on the test's database."""

    def __init__(self, home: Path, cluster: Cluster, database: str) -> None:
        self.port = free_port()
        self.log = home / "run.log"
        self.mark = f"QY_TEST_MARK={home.name}-{self.port}"
        name, _equals, value = self.mark.partition("=")
        environment = {
            **os.environ,
            "DATABASE_URL": f"postgresql://{SUPERUSER}@/{database}?host={cluster.socket_directory}",
            "QINGYUAN_HOME": str(home),
            "QINGYUAN_PORT": str(self.port),
            "QINGYUAN_DEMO": "0",
            "DJANGO_SETTINGS_MODULE": "qingyuan.config.settings",
            name: value,
        }
        with self.log.open("wb") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "qingyuan.interfaces.commands.entry", "run"],
                cwd=ROOT,
                env=environment,
                stdout=log,
                stderr=log,
            )

    def text(self) -> str:
        return self.log.read_text(encoding="utf-8")

    def is_announced(self) -> bool:
        assert self.process.poll() is None, self.text()
        return f"http://localhost:{self.port}/" in self.text()

    def answers(self) -> bool:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/readyz", timeout=5) as answer:
                return bool(answer.status == 200)
        except OSError:
            return False

    def processes(self) -> list[int]:
        """Ids of every process that carries this instance's mark in its environment, itself included."""
        found = []
        for path in Path("/proc").glob("[0-9]*/environ"):
            try:
                if self.mark.encode() in path.read_bytes().split(b"\0"):
                    found.append(int(path.parent.name))
            except OSError:
                continue  # ended meanwhile, or another user's
        return found

    def web_process(self) -> int:
        """The web server's first process."""
        for number in self.processes():
            try:
                words = Path(f"/proc/{number}/cmdline").read_bytes().split(b"\0")
            except OSError:
                continue  # a process that ended since it was listed
            if b"granian" in words:
                return number
        raise AssertionError("no web server")

    def end(self) -> None:
        """Kill whatever is left of it; a process may end by itself between being listed and being killed."""

        def killed_all() -> bool:
            left = self.processes()
            for number in left:
                with suppress(ProcessLookupError):
                    os.kill(number, signal.SIGKILL)
            self.process.poll()
            return not left

        until(killed_all)
        self.process.wait()


@pytest.fixture
def instance(tmp_path: Path, database_server: Cluster, committed_db: str) -> Iterator[Instance]:
    one = Instance(tmp_path, database_server, committed_db)
    until(one.is_announced, seconds=60)
    yield one
    one.end()


def test_ctrl_c_leaves_nothing(instance: Instance) -> None:
    assert instance.answers()

    instance.process.send_signal(signal.SIGINT)
    status = instance.process.wait(20)

    assert status == 0, instance.text()
    assert "qingyuan: stopped" in instance.text()
    assert instance.processes() == []


def test_kill_of_the_supervisor_leaves_nothing(instance: Instance) -> None:
    instance.process.send_signal(signal.SIGKILL)
    instance.process.wait(5)

    until(lambda: instance.processes() == [])


def test_killed_web_server_is_started_again_without_leftovers(instance: Instance) -> None:
    before = set(instance.processes())
    os.kill(instance.web_process(), signal.SIGKILL)

    until(lambda: "web ended with status -9" in instance.text())
    until(instance.answers)

    until(lambda: len(instance.processes()) == len(before))
    assert re.search(r"web ended with status -9; starting it again in 1 s", instance.text())


def test_port_in_use_is_said_before_anything_starts(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        environment = {**os.environ, "QINGYUAN_HOME": str(tmp_path), "QINGYUAN_PORT": str(taken.getsockname()[1])}
        done = subprocess.run(
            [sys.executable, "-m", "qingyuan.interfaces.commands.entry", "run"],
            cwd=ROOT,
            env=environment,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )

    assert done.returncode == 2
    assert "is in use; choose another: QINGYUAN_PORT=8001" in done.stderr
    assert not list(tmp_path.glob("postgres-*"))
