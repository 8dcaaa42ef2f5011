"""Saved cases as text (试算用例文本): one more, one less; what the page has no field for stays as it stands. Pure."""

from collections.abc import Mapping

import yaml

from qingyuan.domains.tariffs.rules.nodes import compose
from qingyuan.domains.tariffs.rules.parse_cases import CASES_FORMAT

_EMPTY = f"format: {CASES_FORMAT}\ncases: []\n"


def with_case(text: str, case: Mapping[str, object]) -> str:
    """The text with one more case at its end. `case` holds strings, and `expect` as a mapping of them."""
    root, cases = _cases(text)
    cases.value.append(compose(yaml.safe_dump(dict(case), allow_unicode=True, sort_keys=False)))
    cases.flow_style = False
    return _written(root)


def without_case(text: str, number: int) -> str:
    """The text without its case of that number, from zero; empty when it was the last. Out of range: as it is."""
    root, cases = _cases(text)
    if not 0 <= number < len(cases.value):
        return text
    del cases.value[number]
    return _written(root) if cases.value else ""


def _cases(text: str) -> tuple[yaml.Node, yaml.SequenceNode]:
    """The document and its list of cases."""
    root = compose(text if text.strip() else _EMPTY)
    for key, value in root.value if isinstance(root, yaml.MappingNode) else ():
        if key.value == "cases" and isinstance(value, yaml.SequenceNode):
            return root, value
    return root, yaml.SequenceNode("tag:yaml.org,2002:seq", [])  # saved texts always have one


def _written(root: yaml.Node) -> str:
    return str(yaml.serialize(root, Dumper=yaml.SafeDumper, allow_unicode=True, width=110))
