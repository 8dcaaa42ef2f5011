"""What differs between two rating requests, fact by fact (变更依据): the reason tree of a correcting bill begins with it."""

from collections.abc import Iterable
from datetime import date
from typing import NamedTuple

from qingyuan.domains.tariffs.rules.request import RatingRequest, UsageShare

USAGE, PEOPLE, RELIEF, QUOTA = "usage", "people", "relief", "quota"
CLASSES, OPTIONS, TAXES, CALIBRE, CYCLE = "classes", "options", "taxes", "calibre", "cycle"
ITEMS = "items"


class ChangedFact(NamedTuple):
    """A fact as the bill was made by it, and as it stands now; both as text of natural keys, empty for none."""

    fact: str
    before: str
    now: str


def changed_facts(before: RatingRequest, now: RatingRequest) -> tuple[ChangedFact, ...]:
    """The facts that differ, in the order in which a bill is made of them. Dated facts count as far as they lie in the span:
    what begins after the usage ended changes nothing.
    """
    last = max((piece.end for piece in now.pieces if piece.end is not None), default=None)
    pairs = (
        (USAGE, str(before.usage), str(now.usage)),
        (ITEMS, _item_changes(before), _item_changes(now)),
        (PEOPLE, _dated(before, "people", last), _dated(now, "people", last)),
        (RELIEF, ",".join(before.relief), ",".join(now.relief)),
        (QUOTA, _dated(before, "volume", last), _dated(now, "volume", last)),
        (CLASSES, _shares(before.shares), _shares(now.shares)),
        (OPTIONS, _options(before), _options(now)),
        (TAXES, _taxes(before), _taxes(now)),
        (CALIBRE, before.calibre, now.calibre),
        (CYCLE, _cycle(before), _cycle(now)),
    )
    return tuple(ChangedFact(*pair) for pair in pairs if pair[1] != pair[2])


def _dated(request: RatingRequest, value: str, last: date | None) -> str:
    """The values in the span, one after another; the same value again is no change."""
    facts = request.people if value == "people" else request.quota
    shown: list[str] = []
    for each in facts:
        if last is not None and each.start is not None and each.start >= last:
            continue
        text = str(getattr(each, value))
        if not shown or shown[-1] != text:
            shown.append(text)
    return " → ".join(shown)


def _shares(shares: Iterable[UsageShare]) -> str:
    return "; ".join(
        " ".join(
            [
                *(() if share.value is None else (f"{share.kind} {share.value}",)),
                " → ".join(f"{version.code} ({version.effective_from})" for version in share.versions),
            ]
        )
        for share in shares
    )


def _options(request: RatingRequest) -> str:
    return "; ".join(
        f"{option.item_code}: {' → '.join(version.code for version in option.versions) or '0'}"
        for option in request.options
    )


def _item_changes(request: RatingRequest) -> str:
    return "; ".join(
        f"{each.item_code} {'0' if each.volume is None else f'{each.volume:+f} m³'} ({each.reference})"
        for each in request.item_changes
    )


def _taxes(request: RatingRequest) -> str:
    return "; ".join(f"{each.item_code}: {each.tax.rate}" for each in (*request.item_taxes, *request.tax_overrides))


def _cycle(request: RatingRequest) -> str:
    given = (request.months, request.anchor, request.opened, request.closed)
    return " ".join("" if each is None else str(each) for each in given).strip()
