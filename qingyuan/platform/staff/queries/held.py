"""What a person holds, whatever the unit, and who holds what (权限双向查询): for menus, buttons and refusal pages."""

from datetime import date

from django.db.models import Q

from qingyuan.kernel.actor import Actor
from qingyuan.platform import registry
from qingyuan.platform.organisation.models import OrgUnit
from qingyuan.platform.staff.models import Role, RolePermission, Staff


def held_permissions(actor: Actor, *, on: date) -> frozenset[str]:
    """The codes that the actor holds at any unit on that day; the system holds all that are declared."""
    if actor.staff_id is None:
        return frozenset(registry.permissions.all())
    codes = RolePermission.objects.filter(
        Q(role__assignments__to_date__isnull=True) | Q(role__assignments__to_date__gt=on),
        role__assignments__staff_id=actor.staff_id,
        role__assignments__from_date__lte=on,
    ).values_list("permission", flat=True)
    return frozenset(codes)


def roles_holding(permission: str) -> tuple[str, ...]:
    """The names of the roles with this permission, by code."""
    names = Role.objects.filter(permissions__permission=permission).order_by("code").values_list("name", flat=True)
    return tuple(names)


def actor_of(staff_id: int, *, origin: str, request_id: str) -> Actor:
    """The actor for a signed-in person. Raises Staff.DoesNotExist."""
    person = Staff.objects.select_related("unit").get(pk=staff_id)
    return Actor(
        staff_id=person.pk,
        name=person.name,
        company_id=person.unit.company_id,
        unit_id=person.unit_id,
        origin=origin,
        request_id=request_id,
    )


def unit_name(unit_id: int) -> str:
    """The short name of a unit, else its name."""
    unit = OrgUnit.objects.only("name", "short_name").get(pk=unit_id)
    return unit.short_name or unit.name
