"""What a point's usage is made of (用水性质组成): fixed volumes first, then ratios, the rest last."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from qingyuan.domains.meters.rules.states import ShareKind
from qingyuan.kernel.errors import DomainError


@dataclass(frozen=True, slots=True)
class NewShare:
    """One class's share: FIXED `value` in m³ a month, RATIO a part of 1, REMAINDER none."""

    class_code: str
    kind: ShareKind = ShareKind.REMAINDER
    value: Decimal | None = None


class RemainderNotLast(DomainError):
    """Exactly one share takes the rest, and it comes last."""

    code = "meters.remainder_not_last"


class ShareOrderWrong(DomainError):
    """Fixed volumes come before ratios: ratios apply to what they leave."""

    code = "meters.share_order_wrong"


class ShareValueInvalid(DomainError):
    """A fixed volume is above 0, a ratio above 0 and at most 1, both with at most three places; the rest has no value."""

    code = "meters.share_value_invalid"


class SharesExceedWhole(DomainError):
    """The ratios together are more than the whole."""

    code = "meters.shares_exceed_whole"


class ShareClassRepeated(DomainError):
    """A usage class has more than one share."""

    code = "meters.share_class_repeated"


_RANK = {ShareKind.FIXED: 0, ShareKind.RATIO: 1, ShareKind.REMAINDER: 2}


def check_shares(shares: Sequence[NewShare]) -> None:
    """The shares cover any volume exactly. Raises the classes of this module."""
    remainders = [place for place, share in enumerate(shares) if share.kind is ShareKind.REMAINDER]
    if remainders != [len(shares) - 1]:
        raise RemainderNotLast(shares=len(shares), remainders=len(remainders))
    ranks = [_RANK[share.kind] for share in shares]
    if ranks != sorted(ranks):
        raise ShareOrderWrong()
    for share in shares:
        if not _value_is_right(share):
            raise ShareValueInvalid(class_code=share.class_code, value=share.value)
    ratios = sum((share.value or Decimal(0) for share in shares if share.kind is ShareKind.RATIO), Decimal(0))
    if ratios > 1:
        raise SharesExceedWhole(ratios=ratios)
    if len({share.class_code for share in shares}) < len(shares):
        raise ShareClassRepeated()


def _value_is_right(share: NewShare) -> bool:
    if share.kind is ShareKind.REMAINDER:
        return share.value is None
    if share.value is None or not share.value.is_finite() or share.value != share.value.quantize(Decimal("0.001")):
        return False
    return 0 < share.value <= (1 if share.kind is ShareKind.RATIO else Decimal(10) ** 9)
