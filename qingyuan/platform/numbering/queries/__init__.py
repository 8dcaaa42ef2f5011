"""Reads of numbering: where each series stands."""

from dataclasses import dataclass

from qingyuan.kernel.declarations import NumberKind
from qingyuan.platform import registry
from qingyuan.platform.numbering.models import NumberSeries
from qingyuan.platform.numbering.rules.writing import SeriesExhausted, written


@dataclass(frozen=True, slots=True)
class Series:
    """A series at a unit within its scope. `next_text` is empty once its numbers no longer fit the width."""

    kind: NumberKind
    unit_id: int
    unit_name: str
    scope: str
    next_value: int
    next_text: str


def series(unit_ids: frozenset[int]) -> tuple[Series, ...]:
    """The series of these units by kind, unit and scope. The caller names units that the actor reaches."""
    rows = NumberSeries.objects.filter(unit_id__in=unit_ids).select_related("unit")
    return tuple(_series(row) for row in rows.order_by("kind", "unit__path", "scope"))


def _series(row: NumberSeries) -> Series:
    kind = registry.number_kinds.get(row.kind)
    try:
        text = written(kind, row.scope, row.next_value)
    except SeriesExhausted:
        text = ""
    return Series(kind, row.unit_id, row.unit.name, row.scope, row.next_value, text)
