"""Which roles a person holds on a day, where, and what they allow (任职): what every question of permission is answered from.

A page asks it many times, for the menu, its buttons and each of its reads: `asked_once` lets it go to the database once.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import date

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import OuterRef, Q

from qingyuan.platform.organisation import queries as organisation
from qingyuan.platform.staff.models import RoleAssignment, RoleAssignmentBook, RolePermission


@dataclass(frozen=True, slots=True)
class Held:
    """An assignment in force: the role and its permissions, the unit with its subtree, the books it is limited to.

    No books: no limit.
    """

    role_code: str
    permissions: frozenset[str]
    unit_id: int
    company_id: int | None
    is_root: bool
    subtree: frozenset[int]
    book_ids: frozenset[int]


_answers: ContextVar[dict[tuple[int, date], tuple[Held, ...]] | None] = ContextVar("held assignments", default=None)


@contextmanager
def asked_once() -> Iterator[None]:
    """Inside the block `held_assignments` keeps its answers. For one request that only reads: nothing outlives it.

    What writes must not stand inside: it would be judged by what was held before.
    """
    token = _answers.set({})
    try:
        yield
    finally:
        _answers.reset(token)


def held_assignments(staff_id: int, *, on: date, permission: str | None = None) -> tuple[Held, ...]:
    """The assignments of an active person valid on the day (that give the permission), in the order they were given.

    One query; none where `asked_once` has the answer.
    """
    answers = _answers.get()
    if answers is None:
        return _asked(staff_id, on=on, permission=permission)
    if (staff_id, on) not in answers:
        answers[staff_id, on] = _asked(staff_id, on=on, permission=None)
    held = answers[staff_id, on]
    return held if permission is None else tuple(one for one in held if permission in one.permissions)


def _asked(staff_id: int, *, on: date, permission: str | None) -> tuple[Held, ...]:
    rows = RoleAssignment.objects.filter(
        Q(to_date__isnull=True) | Q(to_date__gt=on), staff_id=staff_id, staff__is_active=True, from_date__lte=on
    )
    if permission is not None:
        rows = rows.filter(role__permissions__permission=permission)
    found = rows.order_by("id").values_list(
        "role__code",
        ArraySubquery(RolePermission.objects.filter(role_id=OuterRef("role_id")).values("permission")),
        "unit_id",
        "unit__company_id",
        "unit__parent_id",
        ArraySubquery(organisation.ids_below(OuterRef("unit__path"))),
        ArraySubquery(RoleAssignmentBook.objects.filter(assignment_id=OuterRef("pk")).values("book_id")),
    )
    return tuple(
        Held(role_code, frozenset(codes), unit_id, company_id, parent_id is None, frozenset(below), frozenset(book_ids))
        for role_code, codes, unit_id, company_id, parent_id, below, book_ids in found
    )
