"""The quick way through all migrations of an empty database makes the same database as Django's own way."""

import subprocess
from pathlib import Path

import pytest
from django.core.management import call_command
from django.db import connection
from pytest_django import DjangoDbBlocker

from qingyuan.config import first_migration
from qingyuan.config.postgres import binaries
from qingyuan.config.postgres.account import server_account
from qingyuan.config.postgres.server import PORT, SUPERUSER, Cluster
from tests.databases import copy_of


def schema(cluster: Cluster, database: str) -> list[str]:
    """What pg_dump says of the database's schema, without the lines that differ from dump to dump."""
    program: Path = binaries.directory(server_account(create=False)) / "pg_dump"
    command = [str(program), "-h", str(cluster.socket_directory), "-p", str(PORT), "-U", SUPERUSER, "-s", database]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    return [line for line in done.stdout.splitlines() if not line.startswith(("\\restrict", "\\unrestrict"))]


def applied() -> list[tuple[str, str]]:
    """(app, name) of the migrations that the database says it has."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT app, name FROM django_migrations ORDER BY 1, 2")
        return list(cursor.fetchall())


@pytest.mark.nightly
def test_both_ways_make_the_same_database(database_server: Cluster, django_db_blocker: DjangoDbBlocker) -> None:
    with django_db_blocker.unblock():
        with copy_of(database_server, "template0", "first_quick") as name:
            first_migration.migrate()
            quick, quick_applied = schema(database_server, name), applied()
        with copy_of(database_server, "template0", "first_plain") as name:
            call_command("migrate", interactive=False, verbosity=0)
            plain, plain_applied = schema(database_server, name), applied()

    assert quick == plain
    assert quick_applied == plain_applied


def test_nothing_to_do_when_all_is_applied(db: None) -> None:
    assert not first_migration.migrate()


def test_a_missing_migration_is_applied_djangos_own_way(committed_db: str) -> None:
    before = applied()
    call_command("migrate", "sessions", "zero", interactive=False, verbosity=0)

    is_done = first_migration.migrate()

    assert is_done
    assert applied() == before
