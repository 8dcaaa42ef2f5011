"""What a proxy or a monitor asks, and the headers of every answer."""

import psycopg
from django.test import Client

from tests.databases import raw_connection


def test_ready_when_the_tables_are_as_this_version_needs(client: Client, db: None) -> None:
    answer = client.get("/readyz")

    assert (answer.status_code, answer.content) == (200, b"ok\n")


def test_not_ready_when_a_migration_is_missing(client: Client, committed_db: str) -> None:
    with raw_connection() as session:
        _forget_last_migration(session)

    answer = client.get("/readyz")

    assert (answer.status_code, answer.content) == (503, b"migrations\n")


def test_alive_needs_no_database(client: Client) -> None:
    answer = client.get("/healthz")

    assert (answer.status_code, answer.content) == (200, b"ok\n")


def test_every_answer_keeps_foreign_content_out_and_carries_its_id(client: Client) -> None:
    answer = client.get("/healthz", headers={"X-Request-ID": "abcdef-0123456789"})

    assert answer.headers["Content-Security-Policy"].startswith("default-src 'self'; ")
    assert "unsafe" not in answer.headers["Content-Security-Policy"]
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["X-Request-ID"] == "abcdef-0123456789"


def test_a_malformed_request_id_is_not_taken_over(client: Client) -> None:
    answer = client.get("/healthz", headers={"X-Request-ID": "x\ty"})

    assert len(answer.headers["X-Request-ID"]) == 16


def test_chinese_unless_english_was_chosen(client: Client) -> None:
    before = client.get("/healthz", headers={"Accept-Language": "en"}).headers["Content-Language"]
    client.cookies["django_language"] = "en"
    after = client.get("/healthz").headers["Content-Language"]

    assert (before, after) == ("zh-hans", "en")


def _forget_last_migration(session: psycopg.Connection) -> None:
    session.execute("DELETE FROM django_migrations WHERE id = (SELECT max(id) FROM django_migrations)")
