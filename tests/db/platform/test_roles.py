"""Roles, assignments, the separation of the three admins."""

from datetime import date
from importlib import import_module

import pytest
from django.db import connection

from qingyuan.kernel.actor import Actor
from qingyuan.kernel.errors import NotFound, NotPermitted, StaleEdit
from qingyuan.platform import registry
from qingyuan.platform.audit.models import AuditEntry
from qingyuan.platform.staff import operations, queries
from qingyuan.platform.staff.models import Role, RoleAssignment, RolePermission
from qingyuan.platform.staff.role_templates import TEMPLATES, expanded
from qingyuan.platform.staff.rules.separation import check_separation
from tests.factories.platform import FIRST_DAY, SYSTEM, Utility, give_role, make_person, make_utility

TODAY = date(2026, 7, 1)


@pytest.fixture(scope="module")
def utility(module_db: str) -> Utility:
    return make_utility()


def _id(actor: Actor) -> int:
    assert actor.staff_id is not None
    return actor.staff_id


def _role(*permissions: str, code: str = "own") -> int:
    return operations.create_role(actor=SYSTEM, code=code, name=code, permissions=permissions, on=TODAY)


def test_templates_keep_the_separation() -> None:
    for template in TEMPLATES:
        check_separation(expanded(template.permissions, registry.permissions.all()))
    with pytest.raises(operations.SeparationBroken):
        check_separation({"staff.edit", "audit.view"})


def test_template_roles_are_made_once_and_stay_as_changed(utility: Utility, db: None) -> None:
    made = operations.create_template_roles(actor=SYSTEM, on=TODAY)
    auditor = queries.role(queries.role_id_by_code("auditor"))
    operations.update_role(
        actor=SYSTEM,
        role_id=auditor.id,
        version=1,
        name="稽核员",
        permissions=["audit.view"],
        on=TODAY,
    )

    again = operations.create_template_roles(actor=SYSTEM, on=TODAY)

    assert (len(made), again) == (14, ())
    assert queries.role(auditor.id).name == "稽核员"
    operations.reset_to_template(actor=SYSTEM, role_id=auditor.id, version=2, on=TODAY)
    assert set(queries.role(auditor.id).permissions) == set(auditor.permissions)


def test_what_a_shipped_role_newly_may_do_is_offered_once(utility: Utility, db: None) -> None:
    operations.create_template_roles(actor=SYSTEM, on=TODAY)
    fresh = queries.role_by_code("cashier")
    assert fresh.news == ()
    # As an installation stands that was made before the program knew two of the permissions.
    late = fresh.permissions[:2]
    Role.objects.filter(pk=fresh.id).update(seen=[one for one in fresh.permissions if one not in late])
    RolePermission.objects.filter(role_id=fresh.id, permission__in=late).delete()
    assert queries.role_by_code("cashier").news == late

    with pytest.raises(operations.UnknownPermission):
        operations.take_news(actor=SYSTEM, role_id=fresh.id, version=1, permissions=["roles.edit"], on=TODAY)
    operations.take_news(actor=SYSTEM, role_id=fresh.id, version=1, permissions=late[:1], on=TODAY)

    after = queries.role_by_code("cashier")
    assert set(after.permissions) == set(fresh.permissions) - {late[1]}
    assert after.news == ()
    with pytest.raises(StaleEdit):
        operations.take_news(actor=SYSTEM, role_id=fresh.id, version=1, permissions=[], on=TODAY)


def test_a_role_of_ones_own_is_offered_nothing(utility: Utility, db: None) -> None:
    assert queries.role(_role("jobs.view")).news == ()


def test_assign_refuses_admin_and_auditor_in_one_person(utility: Utility, db: None) -> None:
    auditor = make_person(utility.company_id, "audit.view")

    with pytest.raises(operations.SeparationBroken):
        give_role(_id(auditor), utility.east_id, "roles.assign")

    assert [one.to_date for one in queries.holdings_of(_id(auditor))] == [None]


def test_assign_lets_one_follow_the_other(utility: Utility, db: None) -> None:
    person = make_person(utility.company_id)
    give_role(_id(person), utility.company_id, "audit.view", to_date=date(2026, 3, 1))

    give_role(_id(person), utility.company_id, "staff.edit", from_date=date(2026, 3, 1))

    assert queries.permissions_of(person, on=date(2026, 2, 28)) == {"audit.view"}
    assert queries.permissions_of(person, on=date(2026, 3, 1)) == {"staff.edit"}


def test_change_of_a_role_is_refused_when_a_holder_would_hold_both(utility: Utility, db: None) -> None:
    person = make_person(utility.company_id, "audit.view")
    role_id = _role("jobs.view")
    operations.assign_role(
        actor=SYSTEM,
        staff_id=_id(person),
        role_id=role_id,
        unit_id=utility.company_id,
        from_date=TODAY,
        on=TODAY,
    )

    with pytest.raises(operations.SeparationBroken):
        operations.update_role(
            actor=SYSTEM, role_id=role_id, version=1, name="own", permissions=["staff.edit"], on=TODAY
        )

    assert queries.role(role_id).permissions == ("jobs.view",)


def test_nobody_gives_oneself_a_role(utility: Utility, db: None) -> None:
    admin = make_person(utility.company_id, "roles.assign", "staff.view")

    with pytest.raises(operations.SelfAssignment):
        operations.assign_role(
            actor=admin,
            staff_id=_id(admin),
            role_id=_role("jobs.view"),
            unit_id=utility.company_id,
            from_date=TODAY,
            on=TODAY,
        )


def test_assign_is_refused_outside_the_actor_s_units(utility: Utility, db: None) -> None:
    admin = make_person(utility.east_id, "roles.assign", "staff.view")
    inside, outside = make_person(utility.east_id), make_person(utility.west_id)
    role_id = _role("jobs.view")

    with pytest.raises(NotFound):
        operations.assign_role(
            actor=admin,
            staff_id=_id(outside),
            role_id=role_id,
            unit_id=utility.east_id,
            from_date=TODAY,
            on=TODAY,
        )
    with pytest.raises(NotPermitted):
        operations.assign_role(
            actor=admin,
            staff_id=_id(inside),
            role_id=role_id,
            unit_id=utility.company_id,
            from_date=TODAY,
            on=TODAY,
        )
    assert not RoleAssignment.objects.filter(role_id=role_id).exists()

    operations.assign_role(
        actor=admin, staff_id=_id(inside), role_id=role_id, unit_id=utility.east_id, from_date=TODAY, on=TODAY
    )
    assert queries.may(inside, "jobs.view", on=TODAY)


def test_end_assignment_ends_it_and_what_lies_ahead_never_begins(utility: Utility, db: None) -> None:
    person = make_person(utility.east_id)
    running = give_role(_id(person), utility.east_id, "jobs.view")
    coming = give_role(_id(person), utility.east_id, "staff.view", from_date=date(2027, 1, 1))

    for assignment_id in (running, coming):
        operations.end_assignment(actor=SYSTEM, assignment_id=assignment_id, version=1, to_date=TODAY, on=TODAY)

    assert queries.permissions_of(person, on=TODAY) == frozenset()
    assert queries.permissions_of(person, on=date(2026, 6, 30)) == {"jobs.view"}
    assert queries.permissions_of(person, on=date(2027, 2, 1)) == frozenset()
    with pytest.raises(StaleEdit):
        operations.end_assignment(actor=SYSTEM, assignment_id=running, version=1, to_date=TODAY, on=TODAY)


def test_role_is_removed_only_if_nobody_held_it(utility: Utility, db: None) -> None:
    unused, used = _role("jobs.view", code="unused"), _role("jobs.view", code="used")
    operations.assign_role(
        actor=SYSTEM,
        staff_id=_id(make_person(utility.east_id)),
        role_id=used,
        unit_id=utility.east_id,
        from_date=TODAY,
        on=TODAY,
    )

    operations.remove_role(actor=SYSTEM, role_id=unused, on=TODAY)
    with pytest.raises(operations.RoleInUse):
        operations.remove_role(actor=SYSTEM, role_id=used, on=TODAY)

    assert list(Role.objects.filter(code__in=["unused", "used"]).values_list("code", flat=True)) == ["used"]


@pytest.mark.parametrize(
    ("code", "permissions", "error"),
    [
        ("taken", ["jobs.view"], operations.RoleCodeTaken),
        ("new", ["jobs.unknown"], operations.UnknownPermission),
        ("new", ["audit.view", "roles.edit"], operations.SeparationBroken),
    ],
)
def test_create_role_is_refused(
    utility: Utility, db: None, code: str, permissions: list[str], error: type[Exception]
) -> None:
    _role("jobs.view", code="taken")

    with pytest.raises(error):
        _role(*permissions, code=code)

    assert Role.objects.count() == 1


def test_identifiers_are_unique_across_logins_and_staff_numbers(utility: Utility, db: None) -> None:
    def add(login: str, staff_no: str) -> int:
        return operations.create_staff(
            actor=SYSTEM, login=login, staff_no=staff_no, name="演示", unit_id=utility.east_id, on=FIRST_DAY
        ).staff_id

    add("ma01", "1001")
    add("1002", "1002")

    for login, staff_no in (("MA01", "1003"), ("ma02", "ma01"), ("1001", "1004"), ("ma03", "1002")):
        with pytest.raises(operations.IdentifierTaken):
            add(login, staff_no)
    with pytest.raises(operations.IdentifierRefused):
        add("ma 04", "1005")
    assert [person.login for person in queries.people(SYSTEM, on=TODAY)] == ["1002", "ma01"]
    assert queries.id_by_login("1001") == queries.id_by_login("Ma01")


def test_update_staff_moves_the_number_and_frees_the_old_one(utility: Utility, db: None) -> None:
    person = make_person(utility.east_id, login="li01")

    operations.update_staff(
        actor=SYSTEM, staff_id=_id(person), version=1, name="李演示", staff_no="2001", phone="", on=TODAY
    )

    assert queries.id_by_login("2001") == _id(person)
    freed = operations.create_staff(
        actor=SYSTEM, login="x1", staff_no="li01-no", name="演示", unit_id=utility.east_id, on=TODAY
    )
    assert queries.id_by_login("li01-no") == freed.staff_id
    with pytest.raises(StaleEdit):
        operations.update_staff(
            actor=SYSTEM, staff_id=_id(person), version=1, name="x", staff_no="2001", phone="", on=TODAY
        )


def test_transfer_ends_roles_at_the_old_unit(utility: Utility, db: None) -> None:
    person = make_person(utility.east_id, "jobs.view")

    operations.transfer_staff(
        actor=SYSTEM, staff_id=_id(person), version=1, to_unit_id=utility.west_id, on=TODAY, reason="调转"
    )

    assert queries.person(SYSTEM, _id(person), on=TODAY).unit_id == utility.west_id
    assert queries.permissions_of(person, on=TODAY) == frozenset()
    entry = AuditEntry.objects.get(action="staff.transferred")
    assert (entry.before, entry.after) == ({"unit": "单位01E"}, {"unit": "单位01W", "roles_ended": 1})


def test_nobody_deactivates_oneself(utility: Utility, db: None) -> None:
    admin = make_person(utility.company_id, "staff.edit", "staff.view")

    with pytest.raises(operations.CannotDeactivateSelf):
        operations.deactivate_staff(actor=admin, staff_id=_id(admin), version=1, on=TODAY, reason="")

    assert queries.person(SYSTEM, _id(admin), on=TODAY).is_active


def test_reactivated_person_comes_back_without_roles(utility: Utility, db: None) -> None:
    person = make_person(utility.east_id, "jobs.view")
    operations.deactivate_staff(actor=SYSTEM, staff_id=_id(person), version=1, on=TODAY, reason="离职")

    operations.reactivate_staff(actor=SYSTEM, staff_id=_id(person), version=2, on=TODAY, reason="返聘")

    assert queries.person(SYSTEM, _id(person), on=TODAY).is_active
    assert queries.permissions_of(person, on=TODAY) == frozenset()


def test_who_saw_runs_by_the_one_permission_keeps_seeing_them(utility: Utility, db: None) -> None:
    """Migration 0003 over roles as they were made before it."""
    migration = import_module("qingyuan.platform.staff.migrations.0003_seeing_runs_apart_from_bills")
    roles = {
        code: Role.objects.create(code=f"was-{code or 'own'}", name=code or "自定义", template=code)
        for code in ("cashier", "finance", "")
    }
    blind = Role.objects.create(code="was-blind", name="无账单", template="")
    for role in roles.values():
        RolePermission.objects.create(role=role, permission="billing.view")

    for _ in range(2):
        with connection.cursor() as cursor:
            cursor.execute(migration._KEEP)

    seeing = set(RolePermission.objects.filter(permission="billing.view_runs").values_list("role_id", flat=True))
    assert {roles["finance"].pk, roles[""].pk} <= seeing
    assert not {roles["cashier"].pk, blind.pk} & seeing
