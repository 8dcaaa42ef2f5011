"""A request as plain data and back (计费快照): strings, integers, lists and dictionaries, the same for the same facts.

Kept with the bill, it is rated again years later against a catalogue that holds the versions it names: versions are
pinned by (code, effective from), so that what was published since changes nothing. What has its default is left out.
"""

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from qingyuan.domains.tariffs.rules.plan import MonthDay, Tax, Treatment
from qingyuan.domains.tariffs.rules.request import (
    NO_VOLUME,
    ItemChange,
    ItemOption,
    ItemTax,
    PeopleFrom,
    QuotaFrom,
    RatingRequest,
    SharedBy,
    ShareKind,
    TierUse,
    UsagePiece,
    UsageShare,
    UsageStep,
    VersionRef,
)
from qingyuan.kernel.errors import DomainError

SNAPSHOT_FORMAT = "qingyuan-rating/1"
Plain = dict[str, Any]


class SnapshotUnreadable(DomainError):
    """A snapshot of another format, or one that lacks what it must have (快照无法读取)."""

    code = "tariffs.snapshot_unreadable"


def request_to_snapshot(request: RatingRequest) -> Plain:
    """The request as plain data, ready for canonical JSON."""
    made: Plain = {
        "format": SNAPSHOT_FORMAT,
        "months": request.months,
        "pieces": [_piece(piece) for piece in request.pieces],
        "shares": [_share(share) for share in request.shares],
        "tier_use": [[use.counter, _day(use.cycle_start), _volume(use.volume)] for use in request.tier_use],
    }
    if request.period_date is not None:
        made["period"] = request.period_date.isoformat()
    if request.carry_before:
        made["carry_before"] = _volume(request.carry_before)
    if request.people:
        made["people"] = [[_day(change.start), change.people] for change in request.people]
    if request.quota:
        made["quota"] = [[_day(change.start), _volume(change.volume)] for change in request.quota]
    if request.calibre:
        made["calibre"] = request.calibre
    if request.relief:
        made["relief"] = list(request.relief)
    if request.options:
        made["options"] = [[option.item_code, _refs(option.versions)] for option in request.options]
    if request.tax_overrides:
        made["tax_overrides"] = [_tax(each) for each in request.tax_overrides]
    if request.item_taxes:
        made["item_taxes"] = [_tax(each) for each in request.item_taxes]
    _add_rare(request, made)
    return made


def _add_rare(request: RatingRequest, made: Plain) -> None:
    if request.anchor is not None:
        made["anchor"] = str(request.anchor)
    if request.opened is not None:
        made["opened"] = request.opened.isoformat()
    if request.closed is not None:
        made["closed"] = request.closed.isoformat()
    if not request.account_fees:
        made["account_fees"] = 0
    if request.account_used is not None:
        made["account_used"] = int(request.account_used)
    if request.corrected_volume is not None:
        made["corrected_volume"] = _volume(request.corrected_volume)
    if request.item_changes:
        made["item_changes"] = [
            [each.item_code, None if each.volume is None else _volume(each.volume), each.reference, each.reason]
            for each in request.item_changes
        ]


def request_from_snapshot(data: Mapping[str, Any]) -> RatingRequest:
    """The request that the snapshot was made of. Raises SnapshotUnreadable."""
    if data.get("format") != SNAPSHOT_FORMAT:
        raise SnapshotUnreadable(format=data.get("format"), wanted=SNAPSHOT_FORMAT)
    try:
        return _read(data)
    except (KeyError, TypeError, ValueError, ArithmeticError) as error:
        raise SnapshotUnreadable(format=SNAPSHOT_FORMAT, wanted=repr(error)) from error


def _read(data: Mapping[str, Any]) -> RatingRequest:
    corrected, anchor = data.get("corrected_volume"), data.get("anchor")
    used = data.get("account_used")
    return RatingRequest(
        pieces=tuple(_piece_from(piece) for piece in data["pieces"]),
        shares=tuple(
            UsageShare(_refs_from(share["versions"]), ShareKind(share["kind"]), _optional(share.get("value")))
            for share in data["shares"]
        ),
        months=data["months"],
        period_date=_day_from(data.get("period")),
        tier_use=tuple(
            TierUse(counter, _day_from(cycle), Decimal(volume)) for counter, cycle, volume in data["tier_use"]
        ),
        carry_before=Decimal(data.get("carry_before", NO_VOLUME)),
        people=tuple(PeopleFrom(_day_from(start), people) for start, people in data.get("people", ())),
        quota=tuple(QuotaFrom(_day_from(start), Decimal(volume)) for start, volume in data.get("quota", ())),
        calibre=data.get("calibre", ""),
        relief=tuple(data.get("relief", ())),
        options=tuple(ItemOption(code, _refs_from(refs)) for code, refs in data.get("options", ())),
        tax_overrides=tuple(_tax_from(each) for each in data.get("tax_overrides", ())),
        item_taxes=tuple(_tax_from(each) for each in data.get("item_taxes", ())),
        anchor=MonthDay(*(int(part) for part in anchor.split("-"))) if anchor else None,
        opened=_day_from(data.get("opened")),
        closed=_day_from(data.get("closed")),
        account_fees=bool(data.get("account_fees", 1)),
        account_used=None if used is None else bool(used),
        corrected_volume=_optional(corrected),
        item_changes=tuple(
            ItemChange(code, _optional(volume), reference, reason)
            for code, volume, reference, reason in data.get("item_changes", ())
        ),
    )


def _volume(volume: Decimal) -> str:
    return f"{volume:.3f}"


def _day(day: date | None) -> str | None:
    return None if day is None else day.isoformat()


def _day_from(text: str | None) -> date | None:
    return None if text is None else date.fromisoformat(text)


def _optional(text: str | None) -> Decimal | None:
    return None if text is None else Decimal(text)


def _piece(piece: UsagePiece) -> Plain:
    made: Plain = {"volume": _volume(piece.volume), "from": _day(piece.start), "to": _day(piece.end)}
    if piece.steps:
        made["steps"] = [
            [
                step.kind,
                _volume(step.volume),
                step.reference,
                *(None if value is None else str(value) for value in (step.previous, step.current, step.multiplier)),
                *(_shared_by(step.shared_by) if step.shared_by is not None else ()),
            ]
            for step in piece.steps
        ]
    return made


def _piece_from(data: Mapping[str, Any]) -> UsagePiece:
    steps = tuple(
        UsageStep(
            kind,
            Decimal(volume),
            reference,
            _optional(previous),
            _optional(current),
            _optional(multiplier),
            SharedBy(more[0], *map(Decimal, more[1:])) if more else None,
        )
        for kind, volume, reference, previous, current, multiplier, *more in data.get("steps", ())
    )
    return UsagePiece(Decimal(data["volume"]), _day_from(data["from"]), _day_from(data["to"]), steps)


def _shared_by(by: SharedBy) -> list[str]:
    return [by.method, str(by.shared), str(by.weight), str(by.weights)]


def _share(share: UsageShare) -> Plain:
    made: Plain = {"kind": share.kind.value, "versions": _refs(share.versions)}
    if share.value is not None:
        made["value"] = str(share.value)
    return made


def _refs(refs: Sequence[VersionRef]) -> list[list[str]]:
    return [[ref.code, ref.effective_from.isoformat(), ref.start.isoformat()] for ref in refs]


def _refs_from(data: Sequence[Sequence[str]]) -> tuple[VersionRef, ...]:
    return tuple(
        VersionRef(code, date.fromisoformat(version), date.fromisoformat(start)) for code, version, start in data
    )


def _tax(each: ItemTax) -> list[object]:
    tax = each.tax
    return [each.item_code, tax.treatment.value, None if tax.rate is None else str(tax.rate), int(tax.included)]


def _tax_from(data: Sequence[Any]) -> ItemTax:
    code, treatment, rate, included = data
    return ItemTax(code, Tax(Treatment(treatment), _optional(rate), bool(included)))
