"""A month's rating request with an adjustment of its usage, or of one charge item of it (增减后的计费输入)."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from decimal import Decimal

from qingyuan.domains.tariffs.rules.catalogue import Catalogue
from qingyuan.domains.tariffs.rules.request import (
    ItemChange,
    ItemOption,
    RatingRequest,
    UsagePiece,
    UsageShare,
    UsageStep,
)

ADJUSTMENT = "ADJUSTMENT"
OF_MAINS = frozenset({"SUBS", "HANDED_DOWN"})
"""Steps that a main's usage alone has, which is one piece."""


@dataclass(frozen=True, slots=True)
class AdjustableItem:
    """A charge item of a month's bill. `by_volume`: it may be adjusted in m³; otherwise only let off wholly."""

    code: str
    by_volume: bool


def with_usage(request: RatingRequest, change: Decimal) -> RatingRequest:
    """The request with so many m³ more (negative: less) over its whole span, as readings would cut it."""
    pieces = request.pieces
    step = UsageStep(ADJUSTMENT, change)
    if any(each.kind in OF_MAINS for piece in pieces for each in piece.steps):
        only = pieces[0]
        made = replace(only, volume=only.volume + change, steps=(*only.steps, step))
        return replace(request, pieces=(made, *pieces[1:]))
    return replace(request, pieces=(*pieces, UsagePiece(change, pieces[0].start, pieces[-1].end, (step,))))


def with_item(request: RatingRequest, item_code: str, change: Decimal | None) -> RatingRequest:
    """The request with one charge item charged so much more (negative: less) alone, None: let off wholly."""
    return replace(request, item_changes=(*request.item_changes, ItemChange(item_code, change)))


def adjustable_items(
    shares: Iterable[UsageShare], options: tuple[ItemOption, ...], catalogue: Catalogue
) -> tuple[AdjustableItem, ...]:
    """The charge items of these shares' price versions with the point's options, in the plans' order.

    Raises VersionUnknown, WrongPlanKind, ItemPlanDoesNotFit.
    """
    found: dict[str, bool] = {}
    for share in shares:
        for governing in catalogue.timeline(share.versions, options):
            for charge in governing.compiled.charges:
                found[charge.item_code] = bool(charge.prices) or found.get(charge.item_code, False)
    return tuple(AdjustableItem(code, by_volume) for code, by_volume in found.items())
