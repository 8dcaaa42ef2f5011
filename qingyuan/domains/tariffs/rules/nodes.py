"""Reading YAML with places and line numbers (读取 YAML): every complaint names key, place and line; all come at once.

Values are taken from their literal text, so that 3.30 is never a float on its way to a Decimal.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import TypeVar

import yaml

from qingyuan.kernel.errors import DomainError

_NUMBER = re.compile(r"-?\d{1,12}(\.\d+)?", re.ASCII)
_INTEGER = re.compile(r"-?\d{1,9}", re.ASCII)
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
NULL_TAG = "tag:yaml.org,2002:null"
_DEEPEST = 40
_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)

E = TypeVar("E", bound=StrEnum)


@dataclass(frozen=True, slots=True)
class FileProblem:
    """One complaint about a file. `code` is the key of its sentence in the catalogues, `params` fill its places.

    `in_file`: the line is that of a tariff file which came along with a question, not the question's own.
    """

    line: int
    place: str
    code: str
    params: Mapping[str, object] = field(default_factory=dict)
    in_file: bool = False


class TariffFileInvalid(DomainError):
    """A tariff file (or a file of cases) does not keep the format; `problems` lists everything found (价目文件有误)."""

    code = "tariffs.file_invalid"

    def __init__(self, problems: tuple[FileProblem, ...]) -> None:
        self.problems = problems
        super().__init__(count=len(problems), line=problems[0].line, place=problems[0].place, reason=problems[0].code)


class Problems:
    """Collects the complaints of one file."""

    def __init__(self) -> None:
        self.found: list[FileProblem] = []

    def add(self, node: yaml.Node | int, place: str, code: str, /, **params: object) -> None:
        line = node if isinstance(node, int) else node.start_mark.line + 1
        self.found.append(FileProblem(line, place, f"tariffs.problem.{code}", params))

    def raise_if_any(self) -> None:
        """Raises TariffFileInvalid when something was found; in line order."""
        if self.found:
            raise TariffFileInvalid(tuple(sorted(self.found, key=lambda problem: problem.line)))


def compose(text: str) -> yaml.Node:
    """The root node of a single YAML document. Raises TariffFileInvalid when it is not one."""
    problems = Problems()
    try:
        _refuse_depth(text, problems)
        root = yaml.compose(text, Loader=_LOADER)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        reason = str(getattr(error, "problem", None) or error).split("\n")[0]
        problems.add(mark.line + 1 if mark is not None else 1, "", "not_yaml", reason=reason)
        raise TariffFileInvalid(tuple(problems.found)) from error
    if root is None:
        problems.add(1, "", "empty_file")
        raise TariffFileInvalid(tuple(problems.found))
    return root


def _refuse_depth(text: str, problems: Problems) -> None:
    """Nodes are composed by recursion in C, where a text of nothing but brackets would end the process."""
    depth = 0
    for event in yaml.parse(text, Loader=_LOADER):
        depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
        if depth > _DEEPEST:
            mark = event.start_mark
            problems.add(mark.line + 1 if mark is not None else 1, "", "too_deep", most=_DEEPEST)
            raise TariffFileInvalid(tuple(problems.found))


def has_aliases(text: str) -> bool:
    """Whether a YAML text repeats parts of itself (`*name`): few bytes may then say very much. Also of broken YAML."""
    try:
        return any(isinstance(event, yaml.AliasEvent) for event in yaml.parse(text, Loader=_LOADER))
    except yaml.YAMLError:
        return False  # what is broken is complained of where the text is composed


def is_null(node: yaml.Node | None) -> bool:
    return node is None or (isinstance(node, yaml.ScalarNode) and node.tag == NULL_TAG)


class Section:
    """One mapping of the file: hands out the nodes of its keys, complains of unknown, double and missing ones."""

    def __init__(self, node: yaml.Node, place: str, problems: Problems, allowed: tuple[str, ...]) -> None:
        self.node, self.place, self.problems = node, place, problems
        self._values: dict[str, yaml.Node] = {}
        if not isinstance(node, yaml.MappingNode):
            problems.add(node, place or "/", "not_mapping", allowed=", ".join(allowed))
            return
        for key_node, value_node in node.value:
            key = key_node.value if isinstance(key_node, yaml.ScalarNode) else None
            if key is None or key not in allowed:
                shown = key if key is not None else "?"
                problems.add(key_node, place or "/", "unknown_key", key=shown, allowed=", ".join(allowed))
            elif key in self._values:
                problems.add(key_node, place or "/", "double_key", key=key)
            else:
                self._values[key] = value_node

    def __contains__(self, key: str) -> bool:
        return key in self._values

    def at(self, key: str) -> str:
        return f"{self.place}.{key}" if self.place else key

    def complain(self, key: str, code: str, /, **params: object) -> None:
        self.problems.add(self._values.get(key, self.node), self.at(key), code, **params)

    def optional(self, key: str) -> yaml.Node | None:
        """The key's node; None when absent or null."""
        node = self._values.get(key)
        return None if is_null(node) else node

    def required(self, key: str) -> yaml.Node | None:
        """As `optional`, and complains when there is nothing."""
        node = self.optional(key)
        if node is None and isinstance(self.node, yaml.MappingNode):
            self.problems.add(self._values.get(key, self.node), self.place or "/", "missing_key", key=key)
        return node

    # Values. Each returns a harmless stand-in after a complaint: the file is refused as a whole in the end.

    def text(self, key: str, default: str = "", *, required: bool = False) -> str:
        node = self.required(key) if required else self.optional(key)
        return default if node is None else text_of(node, self.at(key), self.problems)

    def decimal(self, key: str, default: Decimal | None = None, *, places: int, negative: bool = False) -> Decimal:
        """A number with at most `places` places; required when there is no default."""
        node = self.required(key) if default is None else self.optional(key)
        if node is None:
            return default if default is not None else Decimal(0)
        return decimal_of(node, self.at(key), self.problems, places=places, negative=negative)

    def optional_decimal(self, key: str, *, places: int) -> Decimal | None:
        node = self.optional(key)
        return None if node is None else decimal_of(node, self.at(key), self.problems, places=places)

    def integer(self, key: str, default: int | None = None, *, least: int = 0, most: int = 1_000_000) -> int:
        node = self.required(key) if default is None else self.optional(key)
        if node is None:
            return default if default is not None else least
        return integer_of(node, self.at(key), self.problems, least=least, most=most)

    def boolean(self, key: str, default: bool) -> bool:
        node = self.optional(key)
        if node is None:
            return default
        plain = isinstance(node, yaml.ScalarNode) and not node.style
        if not plain or node.value not in ("true", "false", "True", "False"):
            self.problems.add(node, self.at(key), "not_choice", value=shown(node), allowed="true, false")
            return default
        return node.value in ("true", "True")

    def choice(self, key: str, enum: type[E], default: E | None, *, allowed: tuple[E, ...] = ()) -> E:
        """One of the enum's values (or of `allowed`); required when there is no default."""
        members = allowed or tuple(enum)
        node = self.required(key) if default is None else self.optional(key)
        if node is None:
            return default if default is not None else members[0]
        for member in members:
            if isinstance(node, yaml.ScalarNode) and node.value == member.value:
                return member
        self.problems.add(
            node, self.at(key), "not_choice", value=shown(node), allowed=", ".join(member.value for member in members)
        )
        return members[0]

    def date(self, key: str, *, required: bool = False) -> date | None:
        node = self.required(key) if required else self.optional(key)
        return None if node is None else date_of(node, self.at(key), self.problems)

    def elements(self, key: str, *, required: bool = False) -> list[yaml.Node]:
        """The elements of a list; complains when it is not one or is empty."""
        node = self.required(key) if required else self.optional(key)
        return [] if node is None else elements_of(node, self.at(key), self.problems)


def shown(node: yaml.Node) -> str:
    """What stands there, for a message."""
    if isinstance(node, yaml.ScalarNode):
        return str(node.value)
    return "[…]" if isinstance(node, yaml.SequenceNode) else "{…}"


def text_of(node: yaml.Node, place: str, problems: Problems) -> str:
    if isinstance(node, yaml.ScalarNode):
        return str(node.value)
    problems.add(node, place, "not_text")
    return ""


def decimal_of(
    node: yaml.Node, place: str, problems: Problems, *, places: int, negative: bool = False, positive: bool = False
) -> Decimal:
    """The number as written. Complains of anything but a plain decimal with at most `places` places."""
    if not isinstance(node, yaml.ScalarNode) or not _NUMBER.fullmatch(node.value):
        problems.add(node, place, "not_number", value=shown(node))
        return Decimal(1)
    number = Decimal(node.value)
    if places_of(number) > places:
        problems.add(node, place, "too_many_places", value=node.value, places=places)
    if number < 0 and not negative:
        problems.add(node, place, "negative", value=node.value)
    elif positive and number == 0:
        problems.add(node, place, "not_positive", value=node.value)
    return number


def places_of(number: Decimal) -> int:
    """Places after the point that matter: trailing zeros do not."""
    exponent = number.normalize().as_tuple().exponent
    return max(0, -exponent) if isinstance(exponent, int) else 0


def integer_of(node: yaml.Node, place: str, problems: Problems, *, least: int, most: int) -> int:
    if not isinstance(node, yaml.ScalarNode) or not _INTEGER.fullmatch(node.value):
        problems.add(node, place, "not_integer", value=shown(node))
        return least
    number = int(node.value)
    if not least <= number <= most:
        problems.add(node, place, "out_of_range", value=node.value, least=least, most=most)
        return least
    return number


def date_of(node: yaml.Node, place: str, problems: Problems) -> date | None:
    if isinstance(node, yaml.ScalarNode) and _DATE.fullmatch(node.value):
        try:
            return date.fromisoformat(node.value)
        except ValueError:
            pass  # such as 2013-02-30: complained of below, together with everything else that is no date
    problems.add(node, place, "not_date", value=shown(node))
    return None


def elements_of(node: yaml.Node, place: str, problems: Problems) -> list[yaml.Node]:
    if not isinstance(node, yaml.SequenceNode):
        problems.add(node, place, "not_list", value=shown(node))
        return []
    if not node.value:
        problems.add(node, place, "empty_list")
    return list(node.value)
