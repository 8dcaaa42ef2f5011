"""Pages of people (员工页面): one person with roles over time, rights with their reach, and history."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from qingyuan.domains.routes.models import Book
from qingyuan.kernel.actor import Actor
from qingyuan.platform import registry
from qingyuan.platform.audit.queries import Entry, history
from qingyuan.platform.organisation import queries as organisation
from qingyuan.platform.organisation.queries import Unit
from qingyuan.platform.staff import queries
from qingyuan.platform.staff.models import RolePermission
from qingyuan.platform.staff.queries import Holding, Person, RoleRow, TokenRow, reaches, tokens_of

HISTORY_LIMIT = 60


@dataclass(frozen=True, slots=True)
class StaffChoices:
    """What the list's filter and the forms offer: units within reach of a permission, and all roles."""

    units: tuple[Unit, ...]
    roles: tuple[RoleRow, ...]


@dataclass(frozen=True, slots=True)
class HeldRole:
    """A role of a person. `book_nos` is empty for all books. `phase` is past, present or future."""

    holding: Holding
    book_nos: tuple[str, ...]
    phase: str
    may_end: bool


@dataclass(frozen=True, slots=True)
class StaffPage:
    """One person, as the header of the page and the tab of roles show it."""

    person: Person
    unit_code: str
    roles: tuple[HeldRole, ...]
    may_edit: bool
    may_assign: bool
    is_self: bool


@dataclass(frozen=True, slots=True)
class Right:
    """A permission that the person holds on the day, and where: role and place of each assignment that gives it."""

    permission: str
    holdings: tuple[HeldRole, ...]


@dataclass(frozen=True, slots=True)
class TokensPage:
    """The person's page with the API tokens, the newest first."""

    page: StaffPage
    tokens: tuple[TokenRow, ...]
    may_revoke: bool


def choices(actor: Actor, *, permission: str, on: date) -> StaffChoices:
    """Open units within reach of the permission, and all roles."""
    units = organisation.units_within_reach(actor, permission, on=on)
    return StaffChoices(tuple(one for one in units if one.closed_date is None), queries.roles())


def staff_page(actor: Actor, login: str, *, on: date) -> StaffPage:
    """One person within the actor's reach of staff.view, or the actor. Raises NotFound."""
    person = queries.person_by_login(actor, login, on=on)
    reached = reaches(actor, ("roles.assign", "staff.edit"), on=on)
    assigning = reached["roles.assign"]
    is_self = person.id == actor.staff_id
    holdings = queries.holdings_of(person.id)
    books = _book_nos(holdings)
    return StaffPage(
        person=person,
        unit_code=organisation.unit(person.unit_id).code,
        roles=tuple(
            HeldRole(
                holding=one,
                book_nos=tuple(books.get(book_id, str(book_id)) for book_id in one.book_ids),
                phase=_phase(one, on),
                may_end=not is_self and assigning.covers(one.unit_id) and (one.to_date is None or one.to_date > on),
            )
            for one in holdings
        ),
        may_edit=reached["staff.edit"].covers(person.unit_id),
        may_assign=not is_self and assigning.covers(person.unit_id) and person.is_active,
        is_self=is_self,
    )


def tokens_page(actor: Actor, login: str, *, on: date) -> TokensPage:
    """`staff_page` with the person's API tokens. Raises NotFound."""
    page = staff_page(actor, login, on=on)
    may_revoke = reaches(actor, ("roles.assign",), on=on)["roles.assign"].covers(page.person.unit_id)
    return TokensPage(page, tokens_of(page.person.id, on=on), may_revoke)


def rights_of(page: StaffPage, *, on: date) -> tuple[Right, ...]:
    """What the person of the page may do on the day: each permission with the roles and places that give it, by code."""
    present = [one for one in page.roles if one.holding.is_valid(on)] if page.person.is_active else []
    codes = {one.holding.role_code for one in present}
    given: dict[str, set[str]] = {}
    for role_code, permission in RolePermission.objects.filter(role__code__in=codes).values_list(
        "role__code", "permission"
    ):
        given.setdefault(permission, set()).add(role_code)
    return tuple(
        Right(permission, tuple(one for one in present if one.holding.role_code in given[permission]))
        for permission in sorted(given)
        if permission in registry.permissions.all()
    )


def staff_history(page: StaffPage) -> tuple[Entry, ...]:
    """What was done to the person of the page, newest first."""
    return history("staff", page.person.login, limit=HISTORY_LIMIT)


def _phase(one: Holding, on: date) -> str:
    if one.is_valid(on):
        return "present"
    return "future" if one.from_date > on and (one.to_date is None or one.to_date > one.from_date) else "past"


def _book_nos(holdings: Iterable[Holding]) -> dict[int, str]:
    wanted = {book_id for one in holdings for book_id in one.book_ids}
    return dict(Book.objects.filter(pk__in=wanted).values_list("pk", "book_no")) if wanted else {}
