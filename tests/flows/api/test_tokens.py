"""The life of an API token: made on a page, shown once, used, and refused once anything about it no longer holds."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.test import Client
from django.utils import timezone
from pytest import MonkeyPatch

from qingyuan.platform.audit.models import AuditEntry
from qingyuan.platform.staff import operations, queries
from qingyuan.platform.staff.models import ApiToken, Staff
from tests.db.office.people import make_staff, signed_in_client
from tests.factories.platform import SYSTEM, Utility, give_role, make_person, make_utility
from tests.flows.api.callers import END, ON, caller, token_for

PATH = "/api/v1/bills"


@pytest.fixture
def utility(db: None, monkeypatch: MonkeyPatch) -> Utility:
    monkeypatch.setattr(timezone, "localdate", lambda *_: ON)
    return make_utility()


@pytest.fixture
def security(utility: Utility) -> Client:
    """The security administrator of the east hall."""
    return signed_in_client(make_staff("staff.view", "roles.assign", login="security", unit_id=utility.east_id))


def test_token_is_made_on_the_page_shown_once_and_kept_as_digest_only(security: Client, utility: Utility) -> None:
    make_person(utility.east_id, "billing.view", login="portal")

    page = security.post("/staff/portal/tokens/new/", {"name": "门户网站", "to_date": "2025-12-31"})

    secret = str(page.context["secret"])
    row = ApiToken.objects.get()
    assert secret in page.content.decode()
    assert secret not in security.get("/staff/portal/tokens/").content.decode()
    assert secret not in f"{row.__dict__}" and len(row.digest) == 64
    assert caller(secret).get(PATH).status_code == 200
    entry = AuditEntry.objects.get(action="staff.token_made")
    assert entry.object_key == "portal" and secret not in str(entry.after)


def test_call_without_token_or_with_another_is_refused_in_the_callers_language(utility: Utility) -> None:
    token_for(utility.east_id, "billing.view")

    bare = Client().get(PATH)
    wrong = caller("qy_" + "A" * 43, language="en").get(PATH)

    assert (bare.status_code, bare["WWW-Authenticate"], bare["Content-Type"]) == (
        401, "Bearer", "application/problem+json",
    )  # fmt: skip
    assert bare.json()["title"].startswith("需要")
    assert (wrong.status_code, wrong.json()["code"]) == (401, "api.token_refused")
    assert wrong.json()["title"].startswith("A valid token")
    assert wrong["Content-Language"] == "en"


def test_session_of_a_page_opens_nothing(utility: Utility) -> None:
    person = make_staff("billing.view", login="clerk", unit_id=utility.east_id)

    assert signed_in_client(person).get(PATH).status_code == 401


def test_token_ends_with_its_last_day(utility: Utility, monkeypatch: MonkeyPatch) -> None:
    client = caller(token_for(utility.east_id, "billing.view", to_date=date(2025, 7, 22)))

    answers = []
    for day in (20, 21, 22):
        monkeypatch.setattr(timezone, "localdate", lambda *_, day=day: date(2025, 7, day))
        answers.append(client.get(PATH).status_code)

    assert answers == [200, 200, 401]


def test_revoked_token_is_refused_at_once_and_is_on_record(security: Client, utility: Utility) -> None:
    client = caller(token_for(utility.east_id, "billing.view", login="portal"))
    token_id = ApiToken.objects.get().pk
    before = client.get(PATH).status_code

    security.post(f"/staff/portal/tokens/{token_id}/revoke/", {"reason": "泄露"})

    assert (before, client.get(PATH).status_code) == (200, 401)
    assert AuditEntry.objects.get(action="staff.token_revoked").reason == "泄露"


def test_deactivated_person_has_no_valid_token(utility: Utility) -> None:
    client = caller(token_for(utility.east_id, "billing.view", login="portal"))
    person = Staff.objects.get(login="portal")

    operations.deactivate_staff(actor=SYSTEM, staff_id=person.pk, version=person.version, on=ON, reason="离职")

    assert client.get(PATH).status_code == 401


def test_role_taken_back_counts_from_the_next_call_on(utility: Utility) -> None:
    client = caller(token_for(utility.east_id, "billing.view", login="portal"))
    before = client.get(PATH).status_code
    held = queries.holdings_of(Staff.objects.get(login="portal").pk)[0]

    operations.end_assignment(actor=SYSTEM, assignment_id=held.assignment_id, version=held.version, to_date=ON, on=ON)

    assert (before, client.get(PATH).status_code) == (200, 403)


def test_token_of_a_person_who_becomes_an_administrator_opens_nothing(utility: Utility) -> None:
    client = caller(token_for(utility.east_id, "billing.view", login="portal"))
    before = client.get(PATH).status_code

    give_role(Staff.objects.get(login="portal").pk, utility.east_id, "roles.edit")

    assert (before, client.get(PATH).status_code) == (200, 401)


def test_last_use_is_kept_to_the_minute(utility: Utility, monkeypatch: MonkeyPatch) -> None:
    client = caller(token_for(utility.east_id, "billing.view"))
    start = datetime(2025, 7, 20, 8, 0, tzinfo=UTC)

    kept = []
    for seconds in (0, 59, 60):
        monkeypatch.setattr(timezone, "now", lambda seconds=seconds: start + timedelta(seconds=seconds))
        client.get(PATH)
        kept.append(ApiToken.objects.get().used_at)

    assert kept == [start, start, start + timedelta(seconds=60)]


@pytest.mark.parametrize("to_date", [ON, date(2027, 1, 1)])
def test_token_of_no_day_or_of_years_is_refused(utility: Utility, to_date: date) -> None:
    person = make_person(utility.east_id)

    with pytest.raises(operations.TokenSpanRefused):
        operations.make_token(actor=SYSTEM, staff_id=person.staff_id or 0, name="x", to_date=to_date, on=ON)

    assert not ApiToken.objects.exists()


def test_no_token_for_oneself_an_administrator_or_somebody_inactive(security: Client, utility: Utility) -> None:
    make_person(utility.east_id, "roles.edit", login="admin2")
    gone = make_person(utility.east_id, login="gone")
    operations.deactivate_staff(actor=SYSTEM, staff_id=gone.staff_id or 0, version=1, on=ON, reason="x")

    given = {"name": "x", "to_date": END.isoformat()}
    answers = [security.post(f"/staff/{login}/tokens/new/", given) for login in ("security", "admin2", "gone")]

    assert [answer.status_code for answer in answers] == [422, 422, 422]
    assert not ApiToken.objects.exists()


def test_tokens_of_another_unit_are_out_of_reach(security: Client, utility: Utility) -> None:
    client = caller(token_for(utility.west_id, "billing.view", login="west"))
    token_id = ApiToken.objects.get().pk

    reads = security.get("/staff/west/tokens/").status_code
    made = security.post("/staff/west/tokens/new/", {"name": "x", "to_date": END.isoformat()}).status_code
    revoked = security.post(f"/staff/west/tokens/{token_id}/revoke/", {"reason": "x"}).status_code

    assert (reads, made, revoked) == (404, 404, 404)
    assert client.get(PATH).status_code == 200


def test_unknown_address_and_wrong_method_are_problems(utility: Utility) -> None:
    client = caller(token_for(utility.east_id, "billing.view"))

    unknown, wrong = client.get("/api/v1/nothing"), client.post(PATH)

    assert (unknown.status_code, unknown.json()["code"]) == (404, "api.unknown_address")
    assert (wrong.status_code, wrong.json()["code"], wrong["Allow"]) == (405, "api.method_refused", "GET")
