"""The organisation's pages (组织机构页面): the tree with its staff, one unit with what lies below it and its history."""

from dataclasses import dataclass
from datetime import date

from django.db.models import Count

from qingyuan.kernel.actor import Actor
from qingyuan.kernel.errors import NotFound
from qingyuan.platform.audit.queries import Entry, history
from qingyuan.platform.organisation import queries
from qingyuan.platform.organisation.models import UnitKind
from qingyuan.platform.organisation.queries import Unit
from qingyuan.platform.staff.models import Staff
from qingyuan.platform.staff.queries import reaches

HISTORY_LIMIT = 30


@dataclass(frozen=True, slots=True)
class UnitRow:
    """A unit of the tree. `depth` counts from the topmost unit shown; `staff_count` counts active people at it."""

    unit: Unit
    depth: int
    staff_count: int


@dataclass(frozen=True, slots=True)
class UnitPage:
    """One unit. Names and codes of what lies above are empty where there is nothing, or nothing within reach."""

    unit: Unit
    parent_name: str
    parent_code: str
    company_name: str
    company_code: str
    staff_count: int
    below: tuple[UnitRow, ...]
    history: tuple[Entry, ...]
    may_edit: bool


def units(
    actor: Actor, *, on: date, text: str = "", kind: UnitKind | None = None, with_closed: bool = False
) -> tuple[UnitRow, ...]:
    """The units that organisation.view reaches, in the order of the tree; `text` is part of a code or a name."""
    wanted = text.strip().lower()
    found = [
        one
        for one in queries.units_within_reach(actor, "organisation.view", on=on)
        if (with_closed or one.closed_date is None)
        and (kind is None or one.kind is kind)
        and (not wanted or wanted in one.code.lower() or wanted in one.name.lower() or wanted in one.short_name.lower())
    ]
    return _with_staff(found)


def unit(actor: Actor, code: str, *, on: date) -> UnitPage:
    """One unit for its page. Raises NotFound for one that organisation.view does not reach."""
    reached = reaches(actor, ("organisation.view", "organisation.edit"), on=on)
    seen = {one.id: one for one in queries.units() if reached["organisation.view"].covers(one.id)}
    found = next((one for one in seen.values() if one.code == code), None)
    if found is None:
        raise NotFound(unit=code)
    parent, company = seen.get(found.parent_id or 0), seen.get(found.company_id or 0)
    own, *below = _with_staff([found, *(one for one in seen.values() if one.parent_id == found.id)])
    return UnitPage(
        unit=found,
        parent_name=parent.name if parent else "",
        parent_code=parent.code if parent else "",
        company_name=company.name if company else "",
        company_code=company.code if company else "",
        staff_count=own.staff_count,
        below=tuple(below),
        history=history("org_unit", code, limit=HISTORY_LIMIT),
        may_edit=reached["organisation.edit"].covers(found.id),
    )


def _with_staff(found: list[Unit]) -> tuple[UnitRow, ...]:
    rows = Staff.objects.filter(is_active=True, unit_id__in=[one.id for one in found]).order_by("unit_id")
    counts: dict[int, int] = dict(rows.values("unit_id").annotate(n=Count("id")).values_list("unit_id", "n"))
    least = min((one.depth for one in found), default=0)
    return tuple(UnitRow(one, one.depth - least, counts.get(one.id, 0)) for one in found)
