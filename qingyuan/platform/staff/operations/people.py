"""Keeping staff (员工管理)."""

import secrets
from dataclasses import dataclass
from datetime import date

from django.contrib.auth.hashers import make_password
from django.db import IntegrityError, transaction
from django.db.models import F, Q

from qingyuan.kernel.actor import Actor
from qingyuan.kernel.errors import DomainError, StaleEdit
from qingyuan.platform.audit import operations as audit
from qingyuan.platform.organisation import queries as organisation
from qingyuan.platform.staff.models import RoleAssignment, Staff, StaffIdentifier
from qingyuan.platform.staff.operations.require import require
from qingyuan.platform.staff.queries import Person, person
from qingyuan.platform.staff.rules.passwords import PROFILES, check_password

_ALPHABETS = ("abcdefghijkmnpqrstuvwxyz", "ABCDEFGHJKLMNPQRSTUVWXYZ", "23456789", "!#%+:=?@~-")


class IdentifierTaken(DomainError):
    """Another person has this login or staff number, as either (登录号或工号已被使用，两者不得互相重复)."""

    code = "staff.identifier_taken"


class IdentifierRefused(DomainError):
    """A login and a staff number are 2 to 40 letters, digits, dots, dashes or underscores (登录号、工号格式不正确)."""

    code = "staff.identifier_refused"


class CannotDeactivateSelf(DomainError):
    """Nobody locks oneself out (不能停用自己)."""

    code = "staff.cannot_deactivate_self"


@dataclass(frozen=True, slots=True)
class NewStaff:
    """A person just made. `one_time_password` is shown once; it must be changed at the first sign-in."""

    staff_id: int
    one_time_password: str


def create_staff(
    *,
    actor: Actor,
    login: str,
    staff_no: str,
    name: str,
    unit_id: int,
    on: date,
    phone: str = "",
    language: str = "",
    password: str | None = None,
) -> NewStaff:
    """Add a person at a unit.

    Without `password` a one-time one is made. A system actor (the demo) may give one, which then need not be changed.
    Raises NotPermitted without staff.edit at the unit, NotFound, IdentifierRefused, IdentifierTaken; PasswordRefused
    for a given password; ValueError if a person gives one.
    """
    require(actor, "staff.edit", on=on, unit_id=organisation.unit(unit_id).id)
    if password is not None and not actor.is_system:
        raise ValueError("a person gets a one-time password")
    for identifier in (login, staff_no):
        _check_identifier(identifier)
    if password is not None:
        check_password(PROFILES["dengbao-3"], password, own_names=(login, staff_no))
    given = password or one_time_password()
    with transaction.atomic():
        try:
            with transaction.atomic():
                row = Staff.objects.create(
                    login=login,
                    staff_no=staff_no,
                    name=name,
                    unit_id=unit_id,
                    phone=phone,
                    language=language,
                    password=make_password(given),
                    must_change_password=password is None,
                )
                _claim(row)
        except IntegrityError as error:
            raise IdentifierTaken(login=login, staff_no=staff_no) from error
        _audit(actor, "staff.created", row, after=_fields(row))
    return NewStaff(staff_id=row.pk, one_time_password=given)


def update_staff(
    *, actor: Actor, staff_id: int, version: int, name: str, staff_no: str, phone: str, on: date, reason: str = ""
) -> None:
    """Change a person's name, staff number and phone; the login stays for ever.

    Raises NotPermitted without staff.edit at the person's unit, NotFound, StaleEdit, IdentifierRefused, IdentifierTaken.
    """
    before = _editable(actor, staff_id, on)
    _check_identifier(staff_no)
    with transaction.atomic():
        _change(before, version, name=name, staff_no=staff_no, phone=phone)
        row = Staff.objects.get(pk=staff_id)
        if staff_no != before.staff_no:
            StaffIdentifier.objects.filter(staff=row).exclude(value=row.login.lower()).delete()
            try:
                with transaction.atomic():
                    _claim(row)
            except IntegrityError as error:
                raise IdentifierTaken(login=row.login, staff_no=staff_no) from error
        _audit(
            actor,
            "staff.changed",
            row,
            before={"name": before.name, "staff_no": before.staff_no, "phone": before.phone},
            after={"name": name, "staff_no": staff_no, "phone": phone},
            reason=reason,
        )


def transfer_staff(
    *, actor: Actor, staff_id: int, version: int, to_unit_id: int, on: date, reason: str, keep_roles: bool = False
) -> None:
    """Move a person to another unit (调转) instead of making a second one; roles end on the day unless kept.

    Raises NotPermitted without staff.edit at both units, NotFound, StaleEdit.
    """
    before = _editable(actor, staff_id, on)
    target = organisation.unit(to_unit_id)
    require(actor, "staff.edit", on=on, unit_id=to_unit_id)
    with transaction.atomic():
        _change(before, version, unit_id=to_unit_id)
        ended = 0 if keep_roles else _end_roles(staff_id, on)
        _audit(
            actor,
            "staff.transferred",
            Staff.objects.get(pk=staff_id),
            before={"unit": before.unit_name},
            after={"unit": target.name, "roles_ended": ended},
            reason=reason,
        )


def deactivate_staff(*, actor: Actor, staff_id: int, version: int, on: date, reason: str) -> None:
    """The person no longer signs in (停用); what was signed in ends at the next click, and roles end on the day.

    Raises NotPermitted, NotFound, StaleEdit, CannotDeactivateSelf.
    """
    before = _editable(actor, staff_id, on)
    if staff_id == actor.staff_id:
        raise CannotDeactivateSelf()
    with transaction.atomic():
        _change(before, version, is_active=False)
        ended = _end_roles(staff_id, on)
        _audit(
            actor,
            "staff.deactivated",
            Staff.objects.get(pk=staff_id),
            before={"is_active": before.is_active},
            after={"is_active": False, "roles_ended": ended},
            reason=reason,
        )


def reactivate_staff(*, actor: Actor, staff_id: int, version: int, on: date, reason: str) -> None:
    """The person may sign in again (启用), without any role. Raises NotPermitted, NotFound, StaleEdit."""
    before = _editable(actor, staff_id, on)
    with transaction.atomic():
        _change(before, version, is_active=True)
        _audit(
            actor,
            "staff.reactivated",
            Staff.objects.get(pk=staff_id),
            before={"is_active": before.is_active},
            after={"is_active": True},
            reason=reason,
        )


def one_time_password() -> str:
    """Sixteen characters of all kinds that nobody mistakes for another."""
    chosen = [secrets.choice(alphabet) for alphabet in _ALPHABETS]
    chosen += [secrets.choice("".join(_ALPHABETS)) for _ in range(12)]
    secrets.SystemRandom().shuffle(chosen)
    return "".join(chosen)


def _editable(actor: Actor, staff_id: int, on: date) -> Person:
    """The person, if the actor may change people of that unit."""
    found = person(actor, staff_id, on=on)
    require(actor, "staff.edit", on=on, unit_id=found.unit_id)
    return found


def _change(before: Person, version: int, **fields: object) -> None:
    changed = Staff.objects.filter(pk=before.id, version=version).update(version=F("version") + 1, **fields)
    if not changed:
        raise StaleEdit(staff=before.login)


def _end_roles(staff_id: int, on: date) -> int:
    """End what is in force on the day; what would begin later never does. Returns how many."""
    rows = RoleAssignment.objects.filter(Q(to_date__isnull=True) | Q(to_date__gt=on), staff_id=staff_id)
    ended = rows.filter(from_date__lte=on).update(to_date=on, version=F("version") + 1)
    return ended + rows.filter(from_date__gt=on).update(to_date=F("from_date"), version=F("version") + 1)


def _check_identifier(identifier: str) -> None:
    is_plain = all(one.isalnum() or one in "._-" for one in identifier)
    if not is_plain or not 2 <= len(identifier) <= 40:
        raise IdentifierRefused(identifier=identifier)


def _claim(row: Staff) -> None:
    wanted = {row.login.lower(), row.staff_no.lower()}
    known = set(StaffIdentifier.objects.filter(staff=row).values_list("value", flat=True))
    StaffIdentifier.objects.bulk_create([StaffIdentifier(value=one, staff=row) for one in sorted(wanted - known)])


def _fields(row: Staff) -> dict[str, object]:
    return {"name": row.name, "staff_no": row.staff_no, "unit_id": row.unit_id, "phone": row.phone}


def _audit(
    actor: Actor,
    action: str,
    row: Staff,
    *,
    before: dict[str, object] | None = None,
    after: dict[str, object] | None = None,
    reason: str = "",
) -> None:
    audit.record(
        actor=actor,
        action=action,
        object_type="staff",
        object_key=row.login,
        company_id=row.unit.company_id,
        unit_id=row.unit_id,
        before=before,
        after=after,
        reason=reason,
    )
