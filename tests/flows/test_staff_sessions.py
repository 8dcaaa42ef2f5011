"""A session ends when its person may no longer come in."""

from datetime import UTC, date, datetime

import pytest
from django.test import Client

from qingyuan.platform.staff import operations as staff
from qingyuan.platform.staff import queries
from tests.factories.platform import PASSWORD, SYSTEM, make_person, make_utility

pytestmark = pytest.mark.django_db
TODAY = date(2026, 11, 2)
NOW = datetime(2026, 11, 2, tzinfo=UTC)


def _signed_in() -> Client:
    client = Client()
    client.post("/sign-in/", {"login": "clerk", "password": PASSWORD})
    assert _is_in(client)
    return client


def _is_in(client: Client) -> bool:
    response = client.get("/password/")
    assert response.status_code == 200 or response["Location"].startswith("/sign-in/")
    return response.status_code == 200


def test_session_ends_at_the_next_click_when_the_person_is_deactivated() -> None:
    actor = make_person(make_utility().east_id, login="clerk")
    client = _signed_in()
    person = queries.person(SYSTEM, actor.staff_id or 0, on=TODAY)

    staff.deactivate_staff(actor=SYSTEM, staff_id=person.id, version=person.version, on=TODAY, reason="离职")

    assert not _is_in(client)


def test_other_sessions_end_when_the_password_is_changed() -> None:
    make_person(make_utility().east_id, login="clerk")
    here, elsewhere = _signed_in(), _signed_in()

    fields = {"current": PASSWORD, "new": "Bei-2027-jiang", "again": "Bei-2027-jiang"}
    assert here.post("/password/", fields).status_code == 302

    assert _is_in(here)
    assert not _is_in(elsewhere)


def test_sessions_end_when_the_password_is_reset() -> None:
    actor = make_person(make_utility().east_id, login="clerk")
    client = _signed_in()
    person = queries.person(SYSTEM, actor.staff_id or 0, on=TODAY)

    staff.reset_password(actor=SYSTEM, staff_id=person.id, on=TODAY, at=NOW, reason="忘记密码")

    assert not _is_in(client)
