"""Found a company (设立水司): its unit, the shipped roles, and the first people who then let the others in."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.db import transaction

from qingyuan.domains.ledger import operations as ledger
from qingyuan.kernel.actor import Actor
from qingyuan.platform.dictionary import operations as dictionary
from qingyuan.platform.organisation import operations as organisation
from qingyuan.platform.organisation import queries as units
from qingyuan.platform.organisation.models import UnitKind
from qingyuan.platform.staff import operations as staff
from qingyuan.platform.staff import queries as people

GROUP_CODE = "00"


@dataclass(frozen=True, slots=True)
class FirstPerson:
    """A person to let in: at the unit with `unit_code` (empty: the company), holding one shipped role there.

    Without a password a one-time one is made; only the system may give one (the demo).
    """

    login: str
    staff_no: str
    name: str
    role_code: str
    unit_code: str = ""
    password: str | None = None


@dataclass(frozen=True, slots=True)
class Branch:
    """A branch (营业所) of the company to make at once."""

    code: str
    name: str


@dataclass(frozen=True, slots=True)
class FoundedCompany:
    """The company's unit and the passwords that were made, as (login, password)."""

    company_id: int
    passwords: tuple[tuple[str, str], ...]


def found_company(
    *,
    actor: Actor,
    code: str,
    name: str,
    group_name: str,
    branches: Sequence[Branch],
    first_people: Sequence[FirstPerson],
    on: date,
    first_period: int | None,
) -> FoundedCompany:
    """Make the company below the group (which is made if there is none), its profile, its branches, all shipped roles,
    the shipped dictionary, its people, its chart of accounts, and open the accounting period `first_period` (yyyymm) if one is named.

    Everything or nothing. Raises NotPermitted, organisation's CodeTaken, staff's IdentifierTaken, IdentifierRefused,
    PasswordRefused and SeparationBroken; LookupError for a role that does not ship.
    """
    with transaction.atomic():
        group = units.root()
        group_id = group.id if group else _unit(actor, GROUP_CODE, group_name, UnitKind.GROUP, None, on)
        company_id = _unit(actor, code, name, UnitKind.COMPANY, group_id, on, is_company=True)
        unit_ids = {"": company_id}
        for branch in branches:
            unit_ids[branch.code] = _unit(actor, branch.code, branch.name, UnitKind.BRANCH, company_id, on)
        organisation.set_profile(actor=actor, company_id=company_id, version=0, legal_name=name, on=on)
        staff.create_template_roles(actor=actor, on=on)
        dictionary.seed_shipped_sets(actor=actor, on=on)
        roles = {role.code: role.id for role in people.roles()}
        passwords = []
        for person in first_people:
            made = _let_in(actor, person, unit_ids[person.unit_code], roles, on)
            passwords.append((person.login, made))
        ledger.set_up_books(actor=actor, company_id=company_id, on=on)
        if first_period is not None:
            ledger.open_period(actor=actor, company_id=company_id, yyyymm=first_period, on=on)
    return FoundedCompany(company_id, tuple(passwords))


def _unit(
    actor: Actor, code: str, name: str, kind: UnitKind, parent_id: int | None, on: date, *, is_company: bool = False
) -> int:
    return organisation.create_unit(
        actor=actor, code=code, name=name, kind=kind, parent_id=parent_id, on=on, is_company=is_company
    )


def _let_in(actor: Actor, person: FirstPerson, unit_id: int, roles: dict[str, int], on: date) -> str:
    """Make the person and give the role; returns the password."""
    if person.role_code not in roles:
        raise LookupError(f"no shipped role {person.role_code}")
    made = staff.create_staff(
        actor=actor,
        login=person.login,
        staff_no=person.staff_no,
        name=person.name,
        unit_id=unit_id,
        on=on,
        password=person.password,
    )
    staff.assign_role(
        actor=actor,
        staff_id=made.staff_id,
        role_id=roles[person.role_code],
        unit_id=unit_id,
        from_date=on,
        on=on,
    )
    return made.one_time_password
