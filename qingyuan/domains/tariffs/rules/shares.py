"""Mixed use (混合用水): one bill's volume in parts by usage class."""

from collections.abc import Sequence
from decimal import Decimal

from qingyuan.domains.tariffs.rules.request import NO_VOLUME, RatingRequest, ShareKind, UsageShare
from qingyuan.kernel.errors import DomainError
from qingyuan.kernel.rounding import Rounding, rounder

_whole = rounder(0, Rounding.DOWN)
_litre = rounder(3, Rounding.HALF_UP)


class SharesExceedWhole(DomainError):
    """The ratios of a point's usage shares sum to more than one, or there is more than one remainder (组成比例超过一)."""

    code = "tariffs.shares_exceed_whole"


def split_by_shares(volume: Decimal, shares: Sequence[UsageShare], months: int) -> list[Decimal]:
    """`volume` (not negative) by share: fixed volumes first, ratios of what is left, the rest to the remainder.

    Ratios are truncated to whole units. The rest goes to the REMAINDER share, without one to the last share.
    Raises SharesExceedWhole.
    """
    if len(shares) == 1:
        return [volume]
    rest = _rest_index(shares)
    parts = [NO_VOLUME] * len(shares)
    left = volume
    for index, share in enumerate(shares):
        if share.kind is ShareKind.FIXED and index != rest:
            parts[index] = min(left, (share.value or NO_VOLUME) * months)
            left -= parts[index]
    after_fixed = left
    for index, share in enumerate(shares):
        if share.kind is ShareKind.RATIO and index != rest:
            parts[index] = _litre(_whole(after_fixed * (share.value or NO_VOLUME)))
            left -= parts[index]
    parts[rest] = left
    return parts


def _rest_index(shares: Sequence[UsageShare]) -> int:
    remainders = [index for index, share in enumerate(shares) if share.kind is ShareKind.REMAINDER]
    ratios = sum((share.value or NO_VOLUME for share in shares if share.kind is ShareKind.RATIO), NO_VOLUME)
    if len(remainders) > 1 or ratios > 1:
        raise SharesExceedWhole(ratios=ratios, remainders=len(remainders))
    return remainders[0] if remainders else len(shares) - 1


def share_volumes(request: RatingRequest, billed: Decimal) -> list[Decimal]:
    """The billed volume (its size, on a credit) by share; a credit mirrors the split of the bill that it corrects."""
    shares = request.shares
    if len(shares) == 1:
        return [billed]
    if not request.is_credit or request.corrected_volume is None:
        return split_by_shares(billed, shares, request.months)
    before = split_by_shares(request.corrected_volume, shares, request.months)
    after = split_by_shares(max(NO_VOLUME, request.corrected_volume - billed), shares, request.months)
    return settle([old - new for old, new in zip(before, after, strict=True)], billed)


def settle(volumes: Sequence[Decimal], total: Decimal) -> list[Decimal]:
    """The volumes with their sum made `total` at the last one, and none below zero: a shortage goes to its neighbours.

    `total` is not negative.
    """
    settled = list(volumes)
    settled[-1] += total - sum(settled, Decimal(0))
    for index in range(len(settled) - 1, 0, -1):
        if settled[index] < 0:
            settled[index - 1] += settled[index]
            settled[index] = NO_VOLUME
    for index in range(len(settled) - 1):
        if settled[index] < 0:
            settled[index + 1] += settled[index]
            settled[index] = NO_VOLUME
    return settled


def pieces_of_share(pieces: Sequence[Decimal], whole: Decimal, part: Decimal) -> list[Decimal]:
    """A share's volume over the bill's pieces, in proportion, to the litre; the last takes the rest."""
    if len(pieces) == 1 or whole == 0:
        return settle([NO_VOLUME] * len(pieces), part)
    return settle([_litre(piece * part / whole) for piece in pieces], part)
