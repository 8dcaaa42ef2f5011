"""Where on the sheet a complaint about the file belongs (错误定位): `charges[2].price[1]` → `charge-1-price-0`. Pure."""

import re
from collections.abc import Collection

from qingyuan.domains.tariffs.rules.nodes import FileProblem

_INDEX = re.compile(r"\[(\d+)\]")
_CHARGE = re.compile(r"charges\[(\d+)\](?:\.(.+))?")
_SECTIONS = {
    "effective.from": "from",
    "effective.to": "to",
    "tiers.limits": "limit",
    "household.extra_per_person": "extra",
    "household.limits_per_person": "head",
    "household.change": "household_change",
    "volume.scale": "volume_scale",
    "volume.rounding": "volume_rounding",
    "volume.carry": "volume_carry",
    "minimum.volume": "minimum_value",
    "minimum.amount": "minimum_value",
    "minimum.per": "minimum_per",
    "transition.method": "transition",
}
_IN_CHARGE = {
    "volume_factor": "factor",
    "price.base": "base",
    "price.multiples": "multiple",
    "fixed.by_calibre": "calibres",
    "percent_of": "of",
    "percent_of.items": "of",
    "percent_of.rate": "rate",
    "tax.rate": "tax_rate",
    "tax.treatment": "tax",
}


def field_of(problem: FileProblem, fields: Collection[str]) -> str | None:
    """The sheet's field that the complaint is about; None when it is about what has no field."""
    place = problem.place.strip("/")
    missing = problem.params.get("key") if problem.code.endswith("missing_key") else None
    candidates = [f"{place}.{missing}".strip("."), place] if missing else [place]
    for candidate in candidates:
        for name in _names(candidate):
            if name in fields:
                return name
    return None


def _names(place: str) -> list[str]:
    """From the nearest field to the farthest: with its number, then the first of its row, then the row's own name."""
    charge = _CHARGE.fullmatch(place)
    if charge is None:
        return [*_in_row("", place, _SECTIONS), place.rpartition(".")[2], place.partition(".")[0]]
    prefix = f"charge-{int(charge[1]) - 1}-"
    inner = charge[2] or ""
    nearest = _in_row(prefix, inner, _IN_CHARGE)
    if inner.startswith("fixed.by_calibre"):
        nearest.append(f"{prefix}calibres")
    return [*nearest, prefix + inner.rpartition(".")[2], f"{prefix}shape" if not inner else "", f"{prefix}item"]


def _in_row(prefix: str, place: str, known: dict[str, str]) -> list[str]:
    number = _INDEX.search(place)
    bare = _INDEX.sub("", place)
    name = prefix + known.get(bare, bare)
    return [f"{name}-{int(number[1]) - 1}", name] if number else [name, f"{name}-0"]
