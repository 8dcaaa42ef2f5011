"""Pages of roles (角色页面): the list with its holders, one role, who may do a certain thing."""

from dataclasses import dataclass
from datetime import date

from django.db.models import Count, Q, QuerySet

from qingyuan.kernel.actor import Actor
from qingyuan.platform.audit.queries import Entry, history
from qingyuan.platform.staff import queries
from qingyuan.platform.staff.models import RoleAssignment
from qingyuan.platform.staff.queries import Holding, Reach, RoleRow, reach

HISTORY_LIMIT = 30
HOLDER_LIMIT = 200


@dataclass(frozen=True, slots=True)
class RoleLine:
    """A role of the list; `people` counts those who hold it on the day within the actor's reach of staff.view."""

    role: RoleRow
    people: int


@dataclass(frozen=True, slots=True)
class Holder:
    """Who holds the role: a person, where, since and until when."""

    login: str
    name: str
    unit_name: str
    from_date: date
    to_date: date | None


@dataclass(frozen=True, slots=True)
class RolePage:
    """One role with the people who hold it on the day (at most HOLDER_LIMIT) and its history."""

    role: RoleRow
    holders: tuple[Holder, ...]
    history: tuple[Entry, ...]


def roles(actor: Actor, *, on: date, text: str = "", permission: str = "") -> tuple[RoleLine, ...]:
    """The roles by code; `text` is part of a name or code, `permission` one that they hold."""
    counted = _in_force(reach(actor, "staff.view", on=on), on).values("role_id").order_by("role_id")
    people: dict[int, int] = dict(counted.annotate(n=Count("staff_id", distinct=True)).values_list("role_id", "n"))
    wanted = text.strip().lower()
    return tuple(
        RoleLine(one, people.get(one.id, 0))
        for one in queries.roles()
        if (not permission or permission in one.permissions)
        and (
            not wanted or wanted in one.code.lower() or wanted in one.name.lower() or wanted in one.label("en").lower()
        )
    )


def role(actor: Actor, code: str, *, on: date) -> RolePage:
    """One role. Raises NotFound."""
    found = queries.role_by_code(code)
    rows = _in_force(reach(actor, "staff.view", on=on), on).filter(role_id=found.id)
    return RolePage(
        role=found,
        holders=tuple(
            Holder(*row)
            for row in rows.order_by("staff__login", "id").values_list(
                "staff__login", "staff__name", "unit__name", "from_date", "to_date"
            )[:HOLDER_LIMIT]
        ),
        history=history("role", code, limit=HISTORY_LIMIT),
    )


def who_may(actor: Actor, permission: str, *, on: date) -> tuple[Holding, ...]:
    """Who holds the permission on the day. Raises LookupError for an undeclared permission."""
    return queries.who_may(actor, permission, on=on)


def _in_force(seen: Reach, on: date) -> QuerySet[RoleAssignment]:
    return RoleAssignment.objects.filter(
        Q(to_date__isnull=True) | Q(to_date__gt=on),
        seen.condition("staff__unit_id"),
        from_date__lte=on,
        staff__is_active=True,
    )
