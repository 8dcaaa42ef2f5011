"""The canonical input of a bill (计费快照), format `qy-run/1`: natural keys and the rating request as canonical JSON.

The text is composed by hand, since a run writes one for each bill twice: it is the same bytes as
`kernel.canonical.canonical_json` would give (sorted keys, no spaces, decimals as strings, dates as ISO), which a test
proves. What has its default is left out. `parse` reads it back, so that a bill can be rated again from it alone.
"""

from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from json.encoder import encode_basestring as quoted

from qingyuan.domains.billing.rules.case import Case, Facts
from qingyuan.domains.tariffs.rules.plan import Tax
from qingyuan.domains.tariffs.rules.request import (
    ItemOption,
    ItemTax,
    RatingRequest,
    TierUse,
    UsagePiece,
    UsageShare,
    UsageStep,
    VersionRef,
)

FORMAT = "qy-run/1"


def render(case: Case, request: RatingRequest, tier_use: Iterable[TierUse]) -> str:
    """The snapshot of a case that was rated by `request`; `tier_use` is the part of its use that the rating touched."""
    place = case.place
    facts = case.facts
    shares, options, taxes = ("", "", "") if facts is None else _prepared(facts)
    after = render_request(request, tier_use, shares, options, taxes)
    correction = case.correction
    corrects = ""
    if correction is not None:
        before = render_request(correction.before, correction.before.tier_use)
        corrects = f'"before":{before},"cause":{quoted(correction.cause)},"corrects":{quoted(correction.bill_no)},'
    return (
        f'{{"account":{quoted(place.account_no)},{corrects}"group":{quoted(place.group_no)},"input":{after},'
        f'"kind":"{case.kind}","period":{place.yyyymm},"point":{quoted(place.point_no)},"revision":{case.revision},'
        f'"round":{place.round_no}}}'
    )


def render_refused(case: Case) -> str:
    """The snapshot of a case that gives no bill: its place and kind."""
    place = case.place
    return (
        f'{{"account":{quoted(place.account_no)},"group":{quoted(place.group_no)},"kind":"{case.kind}",'
        f'"period":{place.yyyymm},"point":{quoted(place.point_no)},"revision":{case.revision},"round":{place.round_no}}}'
    )


def render_request(
    request: RatingRequest, tier_use: Iterable[TierUse], shares: str = "", options: str = "", taxes: str = ""
) -> str:
    """A rating request as canonical JSON. Texts of shares, options and taxes that were made before may be given."""
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
    if request.item_taxes:
        add(f'"item_taxes":{taxes or taxes_text(request.item_taxes)}')
    add(f'"months":{request.months}')
    if request.opened is not None:
        add(f'"opened":"{request.opened}"')
    if request.options:
        add(f'"options":{options or options_text(request.options)}')
    if request.people:
        add(f'"people":[{",".join([f"[{_day(each.start)},{each.people}]" for each in request.people])}]')
    if request.period_date is not None:
        add(f'"period_date":"{request.period_date}"')
    add(f'"pieces":[{",".join([_piece(each) for each in request.pieces])}]')
    if request.quota:
        quota = ",".join([f'[{_day(each.start)},"{each.volume}"]' for each in request.quota])
        add(f'"quota":[{quota}]')
    if request.relief:
        add(f'"relief":[{",".join([quoted(each) for each in request.relief])}]')
    add(f'"shares":{shares or shares_text(request.shares)}')
    if request.tax_overrides:
        add(f'"tax_overrides":{taxes_text(request.tax_overrides)}')
    uses = ",".join(sorted([f'[{quoted(each.counter)},{_day(each.cycle_start)},"{each.volume}"]' for each in tier_use]))
    if uses:
        add(f'"tier_use":[{uses}]')
    return "{" + ",".join(parts) + "}"


def shares_text(shares: Iterable[UsageShare]) -> str:
    """Usage shares as canonical JSON: [kind, value, versions]."""
    made = [
        f'["{share.kind}",{"null" if share.value is None else quoted(str(share.value))},{_versions(share.versions)}]'
        for share in shares
    ]
    return f"[{','.join(made)}]"


def options_text(options: Iterable[ItemOption]) -> str:
    """Item options as canonical JSON: [charge item, versions], no versions for an exemption."""
    return f"[{','.join([f'[{quoted(each.item_code)},{_versions(each.versions)}]' for each in options])}]"


def taxes_text(taxes: Iterable[ItemTax]) -> str:
    """Taxes of charge items as canonical JSON: [charge item, treatment, rate, included]."""
    made = [
        f'[{quoted(each.item_code)},"{each.tax.treatment}",{"null" if each.tax.rate is None else quoted(str(each.tax.rate))},'
        f"{'true' if each.tax.included else 'false'}]"
        for each in taxes
    ]
    return f"[{','.join(made)}]"


def _prepared(facts: Facts) -> tuple[str, str, str]:
    return facts.shares.text, facts.options.text, facts.taxes.text


def _day(day: date | None) -> str:
    return "null" if day is None else f'"{day}"'


def _versions(versions: Iterable[VersionRef]) -> str:
    return f"[{','.join([f'[{quoted(v.code)},{_day(v.effective_from)},{_day(v.start)}]' for v in versions])}]"


def _piece(piece: UsagePiece) -> str:
    steps = ",".join([_step(each) for each in piece.steps])
    return f'[{_day(piece.start)},{_day(piece.end)},"{piece.volume}",[{steps}]]'


def _step(step: UsageStep) -> str:
    return (
        f'[{quoted(step.kind)},"{step.volume}",{quoted(step.reference)},{_number(step.previous)},'
        f"{_number(step.current)},{_number(step.multiplier)}]"
    )


def _number(value: Decimal | None) -> str:
    return "null" if value is None else f'"{value}"'


def tax_of(treatment: str, rate: str | None, included: bool) -> Tax:
    """A tax as `taxes_text` wrote it."""
    from qingyuan.domains.tariffs.rules.plan import Treatment

    return Tax(Treatment(treatment), None if rate is None else Decimal(rate), included)
