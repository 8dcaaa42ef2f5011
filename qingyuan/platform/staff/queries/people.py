"""Reads of people and roles (员工、角色)."""

from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Count, F, Q

from qingyuan.kernel.actor import Actor
from qingyuan.kernel.errors import NotFound
from qingyuan.platform import registry
from qingyuan.platform.organisation import queries as organisation
from qingyuan.platform.staff.models import Role, RoleAssignment, Staff
from qingyuan.platform.staff.queries.reach import reach
from qingyuan.platform.staff.role_templates import expanded, shipped, shown_name

LIST_LIMIT = 500


@dataclass(frozen=True, slots=True)
class Person:
    """A member of staff, without anything secret."""

    id: int
    login: str
    staff_no: str
    name: str
    unit_id: int
    unit_name: str
    company_id: int | None
    phone: str
    is_active: bool
    must_change_password: bool
    last_sign_in_at: datetime | None
    language: str
    version: int


@dataclass(frozen=True, slots=True)
class PeoplePage:
    """Some of the people asked for, and how many there are."""

    rows: tuple[Person, ...]
    count: int


@dataclass(frozen=True, slots=True)
class RoleRow:
    """A role. `permissions` in alphabetical order; `holder_count` counts assignments of any time; `news` are those that the
    shipped role has by now, and nobody has decided about here.
    """

    id: int
    code: str
    name: str
    description: str
    template: str
    permissions: tuple[str, ...]
    news: tuple[str, ...]
    holder_count: int
    version: int

    def label(self, language: str) -> str:
        """The name in the reader's language."""
        return shown_name(self.name, self.template, language)


def person(actor: Actor, staff_id: int, *, on: date) -> Person:
    """One person within the actor's reach of staff.view, or the actor. Raises NotFound."""
    row = Staff.objects.select_related("unit").filter(pk=staff_id).first()
    if row is None or (staff_id != actor.staff_id and not reach(actor, "staff.view", on=on).covers(row.unit_id)):
        raise NotFound(staff=staff_id)
    return _person(row)


def people(
    actor: Actor,
    *,
    on: date,
    text: str = "",
    unit_id: int | None = None,
    is_active: bool | None = None,
    limit: int = LIST_LIMIT,
) -> tuple[Person, ...]:
    """People within the actor's reach of staff.view, by login; `text` is part of a name, login or staff number."""
    rows = Staff.objects.filter(reach(actor, "staff.view", on=on).condition())
    if text:
        rows = rows.filter(Q(name__icontains=text) | Q(login__icontains=text) | Q(staff_no__icontains=text))
    if unit_id is not None:
        rows = rows.filter(unit_id=unit_id)
    if is_active is not None:
        rows = rows.filter(is_active=is_active)
    return tuple(_person(row) for row in rows.select_related("unit").order_by("login")[:limit])


def people_page(
    actor: Actor,
    *,
    on: date,
    text: str = "",
    unit_id: int | None = None,
    role_id: int | None = None,
    is_active: bool | None = None,
    sort: str = "login",
    descending: bool = False,
    offset: int = 0,
    limit: int = 50,
) -> PeoplePage:
    """`people` a page at a time. `unit_id` asks for its whole subtree, `role_id` for those who hold it on the day.

    `sort` is one of login, staff_no, name, unit_name, last_sign_in_at; ties by login.
    """
    rows = Staff.objects.filter(reach(actor, "staff.view", on=on).condition())
    if text:
        rows = rows.filter(Q(name__icontains=text) | Q(login__icontains=text) | Q(staff_no__icontains=text))
    if unit_id is not None:
        rows = rows.filter(unit__path__startswith=organisation.unit(unit_id).path)
    if role_id is not None:
        held = RoleAssignment.objects.filter(
            Q(to_date__isnull=True) | Q(to_date__gt=on), role_id=role_id, from_date__lte=on
        )
        rows = rows.filter(pk__in=held.values("staff_id"))
    if is_active is not None:
        rows = rows.filter(is_active=is_active)
    column = F({"unit_name": "unit__name", "last_sign_in_at": "last_login"}.get(sort, sort))
    first = column.desc(nulls_last=True) if descending else column.asc(nulls_last=True)
    shown = rows.select_related("unit").order_by(first, "login")[offset : offset + limit]
    return PeoplePage(tuple(_person(row) for row in shown), rows.count())


def person_by_login(actor: Actor, login: str, *, on: date) -> Person:
    """`person` by the login that addresses carry. Raises NotFound."""
    found = Staff.objects.filter(login=login).values_list("pk", flat=True).first()
    if found is None:
        raise NotFound(staff=login)
    return person(actor, found, on=on)


def names(staff_ids: set[int]) -> dict[int, str]:
    """The names of people by id, for lists that show who did something."""
    return dict(Staff.objects.filter(pk__in=staff_ids).values_list("pk", "name"))


def id_by_login(login: str) -> int:
    """The id of the person with this login or staff number. Raises NotFound."""
    found = Staff.objects.filter(identifiers__value=login.strip().lower()).values_list("pk", flat=True).first()
    if found is None:
        raise NotFound(staff=login)
    return found


def unit_id_by_login(login: str) -> int | None:
    """The unit of the person with this login or staff number; None where there is none."""
    return Staff.objects.filter(identifiers__value=login.strip().lower()).values_list("unit_id", flat=True).first()


def actor_of(signed_in: Staff, *, origin: str, request_id: str = "") -> Actor:
    """The actor of a signed-in person; asks nothing more where their unit was read with them."""
    return Actor(
        staff_id=signed_in.pk,
        name=signed_in.name,
        company_id=signed_in.unit.company_id,
        unit_id=signed_in.unit_id,
        origin=origin,
        request_id=request_id,
    )


def roles() -> tuple[RoleRow, ...]:
    """All roles by code."""
    rows = Role.objects.annotate(holder_count=Count("assignments", distinct=True)).prefetch_related("permissions")
    return tuple(_role(row, row.holder_count) for row in rows.order_by("code"))


def role(role_id: int) -> RoleRow:
    """One role. Raises NotFound."""
    row = Role.objects.prefetch_related("permissions").filter(pk=role_id).first()
    if row is None:
        raise NotFound(role=role_id)
    return _role(row, row.assignments.count())


def role_id_by_code(code: str) -> int:
    """The id of the role with this code. Raises NotFound."""
    found = Role.objects.filter(code=code).values_list("pk", flat=True).first()
    if found is None:
        raise NotFound(role=code)
    return found


def role_by_code(code: str) -> RoleRow:
    """One role by the code that addresses carry. Raises NotFound."""
    return role(role_id_by_code(code))


def _person(row: Staff) -> Person:
    return Person(
        id=row.pk,
        login=row.login,
        staff_no=row.staff_no,
        name=row.name,
        unit_id=row.unit_id,
        unit_name=row.unit.name,
        company_id=row.unit.company_id,
        phone=row.phone,
        is_active=row.is_active,
        must_change_password=row.must_change_password,
        last_sign_in_at=row.last_login,
        language=row.language,
        version=row.version,
    )


def _role(row: Role, holder_count: int) -> RoleRow:
    held = sorted(one.permission for one in row.permissions.all())
    ships = expanded(shipped(row.template), registry.permissions.all())
    return RoleRow(
        id=row.pk,
        code=row.code,
        name=row.name,
        description=row.description,
        template=row.template,
        permissions=tuple(held),
        news=tuple(sorted(set(ships) - set(held) - set(row.seen))),
        holder_count=holder_count,
        version=row.version,
    )
