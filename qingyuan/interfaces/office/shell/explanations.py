"""An explanation tree (帐单解释) for the page: sentences in the reader's language, amounts, and where to start open."""

from dataclasses import dataclass
from decimal import Decimal

from django.utils.translation import gettext, gettext_lazy

from qingyuan.domains.tariffs.rules.explanation import Node, Value
from qingyuan.interfaces.office.shell.formats import percent_text

_OPEN_LEVELS = 2
_SHARES = frozenset({"rate"})
_NAMED_ALONE = frozenset({"bill", "charge"})
KIND_WORDS = {
    "METER": gettext_lazy("Meter"),
    "OLD_METER": gettext_lazy("Old meter"),
    "NEW_METER": gettext_lazy("New meter"),
    "ESTIMATE": gettext_lazy("Estimate"),
    "FIXED": gettext_lazy("Fixed volume"),
    "SUBS": gettext_lazy("Less sub-meter"),
    "LOSS": gettext_lazy("Share of loss"),
    "ADJUSTMENT": gettext_lazy("Adjustment"),
    "TRUE_UP": gettext_lazy("Settlement of estimates"),
    "free_volume": gettext_lazy("free volume"),
    "price": gettext_lazy("reduced price"),
    "percent": gettext_lazy("share off"),
    "amount": gettext_lazy("amount off"),
}


@dataclass(frozen=True, slots=True)
class ExplainedStep:
    """One step: a sentence, what it comes to (None where it is no money), and the steps below it.

    `url` leads to the evidence (a reading, an event, a price version) where there is a page for it.
    """

    text: str
    amount: Decimal | None
    children: tuple["ExplainedStep", ...] = ()
    is_open: bool = False
    url: str = ""


def explained(node: Node, *, level: int = 0) -> ExplainedStep:
    """The tree of `node` in words. The steps down to the charges start open, their arithmetic closed."""
    children = tuple(explained(child, level=level + 1) for child in node.children)
    return ExplainedStep(_sentence(node), node.amount, children, is_open=level < _OPEN_LEVELS)


def _sentence(node: Node) -> str:
    if node.code in _NAMED_ALONE:  # the amount stands beside it
        return str(node.value("name")) if node.code == "charge" else gettext("Total")
    values = tuple((name, _worded(name, value)) for name, value in node.values)
    return Node(node.code, values).text(gettext)


def _worded(name: str, value: Value) -> Value:
    """Codes of the metering side as words, shares as percentages."""
    if name in _SHARES and isinstance(value, Decimal):
        return percent_text(value).lstrip("+")
    if name == "kind" and isinstance(value, str):
        return str(KIND_WORDS.get(value, value))
    return value
