"""The parameters of a unit as their page shows them (参数页): value in force, where it comes from, what comes next."""

from dataclasses import dataclass
from datetime import date

from django.db.models import Q

from qingyuan.kernel.actor import Actor
from qingyuan.kernel.declarations import Parameter, ParameterValue
from qingyuan.kernel.errors import NotFound
from qingyuan.platform import registry
from qingyuan.platform.organisation import queries as organisation
from qingyuan.platform.parameters.models import ParameterValue as Row
from qingyuan.platform.parameters.queries.values import InForce, nearest
from qingyuan.platform.parameters.rules.values import restored
from qingyuan.platform.staff.queries import reach


@dataclass(frozen=True, slots=True)
class Change:
    """A row of a parameter at a unit (None: the whole installation): its value from a date on."""

    row_id: int
    unit_id: int | None
    unit_name: str
    from_date: date
    value: ParameterValue
    reason: str


@dataclass(frozen=True, slots=True)
class Line:
    """A parameter at one unit. `from_unit_name` is empty for the default; `following` is the next change that tells."""

    parameter: Parameter
    in_force: InForce
    from_unit_name: str
    following: Change | None

    @property
    def area(self) -> str:
        """The first part of the code, by which the page groups."""
        return self.parameter.code.partition(".")[0]


def page(actor: Actor, unit_id: int, *, on: date) -> tuple[Line, ...]:
    """All declared parameters as they are in force at the unit on the day, by code.

    Raises NotFound for a unit that the actor's parameters.view does not reach.
    """
    if not reach(actor, "parameters.view", on=on).covers(unit_id):
        raise NotFound(unit=unit_id)
    upwards = organisation.upwards(unit_id)
    rows = _rows(upwards)
    return tuple(
        _line(registry.parameters.get(code), [row for row in rows if row.code == code], upwards, on)
        for code in sorted(registry.parameters.all())
    )


def history(actor: Actor, code: str, unit_id: int, *, on: date) -> tuple[Change, ...]:
    """Every row of a parameter at the unit and above it, newest first. Raises NotFound as `page`."""
    if not reach(actor, "parameters.view", on=on).covers(unit_id):
        raise NotFound(unit=unit_id)
    parameter = registry.parameters.get(code)
    rows = [row for row in _rows(organisation.upwards(unit_id)) if row.code == code]
    return tuple(_change(parameter, row) for row in reversed(rows))


def _rows(upwards: tuple[int, ...]) -> list[Row]:
    found = Row.objects.filter(Q(unit_id__in=upwards) | Q(unit_id__isnull=True)).select_related("unit")
    return list(found.order_by("from_date", "id"))


def _line(parameter: Parameter, rows: list[Row], upwards: tuple[int, ...], on: date) -> Line:
    begun = [(row.unit_id, row.from_date, row.value) for row in rows if row.from_date <= on]
    current = nearest(parameter, begun, upwards)
    names = {row.unit_id: _unit_name(row) for row in rows}
    return Line(
        parameter=parameter,
        in_force=current,
        from_unit_name="" if current.is_default else names[current.unit_id],
        following=next(
            (_change(parameter, row) for row in rows if row.from_date > on and _tells(row, current, upwards)), None
        ),
    )


def _tells(row: Row, current: InForce, upwards: tuple[int, ...]) -> bool:
    """Whether a coming row will be looked at: it is not hidden by the one in force at a nearer unit."""
    places = {unit: place for place, unit in enumerate(upwards)}
    coming = places.get(row.unit_id or 0, len(upwards))
    present = len(upwards) + 1 if current.is_default else places.get(current.unit_id or 0, len(upwards))
    return coming <= present


def _change(parameter: Parameter, row: Row) -> Change:
    return Change(
        row_id=row.pk,
        unit_id=row.unit_id,
        unit_name=_unit_name(row),
        from_date=row.from_date,
        value=restored(parameter, row.value),
        reason=row.reason,
    )


def _unit_name(row: Row) -> str:
    """Empty for the whole installation: the page says it in words."""
    return row.unit.name if row.unit else ""
