"""How far a person's permission reaches (权限范围): the units and books in which it is held on a day."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date

from django.db.models import Q

from qingyuan.kernel.actor import Actor
from qingyuan.platform import registry
from qingyuan.platform.organisation import queries as organisation
from qingyuan.platform.staff.models import RoleAssignment, RolePermission


@dataclass(frozen=True, slots=True)
class Reach:
    """What a permission covers.

    `everything`: no limit. `unit_ids`: all units it touches. `book_ids`: None when it covers every book of these
    units; else the books (抄表册) named by the assignments that are limited to books, while the units in
    `whole_unit_ids` are covered with all their books. Use `covers` for one row and `condition` for a query.
    """

    everything: bool
    unit_ids: frozenset[int] = frozenset()
    book_ids: frozenset[int] | None = None
    whole_unit_ids: frozenset[int] = field(default=frozenset())

    @property
    def is_empty(self) -> bool:
        return not self.everything and not self.unit_ids

    def covers(self, unit_id: int | None, book_id: int | None = None) -> bool:
        """Whether a row of this unit and book lies inside. A row without a unit is covered by everything alone."""
        if self.everything:
            return True
        if unit_id in self.whole_unit_ids:
            return True
        return unit_id in self.unit_ids and self.book_ids is not None and book_id in self.book_ids

    def condition(self, unit: str = "unit_id", book: str | None = None) -> Q:
        """The same as a filter on the columns `unit` and, for rows that belong to a book, `book`.

        It is an empty Q where everything is reached: use it with `&` only (an empty Q in an `|` counts for nothing).
        """
        if self.everything:
            return Q()
        inside = Q(**{f"{unit}__in": self.whole_unit_ids})
        if book is not None and self.book_ids:
            inside |= Q(**{f"{unit}__in": self.unit_ids, f"{book}__in": self.book_ids})
        return inside


EVERYTHING = Reach(everything=True)
NOTHING = Reach(everything=False)


def reach(actor: Actor, permission: str, *, on: date, company_wide: bool = False) -> Reach:
    """The union over the actor's assignments of `permission` valid on the day; system actors reach everything.

    `company_wide` widens each assignment to its whole company (通收: counter search and payment). Raises LookupError
    for an undeclared permission.
    """
    declared = registry.permissions.get(permission)
    if actor.staff_id is None:
        return EVERYTHING
    held = held_assignments(actor.staff_id, permission=permission, on=on)
    if not held:
        return NOTHING
    if declared.scope_free or any(one.unit.parent_id is None and not _books(one) for one in held):
        return EVERYTHING
    return _union(held, company_wide=company_wide)


def reaches(actor: Actor, permissions: Iterable[str], *, on: date) -> dict[str, Reach]:
    """`reach` of several permissions at once, for a page that asks for many: as many queries as for one."""
    wanted = {code: registry.permissions.get(code) for code in permissions}
    if actor.staff_id is None:
        return dict.fromkeys(wanted, EVERYTHING)
    held = held_assignments(actor.staff_id, on=on)
    roles = {one.role_id for one in held}
    given = set(
        RolePermission.objects.filter(role_id__in=roles, permission__in=list(wanted)).values_list(
            "role_id", "permission"
        )
    )
    trees = organisation.subtree_ids_of_all({one.unit_id for one in held}) if given else {}
    found: dict[str, Reach] = {}
    for code, declared in wanted.items():
        giving = [one for one in held if (one.role_id, code) in given]
        if not giving:
            found[code] = NOTHING
        elif declared.scope_free or any(one.unit.parent_id is None and not _books(one) for one in giving):
            found[code] = EVERYTHING
        else:
            found[code] = _united(giving, {one.pk: one.unit_id for one in giving}, trees, with_books=True)
    return found


def held_assignments(staff_id: int, *, on: date, permission: str | None = None) -> list[RoleAssignment]:
    """The assignments of an active person valid on the day (that give the permission), with unit, role and books."""
    rows = RoleAssignment.objects.filter(
        Q(to_date__isnull=True) | Q(to_date__gt=on), staff_id=staff_id, staff__is_active=True, from_date__lte=on
    )
    if permission is not None:
        rows = rows.filter(role__permissions__permission=permission)
    return list(rows.select_related("unit", "role").prefetch_related("books").order_by("id"))


def _union(held: Collection[RoleAssignment], *, company_wide: bool) -> Reach:
    anchors = {one.pk: (one.unit.company_id or one.unit_id) if company_wide else one.unit_id for one in held}
    trees = organisation.subtree_ids_of_all(anchors.values())
    return _united(held, anchors, trees, with_books=not company_wide)


def _united(
    held: Iterable[RoleAssignment],
    anchors: Mapping[int, int],
    trees: Mapping[int, frozenset[int]],
    *,
    with_books: bool,
) -> Reach:
    """The union of the subtrees (`trees`) of the units (`anchors`, by assignment) at which something is held."""
    whole: set[int] = set()
    partly: set[int] = set()
    books: set[int] = set()
    for one in held:
        named = _books(one) if with_books else frozenset()
        (partly if named else whole).update(trees[anchors[one.pk]])
        books |= named
    return Reach(
        everything=False,
        unit_ids=frozenset(whole | partly),
        book_ids=frozenset(books) if books else None,
        whole_unit_ids=frozenset(whole),
    )


def _books(assignment: RoleAssignment) -> frozenset[int]:
    return frozenset(row.book_id for row in assignment.books.all())
