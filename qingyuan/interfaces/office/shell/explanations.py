"""An explanation tree (帐单解释) for the page: sentences in the reader's language, amounts, and where to start open."""

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal

from django.utils.translation import get_language, gettext

from qingyuan.domains.tariffs.rules.explanation import Node

_OPEN_LEVELS = 2
_OPEN = frozenset({"reading"})
"""Steps that start open at any depth: a reading with its photo."""
Link = Callable[[Node], str]
"""The address of a step's evidence, empty where there is no page for it or the reader may not see it."""


@dataclass(frozen=True, slots=True)
class ExplainedStep:
    """One step: a sentence, what it comes to (None where it is no money), and the steps below it.

    `url` leads to the evidence (a reading, its photo) where there is a page for it.
    """

    text: str
    amount: Decimal | None
    children: tuple["ExplainedStep", ...] = ()
    is_open: bool = False
    url: str = ""


def explained(
    node: Node, *, link: Link | None = None, closed: frozenset[str] = frozenset(), level: int = 0, unit: str = ""
) -> ExplainedStep:
    """The tree of `node` in words. The steps down to the charges start open, but those whose code is in `closed`."""
    unit = unit or node.unit
    children = tuple(explained(child, link=link, closed=closed, level=level + 1, unit=unit) for child in node.children)
    return ExplainedStep(
        node.text(gettext, unit, english=get_language() == "en"),
        node.amount,
        children,
        is_open=(level < _OPEN_LEVELS or node.code in _OPEN) and node.code not in closed,
        url="" if link is None else link(node),
    )
