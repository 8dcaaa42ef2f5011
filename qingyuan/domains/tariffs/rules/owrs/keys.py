"""Keys of maps (映射键): `3/4"|inside_city` as one value per dimension, and sizes of meters in their several spellings."""

import re
from collections.abc import Sequence
from functools import cache

from qingyuan.domains.tariffs.rules.owrs.source import METER_SIZE

_WHOLE = re.compile(r"\d{1,3}", re.ASCII)
_PART = re.compile(r"\d{1,2}/\d{1,2}\s*\"?", re.ASCII)
_MIXED = re.compile(r"(\d{1,3})[\s_|-]+(\d{1,2}/\d{1,2})", re.ASCII)


@cache
def canonical(dimension: str, value: str) -> str:
    """The value as it is compared: 1|1/2", 1_1/2" and 1 1/2" are one meter size; others are as written."""
    value = value.strip()
    if dimension != METER_SIZE:
        return value
    return re.sub(r"\s*\"$", '"', _MIXED.sub(r"\1 \2", value))


def split_key(key: str, dimensions: Sequence[str]) -> tuple[str, ...] | None:
    """One canonical value per dimension; None when the key does not have that many, or could be read in two ways.

    The bar separates dimensions, but the files also write it inside a size: 1|1/2".
    """
    parts = [part.strip() for part in key.split("|")]
    readings = {
        tuple(canonical(dimension, value) for dimension, value in zip(dimensions, reading, strict=True))
        for reading in _readings(parts, len(dimensions))
        if all(
            dimension == METER_SIZE or "|" not in value for dimension, value in zip(dimensions, reading, strict=True)
        )
    }
    return readings.pop() if len(readings) == 1 else None


def written_size(key: str, dimensions: Sequence[str]) -> str:
    """The meter size as this key writes it."""
    wanted = (split_key(key, dimensions) or ())[dimensions.index(METER_SIZE)]
    for reading in _readings([part.strip() for part in key.split("|")], len(dimensions)):
        value = reading[dimensions.index(METER_SIZE)]
        if canonical(METER_SIZE, value) == wanted:
            return value
    return wanted


def _readings(parts: list[str], wanted: int) -> list[list[str]]:
    """The ways to have `wanted` values of the parts, joining `1` and `1/2"` that stand side by side."""
    if len(parts) == wanted:
        return [parts]
    if len(parts) != wanted + 1:
        return []
    return [
        [*parts[:at], f"{parts[at]}|{parts[at + 1]}", *parts[at + 2 :]]
        for at in range(len(parts) - 1)
        if _WHOLE.fullmatch(parts[at]) and _PART.fullmatch(parts[at + 1])
    ]
