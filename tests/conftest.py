"""Fixtures of all tests.

Databases (real PostgreSQL, the embedded one, started for the run in the tests' own home; see tests/databases.py):

`db`            rolled back after the test; the tests of a module share one database. What the test did is checked
                against all deferred constraints before the rollback. For operations and queries.
`committed_db`  a database of the test's own, whose commits are real: races, flows through HTTP, triggers at COMMIT,
                anything with a second connection. `transactional_db` and `live_server` mean this one.
`module_db`     the module's database itself: a module-scoped fixture that fills it once with a story (commits are
                real) asks for it; the tests then use `db` on top. Other modules never see it.

`quiet_db`      as committed_db, on a server that no other test process uses: for what waits for *all* transactions
                of a server to end (audit seals), however many tests run beside it.

No test flushes. `django.test.TestCase` is not used. `pytest.mark.django_db` works (transaction=True: committed_db).

A second connection, for races:

    def test_second_payment_waits(committed_db):
        with second_connection() as other, other.cursor() as cursor: ...          # tests.databases
        paying = InThread(lambda: operations.take_payment(...))                   # its own thread and connection
        assert paying.is_blocked()
        ...
        payment = paying.wait()

Deferred background jobs, inline: `run_deferred_jobs()` of tests.jobs works the waiting rows on the test's connection
and returns the task names; `waiting_jobs()` shows them.

Markers: `e2e` (browser), `race`, `nightly` (only with `--nightly`).
"""

from collections.abc import Iterator

import pytest
from django.db import connection, transaction
from django.utils import translation
from hypothesis import HealthCheck
from hypothesis import settings as property_settings
from pytest_django import DjangoDbBlocker

from qingyuan.config.postgres import lease
from qingyuan.config.postgres.server import Cluster
from tests import databases

# How long an example takes says something about the machine's load, nothing about the code.
property_settings.register_profile("qingyuan", deadline=None, suppress_health_check=[HealthCheck.too_slow])
property_settings.load_profile("qingyuan")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--nightly", action="store_true", help="also run the tests marked nightly")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    if config.getoption("--nightly"):
        return
    skip = pytest.mark.skip(reason="nightly: run with --nightly or `make nightly`")
    for test in items:
        if test.get_closest_marker("nightly"):
            test.add_marker(skip)


@pytest.fixture(autouse=True)
def own_language() -> Iterator[None]:
    """What language one test's requests or commands left active, the next does not hear."""
    yield
    translation.deactivate()


@pytest.fixture(scope="session")
def database_server() -> Iterator[Cluster]:
    """The tests' PostgreSQL server, shared with other runs of the same checkout, stopped by the last."""
    cluster = databases.test_cluster()
    with lease.in_use(cluster):
        yield cluster


@pytest.fixture(scope="session")
def database_template(database_server: Cluster, django_db_blocker: DjangoDbBlocker) -> str:
    """The name of the template database with all migrations applied."""
    with django_db_blocker.unblock():
        return databases.ensure_template(database_server)


@pytest.fixture(scope="session")
def demo_template(database_server: Cluster, django_db_blocker: DjangoDbBlocker) -> str:
    """The name of the database of the small demo utility. A module whose tests all stand on it says

    @pytest.fixture(scope="session")
    def database_template(demo_template: str) -> str: return demo_template
    """
    with django_db_blocker.unblock():
        return databases.ensure_demo(database_server, databases.ensure_template(database_server))


@pytest.fixture(scope="session")
def django_db_setup(database_template: str) -> None:
    """pytest-django's own test database is never made: ours stands in."""


@pytest.fixture(scope="module")
def module_db(
    request: pytest.FixtureRequest, database_server: Cluster, database_template: str, django_db_blocker: DjangoDbBlocker
) -> Iterator[str]:
    """The module's own database; see the module's docstring. The value is its name."""
    with (
        django_db_blocker.unblock(),
        databases.copy_of(database_server, database_template, f"m_{request.module.__name__}") as name,
    ):
        yield name


@pytest.fixture
def db(module_db: str, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """A transaction on the module's database, rolled back after the test."""
    with django_db_blocker.unblock():
        block = transaction.atomic()
        block._from_testcase = True  # type: ignore[attr-defined]  # lets durable blocks of operations be nested
        block.__enter__()
        try:
            yield
            if connection.is_usable() and not connection.needs_rollback:
                connection.check_constraints()
        finally:
            transaction.set_rollback(True)
            block.__exit__(None, None, None)


@pytest.fixture
def committed_db(
    request: pytest.FixtureRequest, database_server: Cluster, database_template: str, django_db_blocker: DjangoDbBlocker
) -> Iterator[str]:
    """A database of this test alone, where commits are real. The value is its name."""
    with (
        django_db_blocker.unblock(),
        databases.copy_of(database_server, database_template, f"t_{request.node.name}") as name,
    ):
        yield name


@pytest.fixture(scope="session")
def quiet_server(django_db_blocker: DjangoDbBlocker) -> Iterator[tuple[Cluster, str]]:
    """A server of this test process alone, and the name of its template."""
    cluster = databases.quiet_cluster()
    with lease.in_use(cluster), django_db_blocker.unblock():
        with databases.served_by(cluster):
            template = databases.ensure_template(cluster)
        yield cluster, template


@pytest.fixture
def quiet_db(
    request: pytest.FixtureRequest, quiet_server: tuple[Cluster, str], django_db_blocker: DjangoDbBlocker
) -> Iterator[str]:
    """A database of this test alone on the quiet server. The value is its name."""
    cluster, template = quiet_server
    with (
        django_db_blocker.unblock(),
        databases.served_by(cluster),
        databases.copy_of(cluster, template, f"q_{request.node.name}") as name,
    ):
        yield name


@pytest.fixture
def transactional_db(committed_db: str) -> None:
    """What pytest-django calls it."""


@pytest.fixture
def _django_db_helper(request: pytest.FixtureRequest) -> None:
    """Makes `pytest.mark.django_db` use our databases."""
    marker = request.node.get_closest_marker("django_db")
    names = {"committed_db", "transactional_db", "live_server"} & set(request.fixturenames)
    if names or (marker is not None and marker.kwargs.get("transaction")):
        request.getfixturevalue("committed_db")
    else:
        request.getfixturevalue("db")
