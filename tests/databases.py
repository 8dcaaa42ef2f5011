"""Databases of the tests: one template made by the migrations, and a copy of it (0.05 s) wherever one is wanted.

The template's name carries a fingerprint of everything that makes it, so that it is built once and used by every run
until a migration changes.
"""

import hashlib
import os
import re
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import django
import procrastinate
import psycopg
from django.db import connection, connections
from django.db.backends.base.base import BaseDatabaseWrapper
from django.utils.timezone import localdate

from qingyuan.config import first_migration, home
from qingyuan.config.postgres.server import Cluster

ROOT = Path(__file__).resolve().parent.parent
# Nothing of a test's database has to outlive a power cut.
OPTIONS = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off", "max_connections": "200"}


def test_cluster() -> Cluster:
    """The server of the tests, in the tests' own home (tests/settings.py)."""
    return Cluster(home.directory(), OPTIONS)


def quiet_cluster() -> Cluster:
    """A server of this process alone: no other run's transaction is ever open on it (pg_snapshot_xmin sees all)."""
    folder = home.directory() / f"quiet-{os.environ.get('PYTEST_XDIST_WORKER', 'main')}"
    folder.mkdir(exist_ok=True)
    return Cluster(folder, OPTIONS)


@contextmanager
def served_by(cluster: Cluster) -> Iterator[None]:
    """Django's default connection goes to this server for the block."""
    before = connection.settings_dict["HOST"]
    connection.close()
    connection.settings_dict["HOST"] = str(cluster.socket_directory)
    try:
        yield
    finally:
        connection.close()
        connection.settings_dict["HOST"] = before


def template_name() -> str:
    """The template's name for the migrations as they are now."""
    digest = hashlib.sha256(f"{django.__version__} {procrastinate.__version__}".encode())
    for path in sorted(ROOT.glob("qingyuan/*/*/migrations/*.py")):
        digest.update(path.name.encode() + path.read_bytes())
    return f"template_{digest.hexdigest()[:16]}"


def ensure_template(cluster: Cluster) -> str:
    """Make the template if it is not there, once however many runs ask; older ones are dropped. Returns its name."""
    name = template_name()
    with cluster.connect() as session:
        session.execute("SELECT pg_advisory_lock(hashtext('test template'))")
        found = [row[0] for row in session.execute("SELECT datname FROM pg_database WHERE datname LIKE 'template\\_%'")]
        if name in found:
            return name
        for old in found:
            session.execute(f'DROP DATABASE IF EXISTS "{old}" WITH (FORCE)')
        draft = f"{name}_draft"
        session.execute(f'CREATE DATABASE "{draft}"')
        with pointed_at(draft):
            first_migration.migrate()
        session.execute(f'ALTER DATABASE "{draft}" RENAME TO "{name}"')
    return name


def ensure_demo(cluster: Cluster, template: str) -> str:
    """Make the database of the small demo utility if this code has not made one yet; older ones are dropped.

    Returns its name. Copies of it stand where a test needs a town with a past (tests/e2e, tests/flows).
    """
    name = demo_name(template)
    with cluster.connect() as session:
        session.execute("SELECT pg_advisory_lock(hashtext('test demo'))")
        found = [row[0] for row in session.execute("SELECT datname FROM pg_database WHERE datname LIKE 'demo\\_%'")]
        if name in found:
            return name
        for old in found:
            session.execute(f'DROP DATABASE IF EXISTS "{old}" WITH (FORCE)')
        session.execute(f'CREATE DATABASE "{name}_draft" TEMPLATE "{template}"')
        with pointed_at(f"{name}_draft"):
            fill_demo()
        session.execute(f'ALTER DATABASE "{name}_draft" RENAME TO "{name}"')
    return name


def demo_name(template: str) -> str:
    """The demo's name for the code and the month as they are now."""
    digest = hashlib.sha256(f"{template} {localdate()}".encode())
    for path in sorted([*ROOT.glob("qingyuan/**/*.py"), *ROOT.glob("qingyuan/data/**/*.yaml")]):
        if "interfaces" not in path.parts:
            digest.update(path.name.encode() + path.read_bytes())
    return f"demo_{digest.hexdigest()[:16]}"


def fill_demo() -> None:
    """The demo utility at its smallest, with three months."""
    from qingyuan.tools.demo.city import SMALLEST_CITY  # models can be imported only after Django's set-up
    from qingyuan.tools.demo.fill import fill, last_month_played

    today = localdate()
    fill(
        accounts=SMALLEST_CITY,
        month_count=3,
        last=last_month_played(today),
        today=today,
        report=lambda _done, _total, _message: None,
    )


@contextmanager
def copy_of(cluster: Cluster, template: str, name: str) -> Iterator[str]:
    """A fresh database made from the template, with Django's default connection pointed at it for the block."""
    name = re.sub(r"[^a-z0-9_]", "_", name.lower())[-48:] + f"_{os.getpid()}"
    with cluster.connect() as session:
        session.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
        session.execute(f'CREATE DATABASE "{name}" TEMPLATE "{template}"')
    try:
        with pointed_at(name):
            yield name
    finally:
        with cluster.connect() as session:
            session.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')


@contextmanager
def pointed_at(name: str) -> Iterator[None]:
    """Django's default connection uses the database `name` for the block, in this and every thread opened in it."""
    before = connection.settings_dict["NAME"]
    connection.close()
    connections.settings["default"]["NAME"] = connection.settings_dict["NAME"] = name
    try:
        yield
    finally:
        connection.close()
        connections.settings["default"]["NAME"] = connection.settings_dict["NAME"] = before


@contextmanager
def second_connection() -> Iterator[BaseDatabaseWrapper]:
    """A second Django connection to the database of the test, closed afterwards (for raw SQL beside the first)."""
    other = connections["default"].copy()
    try:
        yield other
    finally:
        other.close()


@contextmanager
def raw_connection() -> Iterator[psycopg.Connection]:
    """A psycopg connection to the database of the test, outside Django, not in autocommit mode."""
    entry: dict[str, Any] = connection.settings_dict
    with psycopg.connect(
        host=entry["HOST"], port=entry["PORT"], user=entry["USER"], password=entry["PASSWORD"], dbname=entry["NAME"]
    ) as session:
        yield session


class InThread:
    """A call in a thread of its own, hence on a connection of its own.

    `wait(seconds)` returns what the call returned and raises what it raised, or TimeoutError while it is blocked.
    """

    def __init__(self, call: Callable[[], Any]) -> None:
        self._call = call
        self._result: Any = None
        self._error: BaseException | None = None
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def _run(self) -> None:
        try:
            self._result = self._call()
        except BaseException as error:  # noqa: BLE001
            self._error = error  # raised in the waiting thread
        finally:
            connections.close_all()

    def wait(self, seconds: float = 20) -> Any:
        """The call's outcome; see the class."""
        self._thread.join(seconds)
        if self._thread.is_alive():
            raise TimeoutError(f"still running after {seconds} s")
        if self._error is not None:
            raise self._error
        return self._result

    def is_blocked(self, seconds: float = 0.5) -> bool:
        """Whether it is still running after so many seconds (it waits for a lock)."""
        self._thread.join(seconds)
        return self._thread.is_alive()
