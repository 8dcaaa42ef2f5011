"""Staff through the pages: one-time passwords, transfers, and people of another unit."""

import re
from typing import Any

import pytest
from django.test import Client

from qingyuan.platform.audit.models import AuditEntry
from qingyuan.platform.staff import queries
from qingyuan.platform.staff.models import Staff
from tests.db.office.people import make_staff, signed_in_client
from tests.factories.platform import PASSWORD, Utility, give_role, make_person, make_utility

pytestmark = pytest.mark.django_db
RIGHTS = ("organisation.view", "staff.view", "staff.edit")


@pytest.fixture
def utility() -> Utility:
    return make_utility()


@pytest.fixture
def admin(utility: Utility) -> Client:
    return signed_in_client(make_staff(*RIGHTS, login="admin", unit_id=utility.company_id))


@pytest.fixture
def east(utility: Utility) -> Client:
    return signed_in_client(make_staff(*RIGHTS, "roles.assign", login="east", unit_id=utility.east_id))


def _row(login: str) -> dict[str, Any]:
    return {**Staff.objects.values("name", "staff_no", "unit_id", "is_active", "version", "password").get(login=login)}


def test_new_person_gets_a_password_that_is_shown_once(admin: Client, utility: Utility) -> None:
    fields = {"name": "演示收费员", "unit": utility.east_id, "login": "newcomer", "staff_no": "N001", "phone": ""}

    shown = admin.post("/staff/new/", fields).content.decode()
    password = re.search(r'<code class="secret">(.+?)</code>', shown)

    assert password is not None
    assert password.group(1) not in admin.get("/staff/newcomer/").content.decode()
    client = Client()
    signed_in = client.post("/sign-in/", {"login": "newcomer", "password": password.group(1)})
    assert signed_in["Location"] == "/password/"


def test_login_of_another_person_is_told_at_the_field(admin: Client, utility: Utility) -> None:
    fields = {"name": "演示", "unit": utility.east_id, "login": "ADMIN", "staff_no": "N001"}

    response = admin.post("/staff/new/", fields)

    assert response.status_code == 422
    assert "login" in response.context["form"].errors
    assert Staff.objects.count() == 1


def test_person_is_transferred_and_loses_the_roles(admin: Client, utility: Utility) -> None:
    person = make_person(utility.east_id, "staff.view", login="mover")
    fields = {"unit": utility.west_id, "reason": "调岗", "version": 1}

    admin.post("/staff/mover/transfer/", fields)

    page = admin.get("/staff/mover/").context["roles"]
    assert _row("mover")["unit_id"] == utility.west_id
    assert [holding.to_date is not None for holding in queries.holdings_of(person.staff_id or 0)] == [True]
    assert len(page.rows) == 1


def test_deactivated_person_is_out_and_comes_back_without_roles(admin: Client, utility: Utility) -> None:
    make_person(utility.east_id, "staff.view", login="leaver")

    admin.post("/staff/leaver/deactivate/", {"reason": "离职", "version": 1})
    out = Client().post("/sign-in/", {"login": "leaver", "password": PASSWORD}).status_code
    admin.post("/staff/leaver/reactivate/", {"reason": "返聘", "version": 2})

    assert out != 302
    assert _row("leaver")["is_active"]
    assert admin.get("/staff/leaver/permissions/").context["rights"].rows == ()


def test_password_is_reset_but_not_an_administrators(admin: Client, utility: Utility) -> None:
    make_person(utility.east_id, "staff.view", login="forgetful")
    make_person(utility.east_id, "roles.edit", login="security")
    before = _row("security")["password"]

    given = admin.post("/staff/forgetful/reset-password/", {"reason": "忘记密码"})
    refused = admin.post("/staff/security/reset-password/", {"reason": "忘记密码"})

    assert b'class="secret"' in given.content
    assert refused.status_code == 422
    assert _row("security")["password"] == before


def test_stale_edit_shows_both_values(admin: Client, utility: Utility) -> None:
    make_person(utility.east_id, login="edited")
    fields = {"name": "甲", "staff_no": "E1", "phone": "", "version": 1}
    admin.post("/staff/edited/edit/", fields)

    response = admin.post("/staff/edited/edit/", {**fields, "name": "乙"})

    assert response.status_code == 422
    assert [one.stored for one in response.context["form"].conflicts] == ["甲"]


def test_people_of_another_unit_are_not_found(east: Client, utility: Utility) -> None:
    person = make_person(utility.west_id, "staff.view", login="west")
    assignment = queries.holdings_of(person.staff_id or 0)[0].assignment_id
    before = _row("west")
    writes: dict[str, dict[str, Any]] = {
        "edit": {"name": "改", "staff_no": "W1", "version": 1},
        "transfer": {"unit": utility.east_id, "reason": "x", "version": 1},
        "deactivate": {"reason": "x", "version": 1},
        "reactivate": {"reason": "x", "version": 1},
        "reset-password": {"reason": "x"},
        "roles/new": {"role": 1, "unit": utility.east_id, "from_date": "2026-01-01"},
        f"roles/{assignment}/end": {"to_date": "2026-01-01", "reason": "x", "version": 1},
    }

    reads = [east.get(f"/staff/west/{tab}").status_code for tab in ("", "permissions/", "history/", "phone/")]
    answers = [east.post(f"/staff/west/{name}/", data).status_code for name, data in writes.items()]

    assert set(reads) == {404}
    assert set(answers) == {404}
    assert _row("west") == before
    assert "west" not in [row.id for row in east.get("/staff/").context["list"].rows]


def test_assignment_of_another_person_is_not_taken_back_through_ones_page(east: Client, utility: Utility) -> None:
    make_person(utility.east_id, "staff.view", login="near")
    far = make_person(utility.west_id, "staff.view", login="far")
    assignment = queries.holdings_of(far.staff_id or 0)[0].assignment_id

    response = east.post(f"/staff/near/roles/{assignment}/end/", {"to_date": "2026-01-01", "reason": "x", "version": 1})

    assert response.status_code == 404
    assert queries.holdings_of(far.staff_id or 0)[0].to_date is None


def test_own_page_is_open_to_everybody(utility: Utility) -> None:
    client = signed_in_client(make_staff(login="plain", unit_id=utility.east_id))
    make_person(utility.east_id, login="neighbour")

    assert client.get("/staff/plain/").status_code == 200
    assert client.get("/staff/plain/permissions/").status_code == 200
    assert client.get("/staff/neighbour/").status_code == 404
    assert client.get("/staff/").status_code == 403


def test_whole_phone_number_leaves_a_trace(admin: Client, utility: Utility) -> None:
    make_person(utility.east_id, login="reached")
    Staff.objects.filter(login="reached").update(phone="19900001234")

    page = admin.get("/staff/reached/").content.decode()
    whole = admin.get("/staff/reached/phone/").content.decode()

    assert "19900001234" not in page
    assert "199****1234" in page
    assert "19900001234" in whole
    assert AuditEntry.objects.filter(action="audit.number_revealed", object_key="reached").count() == 1


def test_what_a_person_may_do_names_role_place_and_books(admin: Client, utility: Utility) -> None:
    person = make_person(utility.east_id, login="reader")
    give_role(person.staff_id or 0, utility.east_id, "readings.record", book_ids=[7])

    rows = admin.get("/staff/reader/permissions/").context["rights"].rows

    assert [cell.text for cell in rows[0]][3:] == ["单位01E", "7"]
