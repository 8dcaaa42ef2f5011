"""Explanation of a charge item with a volume of its own (单项增减解释): by which adjustment, and what it leaves of each line."""

from collections.abc import Iterator

from qingyuan.domains.tariffs.rules.drafts import Draft
from qingyuan.domains.tariffs.rules.explanation import Node, Value
from qingyuan.domains.tariffs.rules.request import RatingRequest
from qingyuan.domains.tariffs.rules.result import RatingLine


def explain_item_changes(request: RatingRequest, item_code: str) -> Iterator[Node]:
    """The adjustments of the item, each with its number and reason where a person asked for it."""
    for change in request.item_changes:
        if change.item_code != item_code:
            continue
        code = "item_waived" if change.volume is None else "item_more" if change.volume > 0 else "item_less"
        values: tuple[tuple[str, Value], ...] = ()
        if change.volume is not None:
            values = (("volume", abs(change.volume)),)
        if change.reference:
            values = (("reference", change.reference), ("reason", change.reason), *values)
            code += "_by"
        yield Node(code, values)


def own_volume(draft: Draft, line: RatingLine) -> Iterator[Node]:
    """What of the line's metered volume counts for the item, where that is another."""
    if draft.own is not None and draft.own != line.metered_volume:
        yield Node("own_volume", (("metered", line.metered_volume), ("own", draft.own)))
