"""Pages of parameters (参数页面): the register at a unit, one parameter with its history."""

from dataclasses import dataclass
from datetime import date

from qingyuan.kernel.actor import Actor
from qingyuan.kernel.declarations import Parameter
from qingyuan.kernel.errors import NotFound
from qingyuan.platform import registry
from qingyuan.platform.organisation import queries as organisation
from qingyuan.platform.organisation.queries import Unit
from qingyuan.platform.parameters import queries
from qingyuan.platform.parameters.queries import Change, Line
from qingyuan.platform.staff.queries import reach


@dataclass(frozen=True, slots=True)
class Place:
    """The unit at which parameters are looked at, and the others that could be: all within reach of parameters.view."""

    unit: Unit
    units: tuple[Unit, ...]


@dataclass(frozen=True, slots=True)
class ParameterPage:
    """One parameter at one unit. `editable` are the units at which it may be set."""

    place: Place
    line: Line
    history: tuple[Change, ...]
    editable: tuple[Unit, ...]
    may_edit_all: bool


def place(actor: Actor, code: str, *, on: date) -> Place:
    """The unit with this code, or (empty) the actor's company, else the first within reach. Raises NotFound."""
    units = organisation.units_within_reach(actor, "parameters.view", on=on)
    by_code = {one.code: one for one in units}
    by_id = {one.id: one for one in units}
    found = by_code.get(code) if code else by_id.get(actor.company_id or 0, next(iter(units), None))
    if found is None:
        raise NotFound(unit=code)
    return Place(found, tuple(one for one in units if one.closed_date is None))


def register(actor: Actor, unit: Unit, *, on: date) -> tuple[Line, ...]:
    """Every declared parameter as it is in force at the unit. Raises NotFound outside the reach of parameters.view."""
    return queries.page(actor, unit.id, on=on)


def parameter(actor: Actor, code: str, unit_code: str, *, on: date) -> ParameterPage:
    """One parameter at a unit. Raises NotFound for an unknown code or a unit outside the reach."""
    declared(code)
    here = place(actor, unit_code, on=on)
    line = next(one for one in queries.page(actor, here.unit.id, on=on) if one.parameter.code == code)
    editing = reach(actor, "parameters.edit", on=on)
    top = organisation.root()
    return ParameterPage(
        place=here,
        line=line,
        history=queries.history(actor, code, here.unit.id, on=on),
        editable=tuple(one for one in here.units if editing.covers(one.id)),
        may_edit_all=top is not None and editing.covers(top.id),
    )


def declared(code: str) -> Parameter:
    """The parameter of this code. Raises NotFound."""
    found = registry.parameters.all().get(code)
    if found is None:
        raise NotFound(parameter=code)
    return found
