"""A session ends when its person may no longer come in, and knows at the next request what its person may no longer do."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.contrib.sessions.models import Session
from django.test import Client
from django.utils import timezone

from qingyuan.platform.staff import operations as staff
from qingyuan.platform.staff import queries
from qingyuan.platform.staff.models import Role, RoleAssignment
from tests.counting import questions
from tests.factories.platform import PASSWORD, SYSTEM, give_role, make_person, make_utility

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


def test_signing_out_ends_the_session_for_whoever_kept_its_cookie() -> None:
    make_person(make_utility().east_id, login="clerk")
    client, copy = _signed_in(), Client()
    copy.cookies["sessionid"] = client.cookies["sessionid"].value
    assert _is_in(copy)

    client.post("/sign-out/")

    assert not _is_in(copy)


def test_an_ended_role_is_gone_with_the_next_request() -> None:
    east = make_utility().east_id
    actor = make_person(east, "staff.view", login="clerk")
    client = _signed_in()
    assert client.get("/staff/").status_code == 200
    assert "/staff/" in _menu(client)

    given = RoleAssignment.objects.get(staff__login="clerk")
    given.to_date = timezone.localdate()
    given.save()

    assert client.get("/staff/").status_code == 403
    assert "/staff/" not in _menu(client)
    give_role(actor.staff_id or 0, east, "staff.view")
    assert client.get("/staff/").status_code == 200


def test_a_permission_taken_from_the_role_is_gone_with_the_next_request() -> None:
    make_person(make_utility().east_id, "staff.view", "jobs.view", login="clerk")
    client = _signed_in()
    assert client.get("/jobs/").status_code == client.get("/staff/").status_code == 200
    role = Role.objects.get(assignments__staff__login="clerk")

    staff.update_role(
        actor=SYSTEM,
        role_id=role.pk,
        version=role.version,
        name=role.name,
        description="",
        permissions=["staff.view"],
        on=timezone.localdate(),
    )

    assert client.get("/jobs/").status_code == 403
    assert client.get("/staff/").status_code == 200


def test_what_lies_outside_a_moved_role_is_gone_with_the_next_request() -> None:
    utility = make_utility()
    make_person(utility.west_id, login="west")
    make_person(utility.east_id, login="east")
    make_person(utility.east_id, "staff.view", login="clerk")
    client = _signed_in()
    assert client.get("/staff/east/").status_code == 200
    assert client.get("/staff/west/").status_code == 404

    RoleAssignment.objects.filter(staff__login="clerk").update(unit_id=utility.west_id)

    assert client.get("/staff/east/").status_code == 404
    assert client.get("/staff/west/").status_code == 200


def test_a_post_is_judged_by_what_is_held_while_it_runs(monkeypatch: pytest.MonkeyPatch) -> None:
    """What writes asks anew: a right taken after the page's own look at it is not used once more."""
    east = make_utility().east_id
    make_person(east, login="other")
    make_person(east, "staff.view", "staff.edit", login="clerk")
    client = _signed_in()
    before = queries.person_by_login(SYSTEM, "other", on=TODAY)
    original = staff.update_staff

    def taken_in_between(**arguments: object) -> None:
        RoleAssignment.objects.filter(staff__login="clerk").update(to_date=timezone.localdate())
        original(**arguments)  # type: ignore[arg-type]

    monkeypatch.setattr(staff, "update_staff", taken_in_between)
    fields = {"name": "改名", "staff_no": before.staff_no, "phone": "", "version": before.version}
    answer = client.post("/staff/other/edit/", fields)

    assert RoleAssignment.objects.get(staff__login="clerk").to_date is not None  # the step in between was taken
    assert answer.status_code == 404
    assert queries.person_by_login(SYSTEM, "other", on=TODAY).name == before.name


def test_idle_time_begins_anew_with_a_request_but_is_written_once_a_minute() -> None:
    make_person(make_utility().east_id, login="clerk")
    client = _signed_in()
    assert not any(asked.startswith("UPDATE") for asked in questions(client, "/password/"))
    row = Session.objects.get()
    kept = client.session
    kept["office.seen"] -= 61
    kept.save()
    Session.objects.update(expire_date=timezone.now() + timedelta(minutes=5))

    assert _is_in(client)

    assert Session.objects.get().expire_date > row.expire_date
    assert client.cookies["sessionid"]["max-age"] == 30 * 60


def test_an_idle_session_lapses() -> None:
    make_person(make_utility().east_id, login="clerk")
    client = _signed_in()

    Session.objects.update(expire_date=timezone.now() - timedelta(seconds=1))

    assert not _is_in(client)


def _menu(client: Client) -> set[str]:
    return {entry.url for group in client.get("/password/").context["shell"].menu for entry in group.entries}
