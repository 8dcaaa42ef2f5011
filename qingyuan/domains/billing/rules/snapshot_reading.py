"""Reading a snapshot back (快照解析): the inverse of `snapshot.render`."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from qingyuan.domains.billing.rules.snapshot import FORMAT, piece_of
from qingyuan.domains.tariffs.rules.plan import MonthDay, Tax, Treatment
from qingyuan.domains.tariffs.rules.request import (
    ItemChange,
    ItemOption,
    ItemTax,
    PeopleFrom,
    QuotaFrom,
    RatingRequest,
    ShareKind,
    TierUse,
    UsageShare,
    VersionRef,
)


@dataclass(frozen=True, slots=True)
class Snapshot:
    """What a bill was calculated from. `before` is set on a correcting bill: the request that stood billed till then."""

    account_no: str
    point_no: str
    group_no: str
    yyyymm: int
    round_no: int
    kind: str
    revision: int
    after: RatingRequest
    before: RatingRequest | None
    corrects: str
    cause: str


class UnknownFormat(ValueError):
    """A bill's snapshot is in a format that this version cannot read: a programming error, found by `verify`."""


def parse(text: str, *, hash_format: str = FORMAT) -> Snapshot:
    """The snapshot as values. Raises UnknownFormat, and ValueError or KeyError for a text that is none."""
    if hash_format != FORMAT:
        raise UnknownFormat(hash_format)
    given = json.loads(text)
    before = given.get("before")
    return Snapshot(
        account_no=given["account"],
        point_no=given["point"],
        group_no=given["group"],
        yyyymm=given["period"],
        round_no=given["round"],
        kind=given["kind"],
        revision=given["revision"],
        after=parse_request(given["input"]),
        before=None if before is None else parse_request(before),
        corrects=given.get("corrects", ""),
        cause=given.get("cause", ""),
    )


def parse_request(given: dict[str, Any]) -> RatingRequest:
    """A rating request from its canonical JSON."""
    return RatingRequest(
        pieces=tuple(piece_of(each) for each in given["pieces"]),
        shares=tuple(UsageShare(_versions(v), ShareKind(k), _number(value)) for k, value, v in given["shares"]),
        months=given["months"],
        period_date=_day(given.get("period_date")),
        tier_use=tuple(TierUse(c, _day(start), Decimal(volume)) for c, start, volume in given.get("tier_use", ())),
        carry_before=Decimal(given.get("carry_before", "0.000")),
        people=tuple(PeopleFrom(_day(start), people) for start, people in given.get("people", ())),
        quota=tuple(QuotaFrom(_day(start), Decimal(volume)) for start, volume in given.get("quota", ())),
        calibre=given.get("calibre", ""),
        relief=tuple(given.get("relief", ())),
        options=tuple(ItemOption(code, _versions(v)) for code, v in given.get("options", ())),
        tax_overrides=_taxes(given.get("tax_overrides", ())),
        item_taxes=_taxes(given.get("item_taxes", ())),
        anchor=_month_day(given.get("anchor")),
        opened=_day(given.get("opened")),
        closed=_day(given.get("closed")),
        account_fees=given.get("account_fees", True),
        account_used=given.get("account_used"),
        corrected_volume=_number(given.get("corrected_volume")),
        item_changes=tuple(
            ItemChange(code, _number(volume), reference, reason)
            for code, volume, reference, reason in given.get("item_changes", ())
        ),
    )


def _day(text: str | None) -> date | None:
    return None if text is None else date.fromisoformat(text)


def _number(text: str | None) -> Decimal | None:
    return None if text is None else Decimal(text)


def _month_day(text: str | None) -> MonthDay | None:
    if text is None:
        return None
    month, _, day = text.partition("-")
    return MonthDay(int(month), int(day))


def _versions(given: Sequence[Sequence[str]]) -> tuple[VersionRef, ...]:
    return tuple(VersionRef(code, date.fromisoformat(of), date.fromisoformat(start)) for code, of, start in given)


def _taxes(given: Sequence[Sequence[Any]]) -> tuple[ItemTax, ...]:
    return tuple(
        ItemTax(code, Tax(Treatment(treatment), _number(rate), included)) for code, treatment, rate, included in given
    )
