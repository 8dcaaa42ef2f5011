"""Drawing numbers (取号). A number that is drawn in a transaction that fails is drawn again: no gaps."""

from datetime import date

from qingyuan.platform import registry
from qingyuan.platform.locking.door import hold
from qingyuan.platform.locking.rank import Rank
from qingyuan.platform.numbering.models import NumberSeries
from qingyuan.platform.numbering.rules.writing import Block, DrawnNumber, scope_of, written


def draw(*, kind: str, unit_id: int, on: date) -> DrawnNumber:
    """The next number of the kind at the unit in the caller's transaction, which holds the series until it ends.

    Locks rank NUMBER_SERIES, the last: draw late. Raises SeriesExhausted; LookupError for an undeclared kind and
    NoTransactionError outside a transaction (programming errors).
    """
    block = reserve(kind=kind, unit_id=unit_id, on=on, count=1)
    return DrawnNumber(number=block.first, text=block.text_of(block.first))


def reserve(*, kind: str, unit_id: int, on: date, count: int) -> Block:
    """`count` consecutive numbers at once, under one lock. Raises as `draw`, and ValueError for count < 1."""
    if count < 1:
        raise ValueError(f"a block of {count} numbers")
    declared = registry.number_kinds.get(kind)
    scope = scope_of(declared, on)
    series_id = _series_id(kind, unit_id, scope)
    hold(Rank.NUMBER_SERIES, NumberSeries, [series_id])
    series = NumberSeries.objects.get(pk=series_id)
    first = series.next_value
    written(declared, scope, first + count - 1)  # refuses a block that does not fit
    NumberSeries.objects.filter(pk=series_id).update(next_value=first + count)
    return Block(kind=declared, scope=scope, first=first, count=count)


def _series_id(kind: str, unit_id: int, scope: str) -> int:
    """The row of the series, made if it is not there; of several makers at once one makes it."""
    wanted = {"kind": kind, "unit_id": unit_id, "scope": scope}
    found = NumberSeries.objects.filter(**wanted).values_list("pk", flat=True).first()
    if found is None:
        NumberSeries.objects.bulk_create([NumberSeries(**wanted)], ignore_conflicts=True)
        found = NumberSeries.objects.values_list("pk", flat=True).get(**wanted)
    return found
