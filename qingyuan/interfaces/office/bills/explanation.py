"""The bill's explanation tree (帐单解释) on the page: the tree that every face shows, with links to readings and photos."""

from collections.abc import Collection

from django.urls import reverse

from qingyuan.domains.billing.queries.explain import BillExplanation
from qingyuan.domains.tariffs.rules.explanation import Node
from qingyuan.interfaces.office.shell.explanations import ExplainedStep, explained

_CLOSED = frozenset({"was_billed"})


def tree_of(explanation: BillExplanation, *, permissions: Collection[str] = ()) -> ExplainedStep:
    """The tree in words. Its leaves with an amount sum to the bill's amount."""
    return explained(explanation.tree, link=_evidence_url if "readings.view" in permissions else None, closed=_CLOSED)


def _evidence_url(node: Node) -> str:
    """The reading, or its photo; empty for every other step."""
    values = dict(node.values)
    if node.code == "photo":
        return f"{reverse('readings:photo', args=[values['photo']])}?item={values['reading_item']}"
    if "reading_item" in values:
        return reverse("readings:detail", args=[values["reading_item"]])
    return ""
