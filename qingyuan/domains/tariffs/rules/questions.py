"""A question to rating as JSON (试算请求): the facts of `qingyuan rate` by the names of its options and of case files.

The text is bounded before it is read, taken literally (0.1 is never a float on its way to a Decimal), and what does not
hold is complained of by its place, everything at once. Tariff files may come along as text.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

import yaml

from qingyuan.domains.tariffs.rules.catalogue import Catalogue
from qingyuan.domains.tariffs.rules.explain import explain
from qingyuan.domains.tariffs.rules.explanation import Node
from qingyuan.domains.tariffs.rules.facts import Facts, build_request
from qingyuan.domains.tariffs.rules.nodes import (
    NULL_TAG,
    Problems,
    Section,
    TariffFileInvalid,
    has_aliases,
    text_of,
)
from qingyuan.domains.tariffs.rules.parse import parse_version
from qingyuan.domains.tariffs.rules.parse_cases import FACT_KEYS, parse_facts
from qingyuan.domains.tariffs.rules.plan import PlanKind, PlanVersion
from qingyuan.domains.tariffs.rules.rate import rate
from qingyuan.domains.tariffs.rules.report import result_as_plain
from qingyuan.domains.tariffs.rules.request import ItemTax
from qingyuan.domains.tariffs.rules.result import RatingResult
from qingyuan.kernel.errors import DomainError

LONGEST_BYTES = 64 * 1024
DEEPEST = 12
MOST_FILES = 8
MOST_ENTRIES = 100
LONGEST_DAYS = 3_660
_CLASS, _UNIT, _FILES = "usage_class", "unit", "tariff_files"
_LISTS = ("pieces", "shares", "people_changes", "relief", "item_changes")
_CLOSERS = {"]", "}"}

PLACE_OF = {
    "tariffs.calibre_missing": "calibre",
    "tariffs.calibre_not_priced": "calibre",
    "tariffs.quota_missing": "quota",
    "tariffs.credit_exceeds_use": "used_before",
    "tariffs.no_version_in_force": "from",
    "tariffs.item_not_charged": "item_changes",
    "tariffs.item_not_by_volume": "item_changes",
    "tariffs.item_change_too_large": "item_changes",
    "tariffs.item_change_on_credit": "item_changes",
    "tariffs.minimum_takes_back": "item_changes",
    "tariffs.not_one_plan": "tariff_files",
    "tariffs.version_twice": "tariff_files",
}
"""The fact that a refusal of rating is about; the command line's option has the same name with dashes."""


def place_of(refusal: DomainError, question: "Question") -> str:
    """The key of the question that a refusal of its rating is about; empty for what is no single one's fault."""
    plan = str(refusal.params.get("plan") or "")
    facts = question.facts
    if plan and plan != facts.tariff:
        for index, share in enumerate(facts.shares, 1):
            if share.tariff == plan:
                return f"shares[{index}].tariff"
        for charge_item, code in facts.options.items():
            if code == plan:
                return f"options.{charge_item}"
    place = PLACE_OF.get(refusal.code, "")
    if place == "from" and facts.start is None:
        return "pieces" if facts.pieces else question.source
    return place or (question.source if plan else "")


class NotOnePlan(DomainError):
    """The tariff files given must be those of exactly one plan, beside single charge items (价目文件须为同一方案)."""

    code = "tariffs.not_one_plan"


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked, and by which prices: a plan's code in `facts.tariff`, a class (at a unit), or files of its own."""

    facts: Facts
    usage_class: str = ""
    unit: str = ""
    versions: tuple[PlanVersion, ...] = ()

    @property
    def source(self) -> str:
        """The key by which the prices are named."""
        if self.versions:
            return _FILES
        return _CLASS if self.usage_class else "tariff"


@dataclass(frozen=True, slots=True)
class Rated:
    """The answer to a question: the result, the tree, and both as plain dictionaries for JSON."""

    result: RatingResult
    tree: Node
    report: dict[str, object]


def answered(facts: Facts, catalogue: Catalogue, item_taxes: Sequence[ItemTax] = ()) -> Rated:
    """Rate one question: what the command line and the interface for programs both give. Raises as `rate`."""
    request = replace(build_request(facts, catalogue), item_taxes=tuple(item_taxes))
    result, tree = rate(request, catalogue), explain(request, catalogue)
    return Rated(result, tree, result_as_plain(facts, request, result, tree))


def of_files(facts: Facts, versions: Sequence[PlanVersion]) -> Facts:
    """The facts, asked of the one plan that the files hold; files of single charge items are taken as options.

    Raises NotOnePlan.
    """
    plans = list(dict.fromkeys(version.code for version in versions if version.kind is PlanKind.PLAN))
    if len(plans) != 1:
        raise NotOnePlan(count=len(plans))
    single = {version.charges[0].item_code: version.code for version in versions if version.kind is PlanKind.ITEM}
    return replace(facts, tariff=plans[0], options={**single, **facts.options})


def parse_question(text: str) -> Question:
    """The question that a JSON text asks. Raises TariffFileInvalid with every complaint and its place."""
    problems = Problems()
    root = _composed(text, problems)
    problems.raise_if_any()
    section = Section(root, "", problems, (*FACT_KEYS, _CLASS, _UNIT, _FILES))
    facts = parse_facts(section, tariff_needed=False)
    _bounds(section, facts)
    versions = _versions(section)
    given = [key for key in ("tariff", "shares", _CLASS, _FILES) if section.optional(key) is not None]
    sources = [key for key in given if key != "shares"] or given
    if not sources:
        section.complain("tariff", "no_tariff_named", allowed=f"tariff, {_CLASS}, {_FILES}")
    elif len(sources) > 1:
        section.complain(sources[1], "one_source_of_prices", allowed=f"tariff, {_CLASS}, {_FILES}")
    if _UNIT in section and _CLASS not in section:
        section.complain(_UNIT, "unit_of_class")
    question = Question(facts, section.text(_CLASS), section.text(_UNIT), versions)
    problems.raise_if_any()
    return question


def _bounds(section: Section, facts: Facts) -> None:
    for key in _LISTS:
        node = section.optional(key)
        if isinstance(node, yaml.CollectionNode) and len(node.value) > MOST_ENTRIES:
            section.complain(key, "too_many", most=MOST_ENTRIES)
    dates = [facts.start, facts.end, *(day for piece in facts.pieces for day in (piece.start, piece.end))]
    known = [day for day in dates if day is not None]
    if known and max(known) - min(known) > timedelta(days=LONGEST_DAYS):
        section.complain("pieces" if facts.pieces else "to", "span_too_long", most=LONGEST_DAYS)


def _versions(section: Section) -> tuple[PlanVersion, ...]:
    """The tariff files, each with its own complaints: the place begins with the file's, the line is the file's own."""
    nodes = section.elements(_FILES) if section.optional(_FILES) is not None else []
    if len(nodes) > MOST_FILES:
        section.complain(_FILES, "too_many", most=MOST_FILES)
        return ()
    found: list[PlanVersion] = []
    for index, node in enumerate(nodes, 1):
        place = f"{_FILES}[{index}]"
        text = text_of(node, place, section.problems)
        try:
            if text and has_aliases(text):
                section.problems.add(node, place, "aliases_refused")
            elif text:
                found.append(parse_version(text))
        except TariffFileInvalid as invalid:
            section.problems.found += [
                replace(each, place=f"{place}.{each.place}" if each.place not in ("", "/") else place, in_file=True)
                for each in invalid.problems
            ]
    return tuple(found)


# From JSON to nodes: the readers of values, their bounds and their complaints are those of tariff files.


@dataclass(frozen=True, slots=True)
class _Number:
    text: str


@dataclass(frozen=True, slots=True)
class _Object:
    pairs: list[tuple[str, Any]]


def _composed(text: str, problems: Problems) -> yaml.Node:
    mark = yaml.Mark("", 0, 0, 0, "", 0)
    if len(text.encode("utf-8", "surrogatepass")) > LONGEST_BYTES:
        problems.add(1, "", "too_long", most=LONGEST_BYTES)
    elif _depth(text) > DEEPEST:
        problems.add(1, "", "too_deep", most=DEEPEST)
    else:
        try:
            read = json.loads(
                text, parse_float=_Number, parse_int=_Number, parse_constant=_Number, object_pairs_hook=_Object
            )
            return _node(read, mark)
        except json.JSONDecodeError as error:
            problems.add(error.lineno, "", "not_json", reason=error.msg)
    return yaml.ScalarNode(NULL_TAG, "", mark, mark)


def _depth(text: str) -> int:
    """How deep brackets are nested outside of strings: the reader of JSON recurses, and must not be asked too much."""
    deepest = depth = 0
    inside = escaped = False
    for letter in text:
        if inside:
            inside = escaped or letter != '"'
            escaped = not escaped and letter == "\\"
        elif letter == '"':
            inside = True
        elif letter in "[{":
            depth += 1
            deepest = max(deepest, depth)
        elif letter in _CLOSERS:
            depth -= 1
    return deepest


def _node(read: Any, mark: yaml.Mark) -> yaml.Node:
    if isinstance(read, _Object):
        pairs = [(_node(key, mark), _node(value, mark)) for key, value in read.pairs]
        return yaml.MappingNode("tag:yaml.org,2002:map", pairs, mark, mark)
    if isinstance(read, list):
        return yaml.SequenceNode("tag:yaml.org,2002:seq", [_node(each, mark) for each in read], mark, mark)
    if read is None:
        return yaml.ScalarNode(NULL_TAG, "null", mark, mark)
    if isinstance(read, bool):
        return yaml.ScalarNode("tag:yaml.org,2002:bool", "true" if read else "false", mark, mark)
    if isinstance(read, _Number):
        return yaml.ScalarNode("tag:yaml.org,2002:float", read.text, mark, mark)
    return yaml.ScalarNode("tag:yaml.org,2002:str", _sound(read), mark, mark, style='"')


def _sound(text: str) -> str:
    """The text without halves of letters and NUL, which JSON can write and neither UTF-8 nor the database can."""
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace").replace("\0", "\ufffd")
