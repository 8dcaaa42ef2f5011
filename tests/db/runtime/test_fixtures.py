"""The database fixtures keep their promises."""

import pytest
from django.contrib.contenttypes.models import ContentType
from django.db import IntegrityError, connection, transaction

from tests.databases import InThread, raw_connection, second_connection


def _add(label: str) -> None:
    ContentType.objects.create(app_label=label, model="probe")


def _labels() -> set[str]:
    return set(ContentType.objects.filter(model="probe").values_list("app_label", flat=True))


@pytest.fixture(scope="module")
def story(module_db: str) -> None:
    _add("story")


@pytest.mark.parametrize("round_no", [1, 2])
def test_db_forgets_what_a_test_wrote(story: None, db: None, round_no: int) -> None:
    assert _labels() == {"story"}

    with transaction.atomic(durable=True):
        _add("written")

    assert _labels() == {"story", "written"}


def test_committed_db_shows_commits_to_another_connection(committed_db: str) -> None:
    _add("committed")

    with raw_connection() as session:
        rows = session.execute("SELECT app_label FROM django_content_type WHERE model = 'probe'").fetchall()

    assert rows == [("committed",)]


def test_second_connection_waits_for_the_first_ones_lock(committed_db: str) -> None:
    _add("row")

    with transaction.atomic():
        ContentType.objects.select_for_update().get(app_label="row")
        other = InThread(lambda: ContentType.objects.filter(app_label="row").update(app_label="changed"))
        was_blocked = other.is_blocked()

    assert was_blocked
    assert other.wait() == 1
    with second_connection() as second, second.cursor() as cursor:
        cursor.execute("SELECT current_database()")
        assert cursor.fetchone() == (committed_db,)


def test_in_thread_hands_over_the_error(committed_db: str) -> None:
    _add("twice")

    with pytest.raises(IntegrityError):
        InThread(lambda: _add("twice")).wait()


@pytest.mark.django_db
def test_marker_means_the_same_database(module_db: str) -> None:
    assert connection.settings_dict["NAME"] == module_db
    assert connection.in_atomic_block


@pytest.mark.django_db(transaction=True)
def test_marker_with_transaction_commits(request: pytest.FixtureRequest) -> None:
    assert not connection.in_atomic_block
