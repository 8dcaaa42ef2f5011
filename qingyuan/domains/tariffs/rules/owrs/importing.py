"""Importing an OWRS file (导入 OWRS): every class and combination that is asked for, as a plan or as a named refusal."""

import hashlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

import yaml

from qingyuan.domains.tariffs.rules.dump import dump_version
from qingyuan.domains.tariffs.rules.nodes import FileProblem, TariffFileInvalid
from qingyuan.domains.tariffs.rules.owrs.choices import Needs, combinations, needs_of, refuse_odd_keys
from qingyuan.domains.tariffs.rules.owrs.convert import BILL, Wishes, convert, usages_of
from qingyuan.domains.tariffs.rules.owrs.evaluate import Evaluation, NoSuchCombination
from qingyuan.domains.tariffs.rules.owrs.refusal import NeedsMeterSize, OwrsRefused, refuse
from qingyuan.domains.tariffs.rules.owrs.source import Field, OwrsFile, Written, read_class
from qingyuan.domains.tariffs.rules.parse import parse_version
from qingyuan.domains.tariffs.rules.plan import PlanVersion

_CODE_LENGTH = 64


@dataclass(frozen=True, slots=True)
class Made:
    """One tariff file: its text, the plan it holds, and the choices that it was made for."""

    version: PlanVersion
    text: str
    class_name: str
    chosen: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Refused:
    """A class or combination that was not taken over."""

    class_name: str
    chosen: Mapping[str, str]
    problem: FileProblem


@dataclass(frozen=True, slots=True)
class Imported:
    """What became of the file: plans, refusals, combinations that the maps do not price, choices that nothing heeds."""

    made: tuple[Made, ...]
    refused: tuple[Refused, ...]
    not_priced: tuple[Refused, ...] = ()
    unheeded: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Asked:
    """What is asked for: classes (none: all), values of dimensions and facts, the plans' naming, the file's name."""

    classes: Sequence[str] = ()
    given: Mapping[str, Sequence[str]] = field(default_factory=dict)
    wishes: Wishes = field(default_factory=Wishes)
    source: str = ""


@dataclass(frozen=True, slots=True)
class Listing:
    """A class with what can be chosen for it, or the reason why it cannot be read."""

    class_name: str
    needs: Needs | None
    problem: FileProblem | None = None


def list_classes(file: OwrsFile) -> list[Listing]:
    """All classes with their dimensions and open facts, in the file's order."""
    listed: list[Listing] = []
    for name, node in file.classes.items():
        try:
            listed.append(Listing(name, needs_of(read_class(node, _place(name)), usages_of(file))))
        except OwrsRefused as refusal:
            listed.append(Listing(name, None, refusal.problem))
    return listed


def import_file(file: OwrsFile, asked: Asked) -> Imported:
    """The plans of the classes and combinations that are asked for. Raises OwrsRefused when a class is unknown."""
    for name in asked.classes:
        if name not in file.classes:
            raise refuse(1, _place(name), "class_unknown", known=", ".join(file.classes)[:300])
    made: list[Made] = []
    refused: list[Refused] = []
    not_priced: list[Refused] = []
    heeded: set[str] = set()
    for name in dict.fromkeys(asked.classes or file.classes):
        try:
            plans = _class(file, name, file.classes[name], asked, heeded)
        except OwrsRefused as refusal:
            refused.append(Refused(name, {}, refusal.problem))
            continue
        made += plans.made
        refused += plans.refused
        not_priced += plans.not_priced
    unheeded = tuple(name for name in asked.given if name not in heeded)
    return Imported(_with_unique_codes(made), tuple(refused), tuple(not_priced), unheeded)


def _place(class_name: str) -> str:
    return f"rate_structure.{class_name}"


def _class(file: OwrsFile, name: str, node: yaml.Node, asked: Asked, heeded: set[str]) -> Imported:
    place, line = _place(name), node.start_mark.line + 1
    fields = read_class(node, place)
    if BILL not in fields:
        raise refuse(node, f"{place}.{BILL}", "bill_missing")
    for given in asked.given:
        if given in fields:
            raise refuse(fields[given].line, f"{place}.{given}", "set_defined", name=given)
    needs = needs_of(fields, usages_of(file))
    refuse_odd_keys(fields, needs, place)
    heeded |= {*needs.dimensions, *needs.facts}
    try:
        plans = _combinations(file, name, fields, needs, asked, per_size=False, line=line)
    except NeedsMeterSize:
        plans = _combinations(file, name, fields, needs, asked, per_size=True, line=line)
    if not plans.made and not plans.refused:
        return replace(plans, refused=plans.not_priced[:1], not_priced=plans.not_priced[1:])
    return plans


def _combinations(
    file: OwrsFile,
    name: str,
    fields: Mapping[str, Field],
    needs: Needs,
    asked: Asked,
    *,
    per_size: bool,
    line: int,
) -> Imported:
    made: list[Made] = []
    refused: list[Refused] = []
    not_priced: list[Refused] = []
    for chosen in combinations(needs, asked.given, per_size=per_size, place=_place(name), line=line):
        evaluation = Evaluation(fields, _place(name), usages_of(file), chosen)
        try:
            converted = convert(file, name, evaluation, asked.wishes, _code(file, name, chosen))
            note = _note(file, fields, needs, chosen, converted.folded)
            version = replace(converted.version, source=_source(file, asked), note=note)
            made.append(_checked(version, name, chosen, fields[BILL].line))
        except NoSuchCombination as missing:
            explicit = all(asked.given.get(dimension) for dimension in chosen)
            (refused if explicit else not_priced).append(Refused(name, chosen, missing.problem))
        except OwrsRefused as refusal:
            refused.append(Refused(name, chosen, refusal.problem))
    return Imported(tuple(made), tuple(refused), tuple(not_priced))


def _checked(version: PlanVersion, name: str, chosen: Mapping[str, str], line: int) -> Made:
    """The plan with its file; what our own format refuses, such as an empty name, is refused here by its reason."""
    text = dump_version(version)
    try:
        parsed = parse_version(text)
    except TariffFileInvalid as invalid:
        first = invalid.problems[0]
        raise OwrsRefused(FileProblem(line, f"{_place(name)} → {first.place}", first.code, first.params)) from invalid
    assert parsed == version, "a tariff file says what was written"
    return Made(version, text, name, dict(chosen))


def _source(file: OwrsFile, asked: Asked) -> str:
    return " ".join(part for part in ("OWRS", asked.source, file.link) if part)


def _note(
    file: OwrsFile, fields: Mapping[str, Field], needs: Needs, chosen: Mapping[str, str], folded: Mapping[str, str]
) -> str:
    """What a reader has to know: unit, frequency, choices, what the bill leaves out."""
    parts = [f"bill_unit {file.unit_text}"]
    if file.per_unit != 1:
        parts[0] += f" ({file.per_unit} = 1 {file.unit.value})"
    if file.frequency:
        parts.append(f"bill_frequency {file.frequency}")
    parts += [f"{name} = {value}" for name, value in chosen.items()]
    parts += [f"{name} is in the price of {other}" for name, other in folded.items()]
    aside = [
        name
        for name, value in fields.items()
        if name not in needs.reached and not (isinstance(value, Written) and value.text in ("0", "0.0", "0.00", None))
    ]
    if aside:
        parts.append(f"not in bill: {', '.join(aside)}")
    if file.left_out:
        parts.append(f"outside rate_structure: {', '.join(file.left_out)}")
    return "; ".join(parts)


def _code(file: OwrsFile, name: str, chosen: Mapping[str, str]) -> str:
    """Utility, class and choices in one word of at most 64 characters; the utility's part gives way."""
    words = [name, *(value if not value[:1].isdigit() else f"{key}-{value}" for key, value in chosen.items())]
    tail = "-".join(filter(None, (_slug(word) for word in words)))
    if len(tail) > _CODE_LENGTH - 12:
        tail = f"{tail[: _CODE_LENGTH - 21]}-{hashlib.sha256(tail.encode()).hexdigest()[:8]}"
    head = _slug(file.utility)[: _CODE_LENGTH - 1 - len(tail)].strip("-")
    return "-".join(filter(None, (head, tail))) or "owrs"


def _slug(text: str) -> str:
    return re.sub(r"[^\w]+", "-", text.lower().replace("_", "-")).strip("-")


def _with_unique_codes(made: Sequence[Made]) -> tuple[Made, ...]:
    """Two plans of one code would be versions of each other: a later one gets a number."""
    seen: dict[str, int] = {}
    unique: list[Made] = []
    for each in made:
        code = each.version.code
        count = seen[code] = seen.get(code, 0) + 1
        if count > 1:
            ending = f"-{count}"
            version = replace(each.version, code=code[: _CODE_LENGTH - len(ending)] + ending)
            each = replace(each, version=version, text=dump_version(version))
        unique.append(each)
    return tuple(unique)
