"""An OWRS file read (读取 OWRS 文件): its metadata, and the fields of each customer class as they are written.

Values stay the text that stands in the file, each with its line, so that 3.30 is never a float and every refusal can
name its place.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from fractions import Fraction

import yaml

from qingyuan.domains.tariffs.rules.nodes import TariffFileInvalid, compose, is_null, shown
from qingyuan.domains.tariffs.rules.owrs.refusal import OwrsRefused, refuse
from qingyuan.domains.tariffs.rules.plan import VolumeUnit

METER_SIZE = "meter_size"
_SPOKEN_FOR = ("metadata", "rate_structure", "author_info")
_FREQUENCIES = {
    "monthly": 1,
    "everymonth": 1,
    "bimonthly": 2,
    "everytwomonths": 2,
    "everyothermonth": 2,
    "quarterly": 3,
    "semiannually": 6,
    "semiannual": 6,
    "annually": 12,
    "annual": 12,
    "yearly": 12,
}
_UNITS = {
    "": (VolumeUnit.CCF, 1),
    "ccf": (VolumeUnit.CCF, 1),
    "hcf": (VolumeUnit.CCF, 1),
    "cf": (VolumeUnit.CCF, 100),
    "cubicfeet": (VolumeUnit.CCF, 100),
    "kgal": (VolumeUnit.KGAL, 1),
    "tgal": (VolumeUnit.KGAL, 1),
    "gal": (VolumeUnit.KGAL, 1000),
    "gallon": (VolumeUnit.KGAL, 1000),
    "gallons": (VolumeUnit.KGAL, 1000),
    "m3": (VolumeUnit.M3, 1),
    "cubicmeter": (VolumeUnit.M3, 1),
    "cubicmetre": (VolumeUnit.M3, 1),
    "kl": (VolumeUnit.M3, 1),
    "kiloliter": (VolumeUnit.M3, 1),
    "kilolitre": (VolumeUnit.M3, 1),
}
_ISO = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})", re.ASCII)
_AMERICAN = re.compile(r"(\d{1,2})[/-](\d{1,2})[/-](\d{4})", re.ASCII)


@dataclass(frozen=True, slots=True)
class Written:
    """One value as it is written, None where nothing stands."""

    text: str | None
    line: int


@dataclass(frozen=True, slots=True)
class Listed:
    """A list of values, such as the starts of tiers."""

    values: tuple[Written, ...]
    line: int


@dataclass(frozen=True, slots=True)
class Mapped:
    """A map: its value depends on facts of the account. `values` by the key's text, in the file's order."""

    depends_on: tuple[str, ...]
    values: Mapping[str, Written | Listed]
    line: int


Field = Written | Listed | Mapped


@dataclass(frozen=True, slots=True)
class OwrsFile:
    """What is true for all classes. `per_unit`: how many of the file's units make one of the plan's."""

    utility: str
    effective: date
    cycle_months: int | None
    frequency: str
    unit: VolumeUnit
    unit_text: str
    per_unit: Fraction
    link: str
    classes: Mapping[str, yaml.Node]
    left_out: tuple[str, ...]


def read_file(text: str, *, effective: date | None = None, utility: str = "") -> OwrsFile:
    """The file. `effective` stands in for its own date, `utility` for a name it lacks. Raises OwrsRefused."""
    try:
        root = compose(text)
    except TariffFileInvalid as invalid:
        raise OwrsRefused(invalid.problems[0]) from invalid
    sections = mapping(root, "")
    metadata_node = sections.get("metadata")
    metadata = mapping(metadata_node, "metadata") if not is_null(metadata_node) and metadata_node is not None else {}
    structure = sections.get("rate_structure")
    if structure is None or is_null(structure):
        raise refuse(root, "rate_structure", "missing_section")
    classes = mapping(structure, "rate_structure")
    if not classes:
        raise refuse(structure, "rate_structure", "missing_section")
    unit_text = _text(metadata, "bill_unit")
    unit, per_unit = _unit(metadata, unit_text)
    frequency = _text(metadata, "bill_frequency")
    return OwrsFile(
        utility=" ".join(_text(metadata, "utility_name").split()) or utility,
        effective=effective or _effective(metadata, root),
        cycle_months=_FREQUENCIES.get(re.sub(r"[^a-z]", "", frequency.lower())),
        frequency=frequency,
        unit=unit,
        unit_text=unit_text or unit.value,
        per_unit=Fraction(per_unit),
        link=_text(metadata, "prop_218_link"),
        classes=classes,
        left_out=tuple(key for key in sections if key not in _SPOKEN_FOR),
    )


def read_class(node: yaml.Node, place: str) -> dict[str, Field]:
    """The fields of a class, a mapping or (the older form) a list of mappings with one key each. Raises OwrsRefused."""
    if is_null(node):
        raise refuse(node, place, "empty_class")
    if isinstance(node, yaml.SequenceNode):
        merged: dict[str, yaml.Node] = {}
        for index, element in enumerate(node.value, 1):
            single = mapping(element, f"{place}[{index}]")
            if len(single) != 1:
                raise refuse(element, f"{place}[{index}]", "one_key_each", keys=", ".join(single)[:80])
            for key, value in single.items():
                if key in merged:
                    raise refuse(element, f"{place}.{key}", "double_key")
                merged[key] = value
    else:
        merged = mapping(node, place)
    return {key: _field(value, f"{place}.{key}") for key, value in merged.items()}


def mapping(node: yaml.Node, place: str) -> dict[str, yaml.Node]:
    """The values of a mapping by the text of their keys. Raises OwrsRefused: no mapping, a key twice, a strange key."""
    if not isinstance(node, yaml.MappingNode):
        raise refuse(node, place or "/", "not_mapping", value=shown(node)[:40])
    values: dict[str, yaml.Node] = {}
    for key_node, value_node in node.value:
        if not isinstance(key_node, yaml.ScalarNode) or key_node.value == "<<":
            raise refuse(key_node, place or "/", "strange_key", key=shown(key_node)[:40])
        key = str(key_node.value).strip()
        if key in values:
            raise refuse(key_node, f"{place}.{key}" if place else key, "double_key")
        values[key] = value_node
    return values


def _field(node: yaml.Node, place: str) -> Field:
    if not isinstance(node, yaml.MappingNode):
        return _values(node, place)
    parts = mapping(node, place)
    if set(parts) != {"depends_on", "values"}:
        raise refuse(node, place, "not_map", keys=", ".join(parts)[:80])
    depends = _values(parts["depends_on"], f"{place}.depends_on")
    names = [each.text for each in (depends.values if isinstance(depends, Listed) else (depends,))]
    if not names or any(not name for name in names) or len(set(names)) != len(names):
        raise refuse(parts["depends_on"], f"{place}.depends_on", "bad_depends_on")
    values = mapping(parts["values"], f"{place}.values")
    if not values:
        raise refuse(parts["values"], f"{place}.values", "empty_map")
    return Mapped(
        tuple(name for name in names if name),
        {key: _values(value, f"{place}.values.{key}") for key, value in values.items()},
        node.start_mark.line + 1,
    )


def _values(node: yaml.Node, place: str) -> Written | Listed:
    line = node.start_mark.line + 1
    if isinstance(node, yaml.SequenceNode):
        written = []
        for index, element in enumerate(node.value, 1):
            if not isinstance(element, yaml.ScalarNode):
                raise refuse(element, f"{place}[{index}]", "not_value", value=shown(element))
            written.append(_written(element))
        return Listed(tuple(written), line)
    if not isinstance(node, yaml.ScalarNode):
        raise refuse(node, place, "not_value", value=shown(node))
    return _written(node)


def _written(node: yaml.ScalarNode) -> Written:
    return Written(None if is_null(node) else str(node.value).strip() or None, node.start_mark.line + 1)


def _text(metadata: Mapping[str, yaml.Node], key: str) -> str:
    node = metadata.get(key)
    return str(node.value).strip() if isinstance(node, yaml.ScalarNode) and not is_null(node) else ""


def _unit(metadata: Mapping[str, yaml.Node], text: str) -> tuple[VolumeUnit, int]:
    """The plan's unit and how many of the file's make one. Without a unit: ccf, as the data column `usage_ccf` says."""
    known = _UNITS.get(re.sub(r"[^a-z0-9]", "", text.lower()))
    node = metadata.get("bill_unit")
    if known is None or (node is not None and not isinstance(node, yaml.ScalarNode)):
        raise refuse(node if node is not None else 1, "metadata.bill_unit", "unknown_unit", value=text[:40])
    return known


def _effective(metadata: Mapping[str, yaml.Node], root: yaml.Node) -> date:
    """ISO, or month/day/year as the American files have it."""
    text = _text(metadata, "effective_date")
    iso, american = _ISO.fullmatch(text), _AMERICAN.fullmatch(text)
    found = None
    if iso is not None:
        found = int(iso[1]), int(iso[2]), int(iso[3])
    elif american is not None:
        found = int(american[3]), int(american[1]), int(american[2])
    if found is not None and found[0] >= 1900:
        try:
            return date(*found)
        except ValueError:
            pass  # such as 13/01/2017: refused below with everything else that is no date
    raise refuse(metadata.get("effective_date", root), "metadata.effective_date", "not_date", value=text[:40])
