"""One embedded PostgreSQL: its directories, its first initialisation, start and stop."""

import os
import shutil
import signal
import stat
import subprocess
import time
from dataclasses import dataclass, field
from pathlib import Path

import psycopg

from qingyuan.config import home
from qingyuan.config.postgres import binaries
from qingyuan.config.postgres.account import Account, server_account
from qingyuan.config.postgres.binaries import PostgresError

SUPERUSER = "qingyuan"
PORT = 5432  # only part of the socket's file name: TCP is off
START_PATIENCE_SECONDS = 300
STOP_PATIENCE_SECONDS = 60
_LONGEST_SOCKET_DIRECTORY = 80

_OPTIONS = {
    "listen_addresses": "",
    "unix_socket_permissions": "0700",
    "shared_preload_libraries": "pg_stat_statements",
    "max_connections": "100",
    "max_wal_size": "4GB",
    "checkpoint_timeout": "15min",
    "maintenance_work_mem": "128MB",
    "work_mem": "16MB",
    "random_page_cost": "1.1",
    "jit": "off",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "log_line_prefix": "%m [%p] %a ",
    "idle_in_transaction_session_timeout": "10min",
}


@dataclass(frozen=True, slots=True)
class Cluster:
    """The server that belongs to one home directory. `options` overrules server settings (tests switch fsync off)."""

    home: Path
    options: dict[str, str] = field(default_factory=dict)

    @property
    def socket_directory(self) -> Path:
        """Where the socket lies: a short name, since longer socket paths than about 100 bytes do not work."""
        uid = os.geteuid()
        name = f"qingyuan-{uid}-{home.fingerprint(self.home)}"
        # Made with mode 0700, and its owner is checked before the start. Not $TMPDIR: all must find the same.
        parent = Path("/run") if uid == 0 and Path("/run").is_dir() else Path("/tmp")  # noqa: S108
        return parent / name

    def connect(self, database: str = "postgres", *, timeout_seconds: int = 5) -> psycopg.Connection:
        """A connection of our own outside Django, in autocommit mode. Raises psycopg.OperationalError."""
        return psycopg.connect(
            host=str(self.socket_directory),
            port=PORT,
            user=SUPERUSER,
            dbname=database,
            autocommit=True,
            connect_timeout=timeout_seconds,
            application_name="qingyuan start-up",
        )

    def is_up(self) -> bool:
        """Whether it answers a connection (a process id in a file proves nothing)."""
        if not (self.socket_directory / f".s.PGSQL.{PORT}").exists():
            return False
        try:
            self.connect().close()
        except psycopg.OperationalError:
            return False
        return True

    def process_id(self) -> int:
        """The postmaster's process id, asked from the server itself. Raises psycopg.OperationalError if it is down."""
        with self.connect() as connection:
            row = connection.execute("SELECT split_part(pg_read_file('postmaster.pid'), E'\\n', 1)").fetchone()
        assert row is not None
        return int(row[0])


def default_cluster() -> Cluster:
    """The cluster of this instance's home."""
    return Cluster(home.directory())


def data_directory(cluster: Cluster, account: Account, *, create: bool) -> Path:
    """The data directory: in the home if the server's user reaches it, else below /var/lib/qingyuan.

    Raises PostgresError if it belongs to another user or another major version.
    """
    name = f"postgres-{binaries.major()}"
    parent = cluster.home
    if account.is_other and not account.passes("-x", parent):
        parent = binaries.STATE / home.fingerprint(cluster.home)
        if create:
            parent.mkdir(mode=0o755, parents=True, exist_ok=True)
        if create and not account.passes("-x", parent):
            raise PostgresError(
                f"Neither {cluster.home} nor {parent} can be entered by the user the database runs as "
                f"(uid {account.uid}). Set QINGYUAN_HOME to a directory below one that others may enter."
            )
    others = [path.name for path in parent.glob("postgres-*") if path.name != name and (path / "PG_VERSION").exists()]
    path = parent / name
    if others and not path.exists():
        raise PostgresError(
            f"{parent} holds the data of {', '.join(others)}, which PostgreSQL {binaries.major()} cannot read. "
            "Install the version before, dump with pg_dump, and restore after the update; or name a new QINGYUAN_HOME."
        )
    if path.exists() and not account.is_other and path.stat().st_uid != account.uid:
        raise PostgresError(
            f"{path} belongs to another user (uid {path.stat().st_uid}): run as that user, as root if it was "
            "made as root, or name another QINGYUAN_HOME."
        )
    return path


def start(cluster: Cluster) -> None:
    """Make the server run and answer; return when it does. The caller holds the start lock (lease.py).

    Raises PostgresError, with the end of the server's log, if it ends or does not answer in time.
    """
    if cluster.is_up():
        return
    account = server_account(create=True)
    programs = binaries.directory(account)
    data = data_directory(cluster, account, create=True)
    if not data.exists():
        _initialise(programs, data, account)
    account.own_tree(data)
    _prepare_socket_directory(cluster.socket_directory, account)
    process = None
    if not _is_running_on(data):
        (data / "postmaster.pid").unlink(missing_ok=True)
        process = _spawn(cluster, programs, data, account)
    _wait_until_up(cluster, process, log_path(cluster))


def stop(cluster: Cluster) -> bool:
    """Stop the server, waiting until it has; False if it was not up. Raises PostgresError if it does not end."""
    try:
        process_id = cluster.process_id()
    except psycopg.OperationalError:
        return False
    os.kill(process_id, signal.SIGINT)  # "fast": ends the sessions, keeps what was committed
    deadline = time.monotonic() + STOP_PATIENCE_SECONDS
    while _is_alive(process_id):
        if time.monotonic() > deadline:
            raise PostgresError(f"PostgreSQL (process {process_id}) did not stop within {STOP_PATIENCE_SECONDS} s.")
        time.sleep(0.02)
    return True


def log_path(cluster: Cluster) -> Path:
    """The server's log file."""
    return cluster.home / "postgres.log"


def _initialise(programs: Path, data: Path, account: Account) -> None:
    """initdb under a temporary name, then a rename: a data directory that is there is whole."""
    draft = data.with_name(f"{data.name}.draft")
    shutil.rmtree(draft, ignore_errors=True)
    draft.mkdir(mode=0o700)
    account.own(draft)
    command = [str(programs / "initdb"), "--pgdata", str(draft), "--username", SUPERUSER, "--auth", "trust"]
    command += ["--encoding", "UTF8", "--locale", "C", "--locale-provider", "builtin", "--builtin-locale", "C.UTF-8"]
    command += ["--data-checksums", "--no-instructions"]
    done = subprocess.run(command, check=False, cwd="/", capture_output=True, text=True, **account.child_arguments())
    if done.returncode:
        shutil.rmtree(draft, ignore_errors=True)
        raise PostgresError(f"initdb failed:\n{done.stdout}{done.stderr}")
    draft.rename(data)


def _prepare_socket_directory(path: Path, account: Account) -> None:
    """Only the server's user (and root) may enter it: that is what lets connections go without a password."""
    if len(os.fsencode(path)) > _LONGEST_SOCKET_DIRECTORY:
        raise PostgresError(f"The socket directory {path} is too long a name.")
    path.mkdir(mode=0o700, exist_ok=True)
    found = path.lstat()
    if not stat.S_ISDIR(found.st_mode) or found.st_uid not in {account.uid, os.geteuid()}:
        raise PostgresError(
            f"{path} is not ours (uid {found.st_uid}): somebody else made it. Remove it and start again."
        )
    path.chmod(0o700)
    account.own(path)


def _spawn(cluster: Cluster, programs: Path, data: Path, account: Account) -> "subprocess.Popen[bytes]":
    options = {**_OPTIONS, "shared_buffers": f"{_shared_buffers_mib()}MB", **cluster.options}
    command = [str(programs / "postgres"), "-D", str(data), "-k", str(cluster.socket_directory), "-p", str(PORT)]
    for name, value in options.items():
        command += ["-c", f"{name}={value}"]
    with log_path(cluster).open("ab") as log:
        return subprocess.Popen(
            command,
            cwd="/",
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=True,  # Ctrl-C at the terminal is for us: we stop the server last
            **account.child_arguments(),
        )


def _wait_until_up(cluster: Cluster, process: "subprocess.Popen[bytes] | None", log: Path) -> None:
    """Recovery after a crash may take minutes; a server that ended is reported at once."""
    deadline = time.monotonic() + START_PATIENCE_SECONDS
    while not cluster.is_up():
        if process is not None and process.poll() is not None:
            raise PostgresError(f"PostgreSQL ended while starting. The end of {log}:\n{_tail(log)}")
        if time.monotonic() > deadline:
            raise PostgresError(f"PostgreSQL does not answer. The end of {log}:\n{_tail(log)}")
        time.sleep(0.03)


def _is_running_on(data: Path) -> bool:
    """Whether the process in postmaster.pid is a postmaster of this data directory (it may be in recovery)."""
    try:
        process_id = int((data / "postmaster.pid").read_text(encoding="ascii", errors="replace").splitlines()[0])
        words = Path(f"/proc/{process_id}/cmdline").read_bytes().split(b"\0")
    except (OSError, ValueError, IndexError):
        return False
    return os.fsencode(data) in words and _is_alive(process_id)


def _is_alive(process_id: int) -> bool:
    """Whether the process is there and not merely waiting to be collected by its parent."""
    try:
        if os.waitpid(process_id, os.WNOHANG)[0] == process_id:
            return False
    except ChildProcessError:
        pass  # started by another process
    try:
        state = Path(f"/proc/{process_id}/stat").read_text(encoding="utf-8", errors="replace").rpartition(")")[2]
    except OSError:
        return False
    return state.split()[0] != "Z"


def _shared_buffers_mib() -> int:
    """An eighth of the memory, between 128 MiB and 1 GiB."""
    memory_mib = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") // 2**20
    return max(128, min(1024, memory_mib // 8))


def _tail(path: Path, line_count: int = 15) -> str:
    try:
        lines = path.read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError as error:
        return f"(not readable: {error.strerror})"
    return "\n".join(lines[-line_count:])
