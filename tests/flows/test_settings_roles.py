"""Roles through the pages, and the three separated admins (三员分立)."""

import pytest
from django.test import Client

from qingyuan.platform.staff import operations as staff
from qingyuan.platform.staff import queries
from qingyuan.platform.staff.models import Role, RoleAssignment, RolePermission, Staff
from tests.db.office.people import make_staff, signed_in_client
from tests.factories.platform import FIRST_DAY, SYSTEM, Utility, make_person, make_utility

pytestmark = pytest.mark.django_db


@pytest.fixture
def utility() -> Utility:
    staff.create_template_roles(actor=SYSTEM, on=FIRST_DAY)
    return make_utility()


def _holding(utility: Utility, role_code: str, login: str) -> Client:
    """A person who holds a shipped role at the company."""
    actor = make_person(utility.company_id, login=login)
    staff.assign_role(
        actor=SYSTEM,
        staff_id=actor.staff_id or 0,
        role_id=queries.role_id_by_code(role_code),
        unit_id=utility.company_id,
        from_date=FIRST_DAY,
        on=FIRST_DAY,
    )
    return signed_in_client(Staff.objects.get(login=login))


@pytest.fixture
def system(utility: Utility) -> Client:
    return _holding(utility, "system_admin", "system")


@pytest.fixture
def security(utility: Utility) -> Client:
    return _holding(utility, "security_admin", "security")


@pytest.fixture
def auditor(utility: Utility) -> Client:
    return _holding(utility, "auditor", "auditor")


def test_each_of_the_three_opens_only_what_is_theirs(system: Client, security: Client, auditor: Client) -> None:
    pages = ("/staff/new/", "/parameters/billing.due_days/set/", "/roles/new/", "/staff/system/roles/new/", "/audit/")

    def opened(client: Client) -> list[bool]:
        return [client.get(page).status_code == 200 for page in pages]

    assert opened(system) == [True, True, False, False, False]
    assert opened(security) == [False, False, True, True, False]
    assert opened(auditor) == [False, False, False, False, True]


def test_auditor_changes_nothing(auditor: Client) -> None:
    before = (Role.objects.count(), RoleAssignment.objects.count(), Staff.objects.values_list("version").first())

    answers = [
        auditor.post("/roles/cashier/remove/", {}).status_code,
        auditor.post("/roles/cashier/edit/", {"name": "x", "version": 1}).status_code,
        auditor.post("/staff/auditor/deactivate/", {"reason": "x", "version": 1}).status_code,
        auditor.post("/parameters/billing.due_days/set/", {"value": "1"}).status_code,
        auditor.post("/dictionary/new/", {"code": "x"}).status_code,
        auditor.post("/calendar/day/", {"date": "2026-10-01"}).status_code,
    ]

    assert set(answers) == {403}
    assert before == (
        Role.objects.count(),
        RoleAssignment.objects.count(),
        Staff.objects.values_list("version").first(),
    )


def test_nobody_becomes_administrator_and_auditor(security: Client, system: Client, utility: Utility) -> None:
    fields = {
        "role": queries.role_id_by_code("auditor"),
        "unit": utility.company_id,
        "from_date": "2026-01-01",
    }

    response = security.post("/staff/system/roles/new/", fields)

    assert response.status_code == 422
    assert "三员分立" in response.content.decode()
    assert RoleAssignment.objects.filter(staff__login="system").count() == 1


def test_role_with_both_sides_is_refused(security: Client) -> None:
    fields = {"name": "全能", "code": "almighty", "area-audit": ["audit.view"], "area-staff": ["staff.edit"]}

    response = security.post("/roles/new/", fields)

    assert response.status_code == 422
    assert not Role.objects.filter(code="almighty").exists()


def test_nobody_gives_a_role_to_oneself(security: Client, utility: Utility) -> None:
    fields = {"role": queries.role_id_by_code("cashier"), "unit": utility.company_id, "from_date": "2026-01-01"}

    response = security.post("/staff/security/roles/new/", fields)

    assert response.status_code == 422
    assert RoleAssignment.objects.filter(staff__login="security").count() == 1


def test_role_is_given_for_a_time_and_taken_back(security: Client, utility: Utility) -> None:
    person = make_person(utility.east_id, login="newcomer")
    fields = {
        "role": queries.role_id_by_code("cashier"),
        "unit": utility.east_id,
        "from_date": "2026-01-01",
        "to_date": "2027-01-01",
        "reason": "顶班",
    }

    security.post("/staff/newcomer/roles/new/", fields)
    held = queries.holdings_of(person.staff_id or 0)[0]
    security.post(
        f"/staff/newcomer/roles/{held.assignment_id}/end/", {"to_date": "2026-06-01", "reason": "结束", "version": 1}
    )

    assert (str(held.from_date), str(held.to_date), held.unit_name) == ("2026-01-01", "2027-01-01", "单位01E")
    assert str(queries.holdings_of(person.staff_id or 0)[0].to_date) == "2026-06-01"


def test_unknown_book_and_turned_round_span_are_told(security: Client, utility: Utility) -> None:
    make_person(utility.east_id, login="newcomer")
    fields = {"role": queries.role_id_by_code("meter_reader"), "unit": utility.east_id, "from_date": "2026-01-02"}

    books = security.post("/staff/newcomer/roles/new/", {**fields, "books": "B9，B9"})
    span = security.post("/staff/newcomer/roles/new/", {**fields, "to_date": "2026-01-01"})

    assert books.context["form"].errors["books"] == ["没有抄表册 B9"]
    assert "to_date" in span.context["form"].errors
    assert not RoleAssignment.objects.filter(staff__login="newcomer").exists()


def test_permissions_are_ticked_by_area_and_take_effect(security: Client) -> None:
    one = queries.role_by_code("customer_service")
    fields = {"name": one.name, "version": one.version, "area-customers": ["customers.view", "customers.search"]}

    security.post("/roles/customer_service/edit/", fields)

    assert queries.role_by_code("customer_service").permissions == ("customers.search", "customers.view")
    assert "客服" in security.get("/roles/customer_service/").content.decode()

    security.post("/roles/customer_service/reset/", {"version": one.version + 1})
    assert queries.role_by_code("customer_service").permissions == one.permissions


def test_newly_shipped_permissions_are_told_looked_through_and_taken_over(security: Client) -> None:
    cashier = queries.role_by_code("cashier")
    Role.objects.filter(pk=cashier.id).update(seen=[])
    RolePermission.objects.filter(role_id=cashier.id, permission="payments.take").delete()

    assert "本版程序有新增权限" in security.get("/").content.decode()
    assert "新增 1 项" in security.get("/roles/").content.decode()
    assert "新增了 1 项权限" in security.get("/roles/cashier/").content.decode()
    page = security.get("/roles/cashier/news/").content.decode()
    assert 'value="payments.take"' in page
    assert 'value="payments.void"' not in page

    answer = security.post("/roles/cashier/news/", {"version": "1", "permissions": ["payments.take"]})

    assert answer.status_code == 302
    assert "payments.take" in queries.role_by_code("cashier").permissions
    assert "新增" not in security.get("/roles/cashier/").content.decode().split("<main", 1)[1].split("timeline")[0]
    assert "本版程序有新增权限" not in security.get("/").content.decode()


def test_own_role_is_copied_and_removed_while_nobody_held_it(security: Client) -> None:
    ticked = security.get("/roles/new/?copy=cashier").context["form"].initial["area-payments"]
    security.post("/roles/new/", {"name": "夜班收费", "code": "night", "area-payments": ticked})
    made = RolePermission.objects.filter(role__code="night").count()

    security.post("/roles/night/remove/", {})
    held = security.post("/roles/security_admin/remove/", {})

    assert made == len(ticked) > 0
    assert not Role.objects.filter(code="night").exists()
    assert held.status_code == 422
    assert Role.objects.filter(code="security_admin").exists()


def test_who_may_do_this_names_people_within_reach(security: Client, utility: Utility) -> None:
    make_person(utility.east_id, "payments.take", login="cashier1")

    rows = security.get("/roles/who-may/?permission=payments.take").context["list"].rows

    assert [row.cells[1].text for row in rows] == ["cashier1"]
    near = signed_in_client(make_staff("staff.view", login="west", unit_id=utility.west_id))
    assert near.get("/roles/who-may/?permission=payments.take").context["list"].rows == ()


def test_unknown_role_is_not_found(security: Client) -> None:
    assert security.get("/roles/nobody/").status_code == 404
    assert security.get("/roles/who-may/?permission=no.such").status_code == 200
