"""Who uses the embedded server (使用租约): a shared file lock, which the kernel drops even after kill -9.

Every user of the server holds the lock; who can get it exclusively is the last and stops the server. `db start` pins
the server, so that it stays up without a user until `db stop`.
"""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from qingyuan.config.postgres import server
from qingyuan.config.postgres.binaries import PostgresError
from qingyuan.config.postgres.server import Cluster


@contextmanager
def in_use(cluster: Cluster) -> Iterator[None]:
    """Hold the server for the block: started if it is down, stopped afterwards if nobody else uses it."""
    descriptor = acquire(cluster)
    try:
        yield
    finally:
        release(cluster, descriptor)


def acquire(cluster: Cluster) -> int:
    """Become a user of the server and make sure that it is up. Returns the lock's descriptor for `release`."""
    descriptor = _open(_users_path(cluster))
    try:
        fcntl.flock(descriptor, fcntl.LOCK_SH)
        with _starting(cluster):
            server.start(cluster)
    except BaseException:
        os.close(descriptor)
        raise
    return descriptor


def release(cluster: Cluster, descriptor: int) -> None:
    """Stop being a user; the last one stops the server unless it is pinned."""
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return  # somebody else uses it still
    else:
        if not is_pinned(cluster):
            server.stop(cluster)
    finally:
        os.close(descriptor)


def pin(cluster: Cluster) -> None:
    """Start the server and leave it up when this process ends (`qingyuan db start`)."""
    descriptor = acquire(cluster)
    try:
        _pin_path(cluster).write_text(f"{cluster.process_id()}\n", encoding="ascii")
    finally:
        os.close(descriptor)


def is_pinned(cluster: Cluster) -> bool:
    """Whether `db start` started the server that runs now (a pin of an earlier one means nothing)."""
    try:
        pinned = int(_pin_path(cluster).read_text(encoding="ascii"))
    except (OSError, ValueError):
        return False
    return cluster.is_up() and pinned == cluster.process_id()


def stop(cluster: Cluster, *, even_in_use: bool) -> bool:
    """Stop the server; False if it was not up. Raises PostgresError if others use it and `even_in_use` is not given."""
    descriptor = _open(_users_path(cluster))
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if not even_in_use:
                raise PostgresError("Other processes use the database now; stop them first, or add --now.") from None
        _pin_path(cluster).unlink(missing_ok=True)
        return server.stop(cluster)
    finally:
        os.close(descriptor)


def create_database(cluster: Cluster, name: str) -> None:
    """Make the database if it is not there; two callers at once make one."""
    with cluster.connect() as connection:
        connection.execute("SELECT pg_advisory_lock(hashtext('qingyuan create database'))")
        found = connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name]).fetchone()
        if found is None:
            connection.execute(f'CREATE DATABASE "{name}"')


@contextmanager
def _starting(cluster: Cluster) -> Iterator[None]:
    """One at a time starts the server; who waited finds it up."""
    descriptor = _open(cluster.home / "postgres.start.lock")
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


def _open(path: Path) -> int:
    """The lock file, never inherited by a child: a postmaster that held its own user lock would never be stopped."""
    try:
        return os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
    except OSError as error:
        raise PostgresError(f"{path} cannot be opened: {error.strerror}. Who made this home directory?") from error


def _users_path(cluster: Cluster) -> Path:
    return cluster.home / "postgres.users.lock"


def _pin_path(cluster: Cluster) -> Path:
    return cluster.home / "postgres.pin"
