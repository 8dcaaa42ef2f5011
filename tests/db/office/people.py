"""Signed-in people for tests of office pages."""

from datetime import date
from typing import Any

from django.test import Client

from qingyuan.platform.organisation.models import OrgUnit
from qingyuan.platform.staff.models import Role, RoleAssignment, RolePermission, Staff

PASSWORD = "correct horse 7"


def make_unit(code: str = "HALL1", name: str = "营业厅一") -> OrgUnit:
    return OrgUnit.objects.create(code=code, name=name, kind="BRANCH", path=f"{code}/")


def make_staff(login: str = "clerk", *, unit: OrgUnit | None = None, permissions: tuple[str, ...] = ()) -> Staff:
    """A person 演示 with one role of exactly these permissions at the unit."""
    place = unit or OrgUnit.objects.filter(code="HALL1").first() or make_unit()
    person = Staff(login=login, staff_no=f"S-{login}", name="收费员一（演示）", unit=place)
    person.set_password(PASSWORD)
    person.save()
    if permissions:
        role = Role.objects.create(code=f"role-{login}", name=f"角色 {login}")
        RolePermission.objects.bulk_create(RolePermission(role=role, permission=code) for code in permissions)
        RoleAssignment.objects.create(staff=person, role=role, unit=place, from_date=date(2020, 1, 1))
    return person


def signed_in_client(person: Staff, **headers: Any) -> Client:
    client = Client(**headers)
    client.force_login(person)
    return client
