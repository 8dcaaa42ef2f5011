"""Both ways of asking (权限查询): what may this person do; who may do this, and which roles hold it."""

from dataclasses import dataclass
from datetime import date

from django.db.models import Q, QuerySet

from qingyuan.kernel.actor import Actor
from qingyuan.platform import registry
from qingyuan.platform.staff.models import Role, RoleAssignment
from qingyuan.platform.staff.queries.held import held_assignments
from qingyuan.platform.staff.queries.reach import reach
from qingyuan.platform.staff.role_templates import shown_name


@dataclass(frozen=True, slots=True)
class Holding:
    """A role held by a person at a unit (its subtree) in [from_date, to_date), for all books or those named."""

    assignment_id: int
    staff_id: int
    staff_name: str
    login: str
    role_code: str
    role_name: str
    role_template: str
    unit_id: int
    unit_name: str
    from_date: date
    to_date: date | None
    book_ids: tuple[int, ...]
    version: int

    def role_label(self, language: str) -> str:
        """The role's name in the reader's language."""
        return shown_name(self.role_name, self.role_template, language)

    def is_valid(self, on: date) -> bool:
        """Whether it is in force on the day."""
        return self.from_date <= on and (self.to_date is None or on < self.to_date)


def permissions_of(actor: Actor, *, on: date) -> frozenset[str]:
    """The codes the actor holds anywhere on the day: what navigation shows. A system actor holds all."""
    if actor.staff_id is None:
        return frozenset(registry.permissions.all())
    return frozenset[str]().union(*(one.permissions for one in held_assignments(actor.staff_id, on=on)))


def may(actor: Actor, permission: str, *, on: date) -> bool:
    """Whether the actor holds the permission anywhere on the day. LookupError for an undeclared one."""
    return not reach(actor, permission, on=on).is_empty


def role_codes_of(actor: Actor, *, on: date) -> frozenset[str]:
    """The codes of the roles the actor holds on the day: they choose the workbench."""
    if actor.staff_id is None:
        return frozenset()
    return frozenset(one.role_code for one in held_assignments(actor.staff_id, on=on))


def holdings_of(staff_id: int) -> tuple[Holding, ...]:
    """All assignments of a person, past and future ones too, newest first."""
    rows = RoleAssignment.objects.filter(staff_id=staff_id).order_by("-from_date", "-id")
    return tuple(_holding(row) for row in _with_names(rows))


def who_may(actor: Actor, permission: str, *, on: date) -> tuple[Holding, ...]:
    """Who holds the permission on the day, active people within the actor's reach of staff.view, by name.

    LookupError for an undeclared permission.
    """
    registry.permissions.get(permission)
    visible = reach(actor, "staff.view", on=on)
    rows = RoleAssignment.objects.filter(
        Q(to_date__isnull=True) | Q(to_date__gt=on),
        visible.condition("staff__unit_id"),
        from_date__lte=on,
        staff__is_active=True,
        role__permissions__permission=permission,
    ).order_by("staff__name", "id")
    return tuple(_holding(row) for row in _with_names(rows))


def roles_with(permission: str, *, language: str = "zh-hans") -> tuple[str, ...]:
    """The names of the roles that hold the permission, for the page that says it is missing. Anybody may know."""
    rows = Role.objects.filter(permissions__permission=permission).order_by("code")
    return tuple(shown_name(name, code, language) for name, code in rows.values_list("name", "template"))


def _with_names(rows: QuerySet[RoleAssignment]) -> QuerySet[RoleAssignment]:
    return rows.select_related("staff", "role", "unit").prefetch_related("books")


def _holding(row: RoleAssignment) -> Holding:
    return Holding(
        assignment_id=row.pk,
        staff_id=row.staff_id,
        staff_name=row.staff.name,
        login=row.staff.login,
        role_code=row.role.code,
        role_name=row.role.name,
        role_template=row.role.template,
        unit_id=row.unit_id,
        unit_name=row.unit.name,
        from_date=row.from_date,
        to_date=row.to_date,
        book_ids=tuple(sorted(one.book_id for one in row.books.all())),
        version=row.version,
    )
