"""Tariff file `qingyuan-tariff/1` → PlanVersion (价目文件解析). All complaints of a file come in one refusal."""

from collections.abc import Collection
from dataclasses import replace
from datetime import date

import yaml

from qingyuan.domains.tariffs.rules.nodes import FileProblem, Problems, Section, TariffFileInvalid, compose
from qingyuan.domains.tariffs.rules.parse_charges import parse_charges, parse_relief
from qingyuan.domains.tariffs.rules.parse_tiers import parse_household, parse_minimum, parse_tiers, parse_volume
from qingyuan.domains.tariffs.rules.plan import (
    AmountRounding,
    PlanKind,
    PlanVersion,
    RoundAt,
    Transition,
    TransitionMethod,
    VolumeRule,
    VolumeUnit,
)
from qingyuan.kernel.rounding import Rounding

FORMAT = "qingyuan-tariff/1"
_HEAD_KEYS = (
    "format",
    "kind",
    "code",
    "name",
    "document",
    "source",
    "note",
    "usage_class",
    "currency",
    "volume_unit",
    "effective",
)
_PLAN_KEYS = (
    *_HEAD_KEYS,
    "tiers",
    "household",
    "volume",
    "minimum",
    "charges",
    "relief",
    "rounding",
    "transition",
)
_ITEM_KEYS = (*_HEAD_KEYS, "charges", "transition")


def format_of(text: str) -> str:
    """The `format` of a YAML file, '' when it names none. Raises TariffFileInvalid when it is not YAML."""
    root = compose(text)
    for key, value in root.value if isinstance(root, yaml.MappingNode) else ():
        if isinstance(key, yaml.ScalarNode) and key.value == "format" and isinstance(value, yaml.ScalarNode):
            return str(value.value)
    return ""


def parse_version(text: str) -> PlanVersion:
    """The version that a tariff file says. Raises TariffFileInvalid with every complaint, each with its line."""
    root = compose(text)
    problems = Problems()
    written_kind = _written(root, "kind")
    is_item = written_kind == PlanKind.ITEM.value
    section = Section(root, "", problems, _ITEM_KEYS if is_item else _PLAN_KEYS)
    file_format = section.text("format", required=True)
    if "format" in section and file_format != FORMAT:
        section.complain("format", "unknown_format", value=file_format, wanted=FORMAT)
    kind = section.choice("kind", PlanKind, PlanKind.PLAN)
    code = section.text("code", required=True)
    if "code" in section and (not code or code != code.strip() or len(code) > 64):
        section.complain("code", "bad_code", value=code)
    start, end = _effective(section)
    version = PlanVersion(
        code=code,
        name=section.text("name", code),
        effective_from=start,
        effective_to=end,
        charges=(),
        kind=kind,
        document=section.text("document"),
        source=section.text("source"),
        note=section.text("note"),
        usage_class=section.text("usage_class"),
        currency=section.text("currency", "CNY"),
        volume_unit=section.choice("volume_unit", VolumeUnit, VolumeUnit.M3),
        transition=_transition(section),
    )
    version = _item_body(section, version) if is_item else _plan_body(section, version)
    problems.raise_if_any()
    return version


def _written(root: yaml.Node, name: str) -> str:
    for key, value in root.value if isinstance(root, yaml.MappingNode) else ():
        if isinstance(key, yaml.ScalarNode) and key.value == name and isinstance(value, yaml.ScalarNode):
            return str(value.value)
    return ""


def _effective(section: Section) -> tuple[date, date | None]:
    node = section.required("effective")
    if node is None:
        return date.min, None
    inner = Section(node, "effective", section.problems, ("from", "to"))
    start, end = inner.date("from", required=True), inner.date("to")
    if start is not None and end is not None and end <= start:
        inner.complain("to", "ends_before_start", start=start.isoformat(), end=end.isoformat())
    return start or date.min, end


def _transition(section: Section) -> Transition:
    node = section.optional("transition")
    if node is None:
        return Transition()
    inner = Section(node, "transition", section.problems, ("method", "volume"))
    method = inner.choice("method", TransitionMethod, TransitionMethod.BY_DAY)
    volume_node = inner.optional("volume")
    if volume_node is None:
        return Transition(method)
    volume = Section(volume_node, "transition.volume", section.problems, ("scale", "mode"))
    return Transition(
        method, volume.integer("scale", 0, least=0, most=3), volume.choice("mode", Rounding, Rounding.HALF_UP)
    )


def _item_body(section: Section, version: PlanVersion) -> PlanVersion:
    nodes = section.elements("charges", required=True)
    if len(nodes) > 1:
        section.complain("charges", "item_one_charge")
    charges = parse_charges(nodes, "charges", section.problems, None)
    return replace(version, charges=charges)


def _plan_body(section: Section, version: PlanVersion) -> PlanVersion:
    problems = section.problems
    tiers_node = section.optional("tiers")
    tiers = parse_tiers(tiers_node, "tiers", problems) if tiers_node is not None else None
    household_node = section.optional("household")
    household = parse_household(household_node, "household", problems, tiers) if household_node is not None else None
    volume_node = section.optional("volume")
    volume = parse_volume(volume_node, "volume", problems) if volume_node is not None else VolumeRule()
    minimum_node = section.optional("minimum")
    minimum = parse_minimum(minimum_node, "minimum", problems, volume) if minimum_node is not None else None
    tier_count = 1 if tiers is None else len(tiers.limits) + 1
    charges = parse_charges(section.elements("charges", required=True), "charges", problems, tier_count)
    relief_nodes = section.elements("relief") if section.optional("relief") is not None else []
    return replace(
        version,
        tiers=tiers,
        household=household,
        volume=volume,
        minimum=minimum,
        charges=charges,
        relief=parse_relief(relief_nodes, "relief", problems, charges, tier_count),
        rounding=_rounding(section),
    )


def _rounding(section: Section) -> AmountRounding:
    node = section.optional("rounding")
    if node is None:
        return AmountRounding()
    inner = Section(node, "rounding", section.problems, ("scale", "mode", "at"))
    places = (RoundAt.LINE, RoundAt.ITEM, RoundAt.TOTAL)
    return AmountRounding(
        scale=inner.integer("scale", 2, least=0, most=2),
        mode=inner.choice("mode", Rounding, Rounding.HALF_UP),
        at=inner.choice("at", RoundAt, RoundAt.LINE, allowed=places),
    )


def unknown_items(version: PlanVersion, known: Collection[str]) -> tuple[FileProblem, ...]:
    """The charges whose charge item is not in `known`, each with the line on which it stands (未知费用项目)."""
    return tuple(
        FileProblem(
            charge.line, f"charges[{index}].item", "tariffs.problem.unknown_charge_item", {"item": charge.item_code}
        )
        for index, charge in enumerate(version.charges, 1)
        if charge.item_code not in known
    )


def refuse_unknown_items(version: PlanVersion, known: Collection[str]) -> None:
    """Raises TariffFileInvalid when a charge names an item that is not in `known`."""
    problems = unknown_items(version, known)
    if problems:
        raise TariffFileInvalid(problems)
