"""`deploy/postgresql/grants.sql`: the app's role can do its work and cannot touch what only grows."""

import re
from collections.abc import Iterator

import psycopg
import pytest
from psycopg import errors

from tests.architecture.source import ROOT
from tests.databases import raw_connection

GRANTS = (ROOT / "deploy/postgresql/grants.sql").read_text(encoding="utf-8")


@pytest.fixture
def app_session(committed_db: str) -> Iterator[psycopg.Connection]:
    """A session that acts as the app's role on a database with the grants."""
    with raw_connection() as session:
        session.autocommit = True
        if session.execute("SELECT 1 FROM pg_roles WHERE rolname = 'qingyuan_app'").fetchone() is None:
            session.execute("CREATE ROLE qingyuan_app NOSUPERUSER NOCREATEDB NOCREATEROLE")
        session.execute(GRANTS)
        session.execute("SET ROLE qingyuan_app")
        yield session


def _tables(session: psycopg.Connection, suffix: str) -> list[str]:
    rows = session.execute(
        "SELECT DISTINCT c.relname FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid "
        "WHERE NOT t.tgisinternal AND right(t.tgname, %s) = %s ORDER BY 1",
        [len(suffix), suffix],
    )
    return [row[0] for row in rows]


def test_app_role_cannot_change_what_only_grows(app_session: psycopg.Connection) -> None:
    tables = _tables(app_session, "_append_only")

    assert {"audit_entry", "journal", "entry"} <= set(tables)
    for table in tables:
        column = app_session.execute(
            "SELECT attname FROM pg_attribute WHERE attrelid = %s::regclass AND attnum > 0 AND NOT attisdropped LIMIT 1",
            [table],
        ).fetchone()
        assert column is not None
        for statement in (
            f'UPDATE "{table}" SET "{column[0]}" = NULL',
            f'DELETE FROM "{table}"',
            f'TRUNCATE "{table}" CASCADE',
            f'ALTER TABLE "{table}" DISABLE TRIGGER ALL',
        ):
            with pytest.raises(errors.InsufficientPrivilege):
                app_session.execute(statement)


def test_app_role_cannot_make_tables_or_forge_migrations(app_session: psycopg.Connection) -> None:
    for statement in ("CREATE TABLE planted (id int)", "DELETE FROM django_migrations"):
        with pytest.raises(errors.InsufficientPrivilege):
            app_session.execute(statement)


def test_app_role_can_read_and_write_everything_else(app_session: psycopg.Connection) -> None:
    app_session.execute("INSERT INTO django_content_type (app_label, model) VALUES ('planted', 'row')")
    app_session.execute("UPDATE django_content_type SET model = 'changed' WHERE app_label = 'planted'")

    row = app_session.execute("SELECT model FROM django_content_type WHERE app_label = 'planted'").fetchone()

    assert row == ("changed",)


def test_roles_file_names_the_roles_that_the_grants_use() -> None:
    roles = (ROOT / "deploy/postgresql/roles.sql").read_text(encoding="utf-8")

    made = set(re.findall(r"CREATE ROLE (\w+)", roles))

    assert set(re.findall(r"\b(?:TO|FROM) (qingyuan_\w+)", GRANTS)) <= made
