"""What an audit entry says of a change (变更前后): the fields that differ, in a form that JSON holds exactly."""

from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from enum import Enum

Fields = dict[str, object]


def differing(
    before: Mapping[str, object] | None, after: Mapping[str, object] | None
) -> tuple[Fields | None, Fields | None]:
    """Both sides reduced to the fields that are not equal; a side that is None (made, removed) leaves the other whole."""
    old = None if before is None else {name: plain(value) for name, value in before.items()}
    new = None if after is None else {name: plain(value) for name, value in after.items()}
    if old is None or new is None:
        return old, new
    names = [name for name in {**old, **new} if (name in old) != (name in new) or old.get(name) != new.get(name)]
    return {name: old[name] for name in names if name in old}, {name: new[name] for name in names if name in new}


def plain(value: object) -> object:
    """The value as JSON holds it: decimals and dates as text, sets sorted. Raises TypeError for anything else."""
    if value is None or isinstance(value, bool | int) or type(value) is str:
        return value
    if isinstance(value, Enum):
        return plain(value.value)
    if isinstance(value, str):
        return str(value)
    if isinstance(value, Decimal):
        return format(value, "f")
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, Mapping):
        return {str(name): plain(inner) for name, inner in value.items()}
    if isinstance(value, set | frozenset):
        return sorted((plain(inner) for inner in value), key=str)
    if isinstance(value, list | tuple):
        return [plain(inner) for inner in value]
    raise TypeError(f"an audit entry cannot hold a {type(value).__name__}")
