"""Keeps the web server and the worker running until told to stop (一条命令启动).

Each child lives in a session of its own, so that Ctrl-C reaches this process alone, and is ended by the kernel when
this process dies. A child that ended is started again, later each time.
"""

import ctypes
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from types import FrameType

PATIENCE_SECONDS = 15
READY_PATIENCE_SECONDS = 60
_LONGEST_BACK_OFF_SECONDS = 30
_STEADY_AFTER_SECONDS = 60
_QUICK_DEATHS_ALLOWED = 5
_PR_SET_PDEATHSIG = 1


@dataclass(frozen=True, slots=True)
class Program:
    """A child to keep running: a short name for messages, the command, variables added to the environment."""

    name: str
    command: Sequence[str]
    environment: Mapping[str, str] = field(default_factory=dict)


class _Child:
    """One program and its present process."""

    def __init__(self, program: Program) -> None:
        self.program = program
        self.quick_deaths = 0
        self.start_at = 0.0  # monotonic: not before then
        self.started_at = 0.0
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        self.started_at = time.monotonic()
        self.process = subprocess.Popen(
            list(self.program.command),
            env={**os.environ, **self.program.environment},
            stdin=subprocess.DEVNULL,
            start_new_session=True,
            preexec_fn=_die_with(os.getpid()),  # noqa: PLW1509  # this process has one thread
        )

    def note_death(self, status: int) -> None:
        """Clear up what it left, and set when it may start again."""
        self.kill_group()
        self.process = None
        lived = time.monotonic() - self.started_at
        self.quick_deaths = 0 if lived > _STEADY_AFTER_SECONDS else self.quick_deaths + 1
        wait = min(2.0 ** max(0, self.quick_deaths - 1), _LONGEST_BACK_OFF_SECONDS)
        self.start_at = time.monotonic() + wait
        say(f"{self.program.name} ended with status {status}; starting it again in {wait:.0f} s")

    def kill_group(self) -> None:
        """End whatever of the child's session is left: a web server's own workers outlive its killed parent."""
        if self.process is not None:
            try:
                os.killpg(self.process.pid, signal.SIGKILL)
            except ProcessLookupError:
                return  # nothing is left, as it should be


class Supervisor:
    """Runs the programs; `run` returns the exit status when a stop signal came or a program will not stay up."""

    def __init__(
        self, programs: Sequence[Program], *, is_ready: Callable[[], bool], on_ready: Callable[[], None]
    ) -> None:
        self._children = [_Child(program) for program in programs]
        self._is_ready = is_ready
        self._on_ready = on_ready
        self._stop = threading.Event()

    def run(self) -> int:
        """Start everything, watch it, and stop it cleanly."""
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, self._note_signal)
        begun_at = time.monotonic()
        is_announced = False
        try:
            while not self._stop.is_set():
                if not self._tend():
                    return 1
                if not is_announced and self._is_ready():
                    is_announced = True
                    self._on_ready()
                if not is_announced and time.monotonic() - begun_at > READY_PATIENCE_SECONDS:
                    say(f"the web server does not answer after {READY_PATIENCE_SECONDS} s")
                    return 1
                self._stop.wait(0.2 if is_announced else 0.03)
            return 0
        finally:
            self._end_all()

    def _note_signal(self, _number: int, _frame: FrameType | None) -> None:
        self._stop.set()

    def _tend(self) -> bool:
        """Start what should run and does not. False if a program died too often right after its start."""
        for child in self._children:
            if child.process is not None:
                status = child.process.poll()
                if status is None:
                    continue
                child.note_death(status)
                if child.quick_deaths >= _QUICK_DEATHS_ALLOWED:
                    say(f"{child.program.name} does not stay up: giving up")
                    return False
            if time.monotonic() >= child.start_at:
                child.start()
        return True

    def _end_all(self) -> None:
        """TERM to all, wait, then KILL to what is left of each session."""
        running = [child for child in self._children if child.process is not None]
        for child in running:
            assert child.process is not None
            child.process.terminate()
        deadline = time.monotonic() + PATIENCE_SECONDS
        for child in running:
            assert child.process is not None
            try:
                child.process.wait(max(0.0, deadline - time.monotonic()))
            except subprocess.TimeoutExpired:
                say(f"{child.program.name} did not stop within {PATIENCE_SECONDS} s: killed")
            child.kill_group()
            child.process.wait()


def say(text: str) -> None:
    """A line of the supervisor's own."""
    print(f"qingyuan: {text}", file=sys.stderr, flush=True)


def answers(host: str, port: int) -> bool:
    """Whether something accepts connections there."""
    try:
        socket.create_connection((host, port), timeout=1).close()
    except OSError:
        return False
    return True


def is_free(host: str, port: int) -> bool:
    """Whether we may listen there."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError:
            return False
    return True


def _die_with(parent_id: int) -> Callable[[], None]:
    """What the child does before it becomes the program: ask the kernel for TERM when its parent dies."""
    library = ctypes.CDLL(None, use_errno=True)

    def prepare() -> None:
        library.prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)
        if os.getppid() != parent_id:
            os._exit(1)  # it died in between

    return prepare
