"""Companies, units and people for tests, made through the operations."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from itertools import count

from qingyuan.kernel.actor import Actor, system_actor
from qingyuan.platform.organisation import operations as organisation
from qingyuan.platform.organisation import queries as units
from qingyuan.platform.organisation.models import UnitKind
from qingyuan.platform.staff import operations as staff
from qingyuan.platform.staff import queries as people
from qingyuan.platform.staff.models import Staff

FIRST_DAY = date(2025, 1, 1)
SYSTEM = system_actor("tests")
PASSWORD = "Shui-2026-qing"
_numbers = count(1)


@dataclass(frozen=True, slots=True)
class Utility:
    """A group with one company and its two halls."""

    root_id: int
    company_id: int
    east_id: int
    west_id: int


def make_utility(code: str = "01") -> Utility:
    """集团 → 水司 → 东/西营业所; the root is shared by all utilities of one database."""
    top = units.root()
    root_id = top.id if top else make_unit("00", kind=UnitKind.GROUP, parent_id=None)
    company_id = make_unit(code, kind=UnitKind.COMPANY, parent_id=root_id, is_company=True)
    east_id = make_unit(f"{code}E", parent_id=company_id)
    west_id = make_unit(f"{code}W", parent_id=company_id)
    return Utility(root_id, company_id, east_id, west_id)


def make_unit(
    code: str, *, parent_id: int | None, kind: UnitKind = UnitKind.BRANCH, is_company: bool = False, name: str = ""
) -> int:
    """One unit; returns its id."""
    return organisation.create_unit(
        actor=SYSTEM,
        code=code,
        name=name or f"单位{code}",
        kind=kind,
        parent_id=parent_id,
        is_company=is_company,
        on=FIRST_DAY,
    )


def actor_at(unit_id: int, staff_id: int, name: str = "测试员") -> Actor:
    """The actor of a person of this unit."""
    return Actor(staff_id=staff_id, name=name, company_id=units.unit(unit_id).company_id, unit_id=unit_id)


def make_person(unit_id: int, *permissions: str, login: str = "", book_ids: Iterable[int] = ()) -> Actor:
    """A person of this unit who holds the permissions there (at the unit's subtree, for these books); their actor."""
    number = next(_numbers)
    login = login or f"p{number}"
    made = staff.create_staff(
        actor=SYSTEM,
        login=login,
        staff_no=f"{login}-no",
        name=f"演示{number}",
        unit_id=unit_id,
        on=FIRST_DAY,
        password=PASSWORD,
    )
    if permissions:
        give_role(made.staff_id, unit_id, *permissions, book_ids=book_ids)
    return people.actor_of(Staff.objects.get(pk=made.staff_id), origin="127.0.0.1")


def give_role(
    staff_id: int,
    unit_id: int,
    *permissions: str,
    from_date: date = FIRST_DAY,
    to_date: date | None = None,
    book_ids: Iterable[int] = (),
) -> int:
    """A role of exactly these permissions, held at the unit; returns the assignment's id."""
    code = f"role-{next(_numbers)}"
    role_id = staff.create_role(actor=SYSTEM, code=code, name=f"角色{code}", permissions=permissions, on=FIRST_DAY)
    return staff.assign_role(
        actor=SYSTEM,
        staff_id=staff_id,
        role_id=role_id,
        unit_id=unit_id,
        from_date=from_date,
        to_date=to_date,
        book_ids=book_ids,
        on=FIRST_DAY,
    )
