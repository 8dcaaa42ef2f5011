"""What has to be chosen to price an account of a class (可选组合): the dimensions of its maps, and facts of the account."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from math import prod

from qingyuan.domains.tariffs.rules.owrs.formula import NotFormula, names_of, parse_formula
from qingyuan.domains.tariffs.rules.owrs.keys import canonical, split_key
from qingyuan.domains.tariffs.rules.owrs.refusal import refuse
from qingyuan.domains.tariffs.rules.owrs.source import METER_SIZE, Field, Listed, Mapped, Written
from qingyuan.domains.tariffs.rules.owrs.tiers import rate_type, tier_names

MOST = 500
_PARTS = ("tier_starts", "tier_prices", "budget")


@dataclass(frozen=True, slots=True)
class Needs:
    """The dimensions that the bill of a class reaches, each with its values as the maps name them, and open facts."""

    dimensions: Mapping[str, tuple[str, ...]]
    facts: tuple[str, ...]
    reached: frozenset[str]
    """Names of the class that the bill reaches."""


def needs_of(fields: Mapping[str, Field], usages: frozenset[str]) -> Needs:
    """Everything that `bill` reaches, over all branches of all maps."""
    dimensions: dict[str, dict[str, None]] = {}
    facts: dict[str, None] = {}
    reached: set[str] = set()
    waiting = ["bill"]
    while waiting:
        name = waiting.pop()
        if name in reached or name in usages:
            continue
        field = fields.get(name)
        if field is None:
            facts.setdefault(name)
            continue
        reached.add(name)
        if isinstance(field, Mapped):
            for dimension in field.depends_on:
                own = fields.get(dimension)
                if isinstance(own, Written) and own.text:
                    reached.add(dimension)
                else:
                    dimensions.setdefault(dimension, {})
            _add_values(dimensions, field)
        waiting += [other for text in _texts(field) for other in _names_in(name, text, fields)]
    for dimension in dimensions:
        facts.pop(dimension, None)
    return Needs({name: tuple(values) for name, values in dimensions.items()}, tuple(facts), frozenset(reached))


def combinations(
    needs: Needs, given: Mapping[str, Sequence[str]], *, per_size: bool, place: str, line: int
) -> list[dict[str, str]]:
    """The choices to write a plan for, in the order of the file; `given` narrows them. Raises OwrsRefused.

    A meter size that was not given stays open unless `per_size`: fixed fees then have one price per size.
    """
    ways: dict[str, Sequence[str]] = {}
    for dimension, known in needs.dimensions.items():
        wanted = [canonical(dimension, value) for value in given.get(dimension, ())]
        for value in wanted:
            if value not in known:
                raise refuse(line, place, "choice_unknown", name=dimension, value=value, known=", ".join(known)[:200])
        if wanted or dimension != METER_SIZE or per_size:
            ways[dimension] = wanted or known
    for name in needs.facts:
        if name in given:
            ways[name] = tuple(given[name])
    if prod(len(values) for values in ways.values()) > MOST:
        raise refuse(line, place, "too_many", most=MOST, names=", ".join(ways))
    return [dict(zip(ways, values, strict=True)) for values in product(*ways.values())]


def refuse_odd_keys(fields: Mapping[str, Field], needs: Needs, place: str) -> None:
    """Raises OwrsRefused for a key, of a map that the bill reaches, without exactly one value per dimension."""
    for name in fields:
        field = fields[name]
        if name in needs.reached and isinstance(field, Mapped):
            for key, value in field.values.items():
                if split_key(key, field.depends_on) is None:
                    wanted = " | ".join(field.depends_on)
                    raise refuse(value.line, f"{place}.{name}.values.{key}", "key_parts", wanted=wanted)


def _add_values(dimensions: dict[str, dict[str, None]], field: Mapped) -> None:
    for key in field.values:
        split = split_key(key, field.depends_on)
        for dimension, value in zip(field.depends_on, split or (), strict=False):
            if dimension in dimensions:
                dimensions[dimension].setdefault(value)


def _texts(field: Field) -> Iterator[str]:
    if isinstance(field, Mapped):
        for value in field.values.values():
            yield from _texts(value)
    elif isinstance(field, Listed):
        yield from (each.text for each in field.values if each.text)
    elif field.text:
        yield field.text


def _names_in(owner: str, text: str, fields: Mapping[str, Field]) -> Iterator[str]:
    """The names that a value leads to; a value that is no formula leads nowhere and is refused when it is worked out."""
    if rate_type(text) is not None:
        yield from (name for part in _PARTS for name in tier_names(owner, part) if name in fields)
        return
    if text.endswith("%"):
        return
    stem = text.lower()
    if stem in ("indoor", "outdoor") and text not in fields:
        yield from (name for name in (stem, f"{stem}_commodity") if name in fields)
        if not any(name in fields for name in (stem, f"{stem}_commodity")):
            yield text
        return
    try:
        yield from names_of(parse_formula(text))
    except NotFormula:
        return
