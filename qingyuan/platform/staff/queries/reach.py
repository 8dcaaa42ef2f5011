"""How far a person's permission reaches (权限范围): the units and books in which it is held on a day."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date

from django.db.models import Q

from qingyuan.kernel.actor import Actor
from qingyuan.platform import registry
from qingyuan.platform.organisation import queries as organisation
from qingyuan.platform.staff.queries.held import Held, held_assignments


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
    for an undeclared permission. One query, one more for `company_wide`.
    """
    declared = registry.permissions.get(permission)
    if actor.staff_id is None:
        return EVERYTHING
    held: Sequence[Held] = held_assignments(actor.staff_id, permission=permission, on=on)
    if company_wide and held:
        companies = organisation.subtree_ids_of_all(one.company_id or one.unit_id for one in held)
        held = [replace(one, subtree=companies[one.company_id or one.unit_id], book_ids=frozenset()) for one in held]
    return _united(held, scope_free=declared.scope_free)


def reaches(actor: Actor, permissions: Iterable[str], *, on: date) -> dict[str, Reach]:
    """`reach` of several permissions at once, for a page that asks for many: one query."""
    wanted = {code: registry.permissions.get(code) for code in permissions}
    if actor.staff_id is None:
        return dict.fromkeys(wanted, EVERYTHING)
    held = held_assignments(actor.staff_id, on=on)
    return {
        code: _united([one for one in held if code in one.permissions], scope_free=declared.scope_free)
        for code, declared in wanted.items()
    }


def _united(held: Sequence[Held], *, scope_free: bool) -> Reach:
    """The union of what the assignments reach."""
    if not held:
        return NOTHING
    if scope_free or any(one.is_root and not one.book_ids for one in held):
        return EVERYTHING
    whole: set[int] = set()
    partly: set[int] = set()
    books: set[int] = set()
    for one in held:
        (partly if one.book_ids else whole).update(one.subtree)
        books |= one.book_ids
    return Reach(
        everything=False,
        unit_ids=frozenset(whole | partly),
        book_ids=frozenset(books) if books else None,
        whole_unit_ids=frozenset(whole),
    )
