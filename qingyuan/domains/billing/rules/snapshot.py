"""The canonical input of a bill (计费快照), format `qy-run/1`: natural keys and the rating request as canonical JSON.

The text is composed by hand, since a run writes one for each bill twice: it is the same bytes as
`kernel.canonical.canonical_json` would give (sorted keys, no spaces, decimals as strings, dates as ISO), which a test
proves. What has its default is left out. `snapshot_reading` reads it back, so that a bill can be rated again from it alone.
"""

import json
from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from json.encoder import encode_basestring as quoted
from typing import Any, NamedTuple

from qingyuan.domains.tariffs.rules.request import (
    ItemChange,
    ItemOption,
    ItemTax,
    RatingRequest,
    SharedBy,
    TierUse,
    UsagePiece,
    UsageShare,
    UsageStep,
    VersionRef,
)

FORMAT = "qy-run/1"


class SnapshotTexts(NamedTuple):
    """The input's text before and after its pieces, without tier use."""

    before: str
    after: str


def render_request(request: RatingRequest, tier_use: Iterable[TierUse], *, pieces: str | None = None) -> str:
    """A rating request as canonical JSON, with this tier use; `pieces` is their text where it was made before."""
    texts = input_texts(request)
    given = ",".join([piece_text(each) for each in request.pieces]) if pieces is None else pieces
    return f"{texts.before}[{given}]{texts.after}{tier_use_text(tier_use)}}}"


def input_texts(request: RatingRequest) -> SnapshotTexts:
    """The parts of a request's text around its pieces."""
    parts: list[str] = []
    add = parts.append
    if not request.account_fees:
        add('"account_fees":false')
    if request.account_used is not None:
        add(f'"account_used":{"true" if request.account_used else "false"}')
    if request.anchor is not None:
        add(f'"anchor":"{request.anchor}"')
    if request.calibre:
        add(f'"calibre":{quoted(request.calibre)}')
    if request.carry_before:
        add(f'"carry_before":"{request.carry_before}"')
    if request.closed is not None:
        add(f'"closed":"{request.closed}"')
    if request.corrected_volume is not None:
        add(f'"corrected_volume":"{request.corrected_volume}"')
    if request.item_changes:
        add(f'"item_changes":{_item_changes(request.item_changes)}')
    if request.item_taxes:
        add(f'"item_taxes":{_taxes(request.item_taxes)}')
    add(f'"months":{request.months}')
    if request.opened is not None:
        add(f'"opened":"{request.opened}"')
    if request.options:
        add(f'"options":{_options(request.options)}')
    if request.people:
        add(f'"people":[{",".join([f"[{_day(each.start)},{each.people}]" for each in request.people])}]')
    if request.period_date is not None:
        add(f'"period_date":"{request.period_date}"')
    after: list[str] = []
    if request.quota:
        quota = ",".join([f'[{_day(each.start)},"{each.volume}"]' for each in request.quota])
        after.append(f',"quota":[{quota}]')
    if request.relief:
        after.append(f',"relief":[{",".join([quoted(each) for each in request.relief])}]')
    after.append(f',"shares":{_shares(request.shares)}')
    if request.tax_overrides:
        after.append(f',"tax_overrides":{_taxes(request.tax_overrides)}')
    return SnapshotTexts("{" + ",".join(parts) + ',"pieces":', "".join(after))


def tier_use_text(tier_use: Iterable[TierUse]) -> str:
    """The last member of an input, empty without use."""
    uses = ",".join(sorted([f'[{quoted(each.counter)},{_day(each.cycle_start)},"{each.volume}"]' for each in tier_use]))
    return f',"tier_use":[{uses}]' if uses else ""


def piece_text(piece: UsagePiece) -> str:
    """One piece: [start, end, volume, steps]."""
    steps = ",".join([_step(each) for each in piece.steps])
    return f'[{_day(piece.start)},{_day(piece.end)},"{piece.volume}",[{steps}]]'


def pieces_of_text(text: str) -> tuple[UsagePiece, ...]:
    """Pieces from their text, several separated by commas; none for an empty one."""
    return tuple(piece_of(each) for each in json.loads(f"[{text}]"))


def piece_of(given: Any) -> UsagePiece:
    """A piece from its JSON array."""
    start, end, volume, steps = given
    return UsagePiece(Decimal(volume), _date(start), _date(end), tuple(_step_of(each) for each in steps))


def _step_of(given: Any) -> UsageStep:
    kind, volume, reference, previous, current, multiplier, *more = given
    return UsageStep(
        kind,
        Decimal(volume),
        reference,
        _decimal(previous),
        _decimal(current),
        _decimal(multiplier),
        SharedBy(more[0], *map(Decimal, more[1:])) if more else None,
    )


def _date(text: str | None) -> date | None:
    return None if text is None else date.fromisoformat(text)


def _decimal(text: str | None) -> Decimal | None:
    return None if text is None else Decimal(text)


def _shares(shares: Iterable[UsageShare]) -> str:
    """[kind, value, versions] each."""
    made = [
        f'["{share.kind}",{"null" if share.value is None else quoted(str(share.value))},{_versions(share.versions)}]'
        for share in shares
    ]
    return f"[{','.join(made)}]"


def _options(options: Iterable[ItemOption]) -> str:
    """[charge item, versions] each, no versions for an exemption."""
    return f"[{','.join([f'[{quoted(each.item_code)},{_versions(each.versions)}]' for each in options])}]"


def _item_changes(changes: Iterable[ItemChange]) -> str:
    """[charge item, volume, adjustment, reason] each, no volume for one that is let off wholly."""
    made = [
        f"[{quoted(each.item_code)},{_number(each.volume)},{quoted(each.reference)},{quoted(each.reason)}]"
        for each in changes
    ]
    return f"[{','.join(made)}]"


def _taxes(taxes: Iterable[ItemTax]) -> str:
    """[charge item, treatment, rate, included] each."""
    made = [
        f'[{quoted(each.item_code)},"{each.tax.treatment}",{"null" if each.tax.rate is None else quoted(str(each.tax.rate))},'
        f"{'true' if each.tax.included else 'false'}]"
        for each in taxes
    ]
    return f"[{','.join(made)}]"


def _day(day: date | None) -> str:
    return "null" if day is None else f'"{day}"'


def _versions(versions: Iterable[VersionRef]) -> str:
    return f"[{','.join([f'[{quoted(v.code)},{_day(v.effective_from)},{_day(v.start)}]' for v in versions])}]"


def _step(step: UsageStep) -> str:
    return (
        f'[{quoted(step.kind)},"{step.volume}",{quoted(step.reference)},{_number(step.previous)},'
        f"{_number(step.current)},{_number(step.multiplier)}{_shared_by(step.shared_by)}]"
    )


def _shared_by(by: SharedBy | None) -> str:
    """Four more members, of a share of a main's difference alone."""
    return "" if by is None else f',"{by.method}","{by.shared}","{by.weight}","{by.weights}"'


def _number(value: Decimal | None) -> str:
    return "null" if value is None else f'"{value}"'
