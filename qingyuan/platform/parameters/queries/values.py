"""The value of a parameter in force at a unit on a day (参数取值): the nearest unit upwards, its newest row."""

import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db import connection

from qingyuan.kernel.declarations import Parameter, ParameterType, ParameterValue
from qingyuan.kernel.errors import NotFound
from qingyuan.platform import registry
from qingyuan.platform.organisation import queries as organisation
from qingyuan.platform.parameters.models import ParameterValue as Row
from qingyuan.platform.parameters.rules.values import restored


@dataclass(frozen=True, slots=True)
class InForce:
    """A value, and where it comes from: a row at a unit (None: the whole installation), or the default (no from_date)."""

    value: ParameterValue
    unit_id: int | None
    from_date: date | None

    @property
    def is_default(self) -> bool:
        return self.from_date is None


def value(code: str, *, unit_id: int | None, on: date) -> ParameterValue:
    """The value in force. Raises NotFound for an unknown unit, LookupError for an undeclared parameter."""
    return in_force(code, unit_id=unit_id, on=on).value


def boolean(code: str, *, unit_id: int | None, on: date) -> bool:
    """The value of a BOOLEAN parameter. Raises as `value`, and LookupError for a parameter of another type."""
    found = _of_type(code, (ParameterType.BOOLEAN,), unit_id, on)
    assert isinstance(found, bool)
    return found


def integer(code: str, *, unit_id: int | None, on: date) -> int:
    """The value of an INTEGER parameter. Raises as `boolean`."""
    found = _of_type(code, (ParameterType.INTEGER,), unit_id, on)
    assert isinstance(found, int)
    return found


def decimal(code: str, *, unit_id: int | None, on: date) -> Decimal:
    """The value of a DECIMAL parameter. Raises as `boolean`."""
    found = _of_type(code, (ParameterType.DECIMAL,), unit_id, on)
    assert isinstance(found, Decimal)
    return found


def text(code: str, *, unit_id: int | None, on: date) -> str:
    """The value of a TEXT or CHOICE parameter. Raises as `boolean`."""
    found = _of_type(code, (ParameterType.TEXT, ParameterType.CHOICE), unit_id, on)
    assert isinstance(found, str)
    return found


def several(codes: Collection[str], *, unit_id: int | None, on: date) -> Mapping[str, ParameterValue]:
    """The values in force of several parameters at one unit. One query, however many. Raises as `value`."""
    upwards, found = _begun(codes, unit_id, on)
    return {code: nearest(registry.parameters.get(code), kept, upwards).value for code, kept in found.items()}


def at_units(code: str, *, unit_ids: Collection[int], on: date) -> Mapping[int, ParameterValue]:
    """The value in force of one parameter at each of the units; unknown units are left out. One query. Raises LookupError
    for an undeclared parameter.
    """
    parameter = registry.parameters.get(code)
    found: dict[int, list[tuple[int | None, date, object]]] = {}
    upwards: dict[int, tuple[int, ...]] = {}
    with connection.cursor() as cursor:
        cursor.execute(_BEGUN, {"codes": [code], "on": on, "units": list(unit_ids)})
        for unit_id, path, known, at_unit, from_date, kept in cursor.fetchall():
            upwards[unit_id] = organisation.ids_of_path(path)
            rows = found.setdefault(unit_id, [])
            if known is not None:
                rows.append((at_unit, from_date, json.loads(kept)))
    return {unit_id: nearest(parameter, rows, upwards[unit_id]).value for unit_id, rows in found.items()}


def in_force(code: str, *, unit_id: int | None, on: date) -> InForce:
    """The value in force and where it comes from. One query. Raises as `value`."""
    parameter = registry.parameters.get(code)
    upwards, found = _begun([code], unit_id, on)
    return nearest(parameter, found[code], upwards)


_BEGUN = """
    SELECT u.id, u.path, p.code, p.unit_id, p.from_date, p.value::text
      FROM org_unit u
      LEFT JOIN parameter_value p ON p.code = ANY(%(codes)s) AND p.from_date <= %(on)s
           AND (p.unit_id IS NULL OR p.unit_id = ANY(string_to_array(trim('/' FROM u.path), '/')::bigint[]))
     WHERE u.id = ANY(%(units)s::bigint[])
"""


def _begun(
    codes: Collection[str], unit_id: int | None, on: date
) -> tuple[tuple[int, ...], dict[str, list[tuple[int | None, date, object]]]]:
    """The unit with those above it, and the rows of each parameter that have begun there. Parameters are asked for all
    the time, so that the unit's place and its rows come in one query.
    """
    found: dict[str, list[tuple[int | None, date, object]]] = {code: [] for code in codes}
    if unit_id is None:
        for row in Row.objects.filter(unit_id__isnull=True, code__in=found, from_date__lte=on):
            found[row.code].append((None, row.from_date, row.value))
        return (), found
    with connection.cursor() as cursor:
        cursor.execute(_BEGUN, {"codes": list(found), "on": on, "units": [unit_id]})
        rows = cursor.fetchall()
    if not rows:
        raise NotFound(unit=unit_id)
    for _id, _path, code, at_unit, from_date, kept in rows:
        if code is not None:
            found[code].append((at_unit, from_date, json.loads(kept)))
    return organisation.ids_of_path(rows[0][1]), found


def nearest(parameter: Parameter, rows: list[tuple[int | None, date, object]], upwards: tuple[int, ...]) -> InForce:
    """Of the rows (unit, from, kept value) already in force, the newest of the nearest unit; else the default."""
    ranks: dict[int | None, int] = {unit: place for place, unit in enumerate(upwards)}
    ranks[None] = len(upwards)
    best = min(rows, key=lambda row: (ranks[row[0]], -row[1].toordinal()), default=None)
    if best is None:
        default = parameter.default
        is_decimal = parameter.type is ParameterType.DECIMAL
        return InForce(Decimal(default) if is_decimal else default, None, None)
    return InForce(restored(parameter, best[2]), best[0], best[1])


def _of_type(code: str, types: tuple[ParameterType, ...], unit_id: int | None, on: date) -> ParameterValue:
    if registry.parameters.get(code).type not in types:
        raise LookupError(f"parameter {code} is not {' or '.join(types)}")
    return value(code, unit_id=unit_id, on=on)
