"""The facts of a single question to rating (单笔试算): what the command line, a case file and the calculator ask.

They name plans by code; `build_request` resolves the versions and places the volume used before.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from decimal import Decimal

from qingyuan.domains.tariffs.rules.catalogue import Catalogue
from qingyuan.domains.tariffs.rules.plan import MonthDay
from qingyuan.domains.tariffs.rules.rate import needed_tier_use
from qingyuan.domains.tariffs.rules.request import (
    NO_VOLUME,
    ItemChange,
    ItemOption,
    ItemTax,
    PeopleFrom,
    QuotaFrom,
    RatingRequest,
    ShareKind,
    TierUse,
    UsagePiece,
    UsageShare,
    VersionRef,
)


@dataclass(frozen=True, slots=True)
class ShareFacts:
    """A usage share by plan code (用水性质组成)."""

    tariff: str
    kind: ShareKind = ShareKind.REMAINDER
    value: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Facts:
    """One question. Without dates the latest version answers; `used_before` belongs to the first counter touched.

    `versions` are the plan's, pinned, where they are known already: they are taken instead of the code.
    `on`: without dates the versions in force on that day answer, instead of the latest.
    `used_by_counter` gives it by counter instead. `options`: charge item → item plan's code, None for exempt.
    """

    tariff: str
    usage: Decimal = NO_VOLUME
    pieces: tuple[UsagePiece, ...] = ()
    start: date | None = None
    end: date | None = None
    used_before: Decimal = NO_VOLUME
    used_by_counter: Mapping[str, Decimal] = field(default_factory=dict)
    months: int = 1
    people: int | None = None
    people_changes: tuple[PeopleFrom, ...] = ()
    quota: Decimal | None = None
    calibre: str = ""
    carry: Decimal = NO_VOLUME
    relief: tuple[str, ...] = ()
    anchor: MonthDay | None = None
    opened: date | None = None
    closed: date | None = None
    period: date | None = None
    shares: tuple[ShareFacts, ...] = ()
    options: Mapping[str, str | None] = field(default_factory=dict)
    tax: tuple[ItemTax, ...] = ()
    corrected_volume: Decimal | None = None
    versions: tuple[VersionRef, ...] = ()
    on: date | None = None
    item_changes: tuple[ItemChange, ...] = ()


def build_request(facts: Facts, catalogue: Catalogue) -> RatingRequest:
    """The request that the facts ask. Raises VersionUnknown, NoVersionInForce and as `needed_tier_use`."""
    pieces = facts.pieces or (UsagePiece(facts.usage, facts.start, facts.end),)
    start, end = pieces[0].start, pieces[-1].end
    if pieces[-1].start is not None and pieces[-1].start == end:
        end = end + timedelta(days=1)
    by_start, by_end = start, end
    if start is None and facts.on is not None:
        by_start, by_end = facts.on, facts.on + timedelta(days=1)
    shares = facts.shares or (ShareFacts(facts.tariff),)
    people = facts.people_changes
    if facts.people is not None:
        people = (PeopleFrom(None, facts.people), *people)
    request = RatingRequest(
        pieces=pieces,
        shares=tuple(
            UsageShare(
                catalogue.refs(share.tariff, by_start, by_end)
                if facts.shares or not facts.versions
                else facts.versions,
                share.kind,
                share.value,
            )
            for share in shares
        ),
        months=facts.months,
        period_date=facts.period,
        carry_before=facts.carry,
        people=people,
        quota=(QuotaFrom(None, facts.quota),) if facts.quota is not None else (),
        calibre=facts.calibre,
        relief=facts.relief,
        options=tuple(
            ItemOption(charge_item, _option_refs(catalogue, code, by_start, by_end))
            for charge_item, code in facts.options.items()
        ),
        tax_overrides=facts.tax,
        anchor=facts.anchor,
        opened=facts.opened,
        closed=facts.closed,
        corrected_volume=facts.corrected_volume,
        item_changes=facts.item_changes,
    )
    return replace(request, tier_use=_tier_use(facts, request, catalogue))


def _option_refs(
    catalogue: Catalogue, code: str | None, start: date | None, end: date | None
) -> tuple[VersionRef, ...]:
    return () if code is None else catalogue.refs(code, start, end)


def _tier_use(facts: Facts, request: RatingRequest, catalogue: Catalogue) -> tuple[TierUse, ...]:
    keys = needed_tier_use(request, catalogue)
    if facts.used_by_counter:
        given = dict(facts.used_by_counter)
        return tuple(TierUse(counter, cycle, given.pop(counter)) for counter, cycle in keys if counter in given)
    return tuple(TierUse(counter, cycle, facts.used_before) for counter, cycle in keys[:1])
