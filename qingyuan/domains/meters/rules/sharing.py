"""How the difference of a main is shared among its subs (分摊约定): what is agreed, and that it fits together."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from qingyuan.domains.meters.rules.states import LinkKind, Sharing
from qingyuan.kernel.errors import DomainError

_ONE = Decimal(1)
_PLACES = Decimal("0.000001")
MOST_PLACES = 3


class SharingMissing(DomainError):
    """Subs that share their main's difference need a way of sharing; other subs have none (分摊方式未填)."""

    code = "meters.sharing_missing"


class ShareInvalid(DomainError):
    """With fixed shares each sub has its part, above 0 and at most the whole; otherwise none has one (分摊比例不符)."""

    code = "meters.share_invalid"


class SharesOverWhole(DomainError):
    """The fixed shares of a main's subs together exceed the whole (分摊比例合计超过 100%)."""

    code = "meters.shares_over_whole"


class CapInvalid(DomainError):
    """A cap is a part of the main's usage, above 0 and at most the whole; a scale is 0 to 3 places (分摊上限不符)."""

    code = "meters.cap_invalid"


class SharingDiffers(DomainError):
    """Other subs of the main share by another way, cap or scale: all of them are changed together (同一总表分摊方式不一致)."""

    code = "meters.sharing_differs"


class MainKindsMixed(DomainError):
    """A main either is billed less its subs or has its difference shared among them (总表不得既扣减又分摊)."""

    code = "meters.main_kinds_mixed"


@dataclass(frozen=True, slots=True)
class SharingTerms:
    """By what a main's difference is shared: `cap` as a part of its usage (None: all of it), volumes of `scale` places,
    and with FIXED each sub's part of the difference, by point id.
    """

    method: Sharing
    cap: Decimal | None = None
    scale: int = 0
    shares: Mapping[int, Decimal] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class StandingLink:
    """A link of the main, as far as agreement goes, in [from_date, to_date)."""

    kind: LinkKind
    terms: tuple[str, Decimal | None, int]
    share: Decimal | None
    from_date: date
    to_date: date | None


def check_terms(kind: LinkKind, terms: SharingTerms | None, sub_ids: Iterable[int]) -> None:
    """Whether the terms fit the kind and the subs. Raises SharingMissing, ShareInvalid, CapInvalid."""
    if (kind is LinkKind.ALLOCATE) != (terms is not None):
        raise SharingMissing()
    if terms is None:
        return
    if (terms.cap is not None and not _is_part(terms.cap)) or not 0 <= terms.scale <= MOST_PLACES:
        raise CapInvalid()
    fixed = terms.method is Sharing.FIXED
    for sub_id in sub_ids:
        share = terms.shares.get(sub_id)
        if fixed != (share is not None) or (share is not None and not _is_part(share)):
            raise ShareInvalid()


def check_together(links: Iterable[StandingLink], *, since: date) -> None:
    """Whether a main's links from `since` on fit together. Raises MainKindsMixed, SharingDiffers, SharesOverWhole."""
    lasting = [link for link in links if link.to_date is None or link.to_date > max(since, link.from_date)]
    kinds = {link.kind for link in lasting}
    if {LinkKind.DEDUCT, LinkKind.ALLOCATE} <= kinds:
        raise MainKindsMixed()
    sharing = [link for link in lasting if link.kind is LinkKind.ALLOCATE]
    if len({link.terms for link in sharing}) > 1:
        raise SharingDiffers()
    for day in {since, *(link.from_date for link in sharing if link.from_date > since)}:
        in_force = [link for link in sharing if link.from_date <= day and (link.to_date is None or day < link.to_date)]
        total = sum((link.share for link in in_force if link.share is not None), Decimal(0))
        if total > _ONE:
            raise SharesOverWhole(total=f"{(total * 100).normalize():f}")


def _is_part(value: Decimal) -> bool:
    return value.is_finite() and 0 < value <= _ONE and value == value.quantize(_PLACES)
