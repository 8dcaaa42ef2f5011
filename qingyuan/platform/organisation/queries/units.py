"""Reads of the organisation tree (组织机构): a unit, what lies below it, what lies above it."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import OuterRef, QuerySet

from qingyuan.kernel.actor import Actor
from qingyuan.kernel.errors import DomainError, NotFound
from qingyuan.platform import authority
from qingyuan.platform.organisation.models import OrgUnit, UnitKind


class NoCompany(DomainError):
    """The unit lies above all companies (该机构不属于任何水司)."""

    code = "organisation.no_company"


@dataclass(frozen=True, slots=True)
class Unit:
    """A unit of the tree. `company_id` is None only above all companies; `depth` is 0 at the root."""

    id: int
    code: str
    name: str
    short_name: str
    kind: UnitKind
    parent_id: int | None
    company_id: int | None
    is_company: bool
    path: str
    phone: str
    address: str
    closed_date: date | None
    version: int

    @property
    def depth(self) -> int:
        return self.path.count("/") - 1

    @property
    def upward_ids(self) -> tuple[int, ...]:
        """The unit itself, then its parent, and so on up to the root."""
        return ids_of_path(self.path)


def ids_of_path(path: str) -> tuple[int, ...]:
    """The ids of a path, nearest first."""
    return tuple(int(part) for part in reversed(path.strip("/").split("/")))


def as_unit(row: OrgUnit) -> Unit:
    """The frozen row of a model row."""
    return Unit(
        id=row.pk,
        code=row.code,
        name=row.name,
        short_name=row.short_name,
        kind=UnitKind(row.kind),
        parent_id=row.parent_id,
        company_id=row.company_id,
        is_company=row.is_company,
        path=row.path,
        phone=row.phone,
        address=row.address,
        closed_date=row.closed_date,
        version=row.version,
    )


def unit(unit_id: int) -> Unit:
    """One unit. Raises NotFound."""
    row = OrgUnit.objects.filter(pk=unit_id).first()
    if row is None:
        raise NotFound(unit=unit_id)
    return as_unit(row)


def unit_by_code(code: str) -> Unit:
    """One unit by its code. Raises NotFound."""
    row = OrgUnit.objects.filter(code=code).first()
    if row is None:
        raise NotFound(unit=code)
    return as_unit(row)


def units(*, unit_ids: Iterable[int] | None = None) -> tuple[Unit, ...]:
    """All units, or those named, in the order of the tree (siblings by code)."""
    rows = OrgUnit.objects.all() if unit_ids is None else OrgUnit.objects.filter(pk__in=list(unit_ids))
    return _in_tree_order([as_unit(row) for row in rows.order_by("path")])


def units_within_reach(actor: Actor, permission: str, *, on: date) -> tuple[Unit, ...]:
    """The units that the actor's permission reaches, in the order of the tree: the choices of a page."""
    reached = authority.reach(actor, permission, on=on)
    rows = OrgUnit.objects.filter(reached.condition("id")).order_by("path")
    return _in_tree_order([as_unit(row) for row in rows])


def unit_within_reach(actor: Actor, unit_id: int, *, on: date) -> Unit:
    """One unit for its page. Raises NotFound for one that organisation.view does not reach."""
    if not authority.reach(actor, "organisation.view", on=on).covers(unit_id):
        raise NotFound(unit=unit_id)
    return unit(unit_id)


def root() -> Unit | None:
    """The unit above all others, or None in an empty installation."""
    row = OrgUnit.objects.filter(parent__isnull=True).order_by("id").first()
    return None if row is None else as_unit(row)


def companies() -> tuple[Unit, ...]:
    """All companies (水司) by code."""
    return tuple(as_unit(row) for row in OrgUnit.objects.filter(is_company=True).order_by("code"))


def company_of(unit_id: int) -> int:
    """The id of the company at or above the unit. Raises NotFound, and NoCompany above all companies."""
    found = unit(unit_id)
    if found.company_id is None:
        raise NoCompany(unit=found.code)
    return found.company_id


def company_unit(company_id: int) -> Unit:
    """The unit of a company. Raises NotFound where the unit is none."""
    found = unit(company_id)
    if not found.is_company:
        raise NotFound(company=company_id)
    return found


def subtree_ids(unit_id: int) -> frozenset[int]:
    """The ids of the unit and of everything below it, closed units too. Raises NotFound."""
    path = unit(unit_id).path
    return frozenset(OrgUnit.objects.filter(path__startswith=path).values_list("pk", flat=True))


def subtree_ids_of_all(unit_ids: Iterable[int]) -> dict[int, frozenset[int]]:
    """`subtree_ids` of several units at once, by unit; unknown ids have no entry."""
    paths = dict(OrgUnit.objects.values_list("pk", "path"))
    found: dict[int, frozenset[int]] = {}
    for unit_id in set(unit_ids) & paths.keys():
        prefix = paths[unit_id]
        found[unit_id] = frozenset(pk for pk, path in paths.items() if path.startswith(prefix))
    return found


def ids_below(path: OuterRef) -> QuerySet[OrgUnit, Any]:
    """A subquery: the ids of the unit whose path an outer query names, and of everything below it."""
    return OrgUnit.objects.filter(path__startswith=path).values("pk")


def upwards(unit_id: int) -> tuple[int, ...]:
    """The unit's id, then its parent's, up to the root: the order in which parameters are looked up. Raises NotFound."""
    return unit(unit_id).upward_ids


def _in_tree_order(found: list[Unit]) -> tuple[Unit, ...]:
    codes = {one.id: one.code for one in found}
    return tuple(sorted(found, key=lambda one: [codes.get(unit_id, "") for unit_id in reversed(ids_of_path(one.path))]))
