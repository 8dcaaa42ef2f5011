"""Keeping roles and giving them to people (角色与授权)."""

from collections.abc import Iterable
from datetime import date

from django.db import IntegrityError, transaction
from django.db.models import F, Q

from qingyuan.kernel.actor import Actor
from qingyuan.kernel.errors import DomainError, NotFound, StaleEdit
from qingyuan.platform import registry
from qingyuan.platform.audit import operations as audit
from qingyuan.platform.locking.door import hold_name
from qingyuan.platform.organisation import queries as organisation
from qingyuan.platform.staff.models import Role, RoleAssignment, RoleAssignmentBook, RolePermission
from qingyuan.platform.staff.operations.require import require
from qingyuan.platform.staff.queries import RoleRow, person, role
from qingyuan.platform.staff.role_templates import TEMPLATES, expanded, shipped, template
from qingyuan.platform.staff.rules.separation import check_separation

_ASSIGNING = "staff assignments"


class RoleCodeTaken(DomainError):
    """Another role has this code (角色编号已使用)."""

    code = "staff.role_code_taken"


class RoleInUse(DomainError):
    """A role that people held is not removed (角色已授予人员，不能删除)."""

    code = "staff.role_in_use"


class UnknownPermission(DomainError):
    """No app declares this permission (权限代码不存在)."""

    code = "staff.unknown_permission"


class SelfAssignment(DomainError):
    """Nobody gives or takes back one's own roles (不能给自己授权)."""

    code = "staff.self_assignment"


class SpanRefused(DomainError):
    """The assignment ends before it begins (授权止期早于起期)."""

    code = "staff.span_refused"


def create_role(
    *,
    actor: Actor,
    code: str,
    name: str,
    permissions: Iterable[str],
    on: date,
    description: str = "",
    template_code: str = "",
) -> int:
    """Add a role. Raises NotPermitted without roles.edit, UnknownPermission, SeparationBroken, RoleCodeTaken."""
    require(actor, "roles.edit", on=on)
    wanted = _known(permissions)
    check_separation(wanted)
    with transaction.atomic():
        try:
            with transaction.atomic():
                row = Role.objects.create(
                    code=code, name=name, description=description, template=template_code, seen=_ships(template_code)
                )
        except IntegrityError as error:
            raise RoleCodeTaken(role=code) from error
        _grant(row.pk, wanted)
        audit.record(
            actor=actor,
            action="roles.created",
            object_type="role",
            object_key=code,
            after={"name": name, "permissions": wanted},
        )
    return row.pk


def create_template_roles(*, actor: Actor, on: date) -> tuple[int, ...]:
    """Make the shipped roles that are not there yet; those there are left as the utility has them. Raises NotPermitted."""
    known = set(Role.objects.values_list("code", flat=True))
    with transaction.atomic():
        return tuple(
            create_role(
                actor=actor,
                code=one.code,
                name=one.name,
                permissions=expanded(one.permissions, registry.permissions.all()),
                template_code=one.code,
                on=on,
            )
            for one in TEMPLATES
            if one.code not in known
        )


def update_role(
    *, actor: Actor, role_id: int, version: int, name: str, permissions: Iterable[str], on: date, description: str = ""
) -> None:
    """Change a role for all who hold it.

    Raises NotPermitted, NotFound, StaleEdit, UnknownPermission, SeparationBroken (also for a person who would hold
    both sides by it together with another role).
    """
    require(actor, "roles.edit", on=on)
    wanted = _known(permissions)
    check_separation(wanted)
    with transaction.atomic():
        hold_name(_ASSIGNING)
        before = role(role_id)
        changed = Role.objects.filter(pk=role_id, version=version).update(
            name=name, description=description, version=F("version") + 1
        )
        if not changed:
            raise StaleEdit(role=before.code)
        RolePermission.objects.filter(role_id=role_id).delete()
        _grant(role_id, wanted)
        _check_holders(role_id, on)
        audit.record(
            actor=actor,
            action="roles.changed",
            object_type="role",
            object_key=before.code,
            before={"name": before.name, "description": before.description, "permissions": before.permissions},
            after={"name": name, "description": description, "permissions": wanted},
        )


def reset_to_template(*, actor: Actor, role_id: int, version: int, on: date) -> None:
    """Give a shipped role the permissions it ships with. Raises as `update_role`; LookupError for another role."""
    found = role(role_id)
    ships = expanded(template(found.template).permissions, registry.permissions.all())
    with transaction.atomic():
        update_role(
            actor=actor,
            role_id=role_id,
            version=version,
            name=found.name,
            permissions=ships,
            description=found.description,
            on=on,
        )
        Role.objects.filter(pk=role_id).update(seen=list(ships))


def take_news(*, actor: Actor, role_id: int, version: int, permissions: Iterable[str], on: date) -> None:
    """Give a shipped role some of the permissions that it ships with since a later version of the program (新增权限); those not
    taken over are not offered again.

    Raises as `update_role`, and UnknownPermission for one that is not on offer.
    """
    found = role(role_id)
    wanted = sorted(set(permissions))
    for code in wanted:
        if code not in found.news:
            raise UnknownPermission(permission=code)
    with transaction.atomic():
        update_role(
            actor=actor,
            role_id=role_id,
            version=version,
            name=found.name,
            permissions=[*found.permissions, *wanted],
            description=found.description,
            on=on,
        )
        Role.objects.filter(pk=role_id).update(seen=_ships(found.template))


def remove_role(*, actor: Actor, role_id: int, on: date) -> None:
    """Remove a role nobody ever held. Raises NotPermitted, NotFound, RoleInUse."""
    require(actor, "roles.edit", on=on)
    with transaction.atomic():
        hold_name(_ASSIGNING)
        found = role(role_id)
        if found.holder_count:
            raise RoleInUse(role=found.code)
        Role.objects.filter(pk=role_id).delete()
        audit.record(
            actor=actor,
            action="roles.removed",
            object_type="role",
            object_key=found.code,
            before={"name": found.name, "permissions": found.permissions},
        )


def assign_role(
    *,
    actor: Actor,
    staff_id: int,
    role_id: int,
    unit_id: int,
    from_date: date,
    on: date,
    to_date: date | None = None,
    book_ids: Iterable[int] = (),
    reason: str = "",
) -> int:
    """Let a person hold a role at a unit and its subtree in [from_date, to_date), for all books or those named.

    Returns the assignment's id. Raises NotPermitted without roles.assign at the unit and at the person's unit,
    NotFound, SelfAssignment, SpanRefused, SeparationBroken (三员分立).
    """
    target = person(actor, staff_id, on=on)
    unit = organisation.unit(unit_id)
    for place in (unit_id, target.unit_id):
        require(actor, "roles.assign", on=on, unit_id=place)
    if staff_id == actor.staff_id:
        raise SelfAssignment()
    if to_date is not None and to_date <= from_date:
        raise SpanRefused(from_date=from_date, to_date=to_date)
    books = sorted(set(book_ids))
    with transaction.atomic():
        # All changes of who holds what wait for each other, so that two together cannot break the separation.
        hold_name(_ASSIGNING)
        given = role(role_id)
        row = RoleAssignment.objects.create(
            staff_id=staff_id, role_id=role_id, unit_id=unit_id, from_date=from_date, to_date=to_date
        )
        RoleAssignmentBook.objects.bulk_create([RoleAssignmentBook(assignment=row, book_id=book) for book in books])
        _check_person(staff_id, from_date, to_date)
        audit.record(
            actor=actor,
            action="roles.assigned",
            object_type="staff",
            object_key=target.login,
            company_id=unit.company_id,
            unit_id=unit_id,
            after=_told(given, unit.name, from_date, to_date, books),
            reason=reason,
        )
    return row.pk


def end_assignment(
    *, actor: Actor, assignment_id: int, version: int, to_date: date, on: date, reason: str = ""
) -> None:
    """The person holds the role until the day before `to_date`; one that lies ahead never begins.

    Raises NotPermitted without roles.assign at the unit, NotFound, StaleEdit, SelfAssignment.
    """
    row = RoleAssignment.objects.select_related("staff", "role", "unit").filter(pk=assignment_id).first()
    if row is None:
        raise NotFound(assignment=assignment_id)
    require(actor, "roles.assign", on=on, unit_id=row.unit_id)
    if row.staff_id == actor.staff_id:
        raise SelfAssignment()
    end = max(to_date, row.from_date)
    with transaction.atomic():
        hold_name(_ASSIGNING)
        changed = RoleAssignment.objects.filter(pk=assignment_id, version=version).update(
            to_date=end, version=F("version") + 1
        )
        if not changed:
            raise StaleEdit(assignment=assignment_id)
        _check_person(row.staff_id, row.from_date, end)
        audit.record(
            actor=actor,
            action="roles.assignment_ended",
            object_type="staff",
            object_key=row.staff.login,
            company_id=row.unit.company_id,
            unit_id=row.unit_id,
            before={"role": row.role.code, "unit": row.unit.name, "to_date": row.to_date},
            after={"role": row.role.code, "unit": row.unit.name, "to_date": end},
            reason=reason,
        )


def _ships(template_code: str) -> list[str]:
    return list(expanded(shipped(template_code), registry.permissions.all()))


def _known(permissions: Iterable[str]) -> list[str]:
    wanted = sorted(set(permissions))
    for code in wanted:
        if code not in registry.permissions.all():
            raise UnknownPermission(permission=code)
    return wanted


def _grant(role_id: int, permissions: list[str]) -> None:
    RolePermission.objects.bulk_create([RolePermission(role_id=role_id, permission=code) for code in permissions])


def _check_holders(role_id: int, on: date) -> None:
    holders = RoleAssignment.objects.filter(Q(to_date__isnull=True) | Q(to_date__gt=on), role_id=role_id)
    for staff_id, from_date, to_date in holders.values_list("staff_id", "from_date", "to_date"):
        _check_person(staff_id, from_date, to_date)


def _check_person(staff_id: int, from_date: date, to_date: date | None) -> None:
    """The separation must hold for all that the person holds at any time within the span."""
    spans = RoleAssignment.objects.filter(Q(to_date__isnull=True) | Q(to_date__gt=from_date), staff_id=staff_id)
    if to_date is not None:
        spans = spans.filter(from_date__lt=to_date)
    held = RolePermission.objects.filter(role_id__in=spans.values("role_id"))
    check_separation(held.values_list("permission", flat=True))


def _told(given: RoleRow, unit_name: str, from_date: date, to_date: date | None, books: list[int]) -> dict[str, object]:
    return {"role": given.code, "unit": unit_name, "from_date": from_date, "to_date": to_date, "book_ids": books}
