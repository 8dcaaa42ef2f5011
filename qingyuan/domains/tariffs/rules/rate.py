"""Rating (计费): (versions, usage, account facts, tier use so far, dates) → lines. One pure function for every use.

The stages, in order: usage + carry → rounding → minimum volume → mixed use → cut by versions and cycles → tiers →
charges (single items with a volume of their own) → percent items → relief → rounding of the sum → minimum amount →
tax. `work` keeps their intermediate values, `rate` gives the result; the explanation is built apart, from the same work, when someone asks.
"""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal

from qingyuan.domains.tariffs.rules.catalogue import Catalogue, Governing
from qingyuan.domains.tariffs.rules.compiled import CompiledVersion
from qingyuan.domains.tariffs.rules.drafts import Filled, Key, Part, Work
from qingyuan.domains.tariffs.rules.fixed_charges import fixed_lines
from qingyuan.domains.tariffs.rules.item_changes import let_off, place_item_changes
from qingyuan.domains.tariffs.rules.limits import bill_limits, split_by_tiers
from qingyuan.domains.tariffs.rules.lines import result_of
from qingyuan.domains.tariffs.rules.percent_charges import percent_lines
from qingyuan.domains.tariffs.rules.plain_bills import plain_bill
from qingyuan.domains.tariffs.rules.plan import Minimum, Per
from qingyuan.domains.tariffs.rules.reliefs import relief_lines, set_uncounted
from qingyuan.domains.tariffs.rules.request import NO_VOLUME, RatingRequest
from qingyuan.domains.tariffs.rules.result import RatingResult
from qingyuan.domains.tariffs.rules.shares import pieces_of_share, share_volumes
from qingyuan.domains.tariffs.rules.spans import Segment, cut, period_of, versions_of_bill
from qingyuan.domains.tariffs.rules.sums import close_sum
from qingyuan.domains.tariffs.rules.volume_charges import volume_lines
from qingyuan.kernel.errors import DomainError


class NothingToRate(DomainError):
    """A request without a piece of usage or without a usage share (没有可计费的用量)."""

    code = "tariffs.nothing_to_rate"


class CreditExceedsUse(DomainError):
    """A credit is larger than the volume used so far in its cycle (退水量超过已用量)."""

    code = "tariffs.credit_exceeds_use"


def rate(request: RatingRequest, catalogue: Catalogue) -> RatingResult:
    """The lines, total, tier use and carry of one bill.

    Raises VersionUnknown, NoVersionInForce, WrongPlanKind, ItemPlanDoesNotFit, PieceDatesMissing, QuotaMissing,
    CalibreMissing, CalibreNotPriced, SharesExceedWhole, CreditExceedsUse, NothingToRate; with changes of single items
    what `place_item_changes` raises, and MinimumTakesBack.
    """
    if len(request.pieces) == 1 and len(request.shares) == 1 and not _taxed_on_top(request):
        timeline = catalogue.timeline(request.shares[0].versions, request.options)
        if len(timeline) == 1 and timeline[0].end is None:
            straight = plain_bill(request, timeline[0])
            if straight is not None:
                return straight
    return result_of(work_out(request, catalogue))


def _taxed_on_top(request: RatingRequest) -> bool:
    """Whether a customer's or a charge item's tax adds lines of its own."""
    return any(not each.tax.included for each in (*request.tax_overrides, *request.item_taxes))


def work_out(request: RatingRequest, catalogue: Catalogue) -> Work:
    """All stages but the last: what `rate` sums up and the explanation explains. Raises as `rate`."""
    work = Work(request)
    versions = _begin(work, catalogue)
    _make_parts(work, versions)
    _fill(work)
    if request.item_changes:
        place_item_changes(work)
    _charge(work)
    close_sum(work, versions[0][-1].compiled.version.minimum)
    return work


def needed_tier_use(request: RatingRequest, catalogue: Catalogue) -> tuple[tuple[str, date | None], ...]:
    """The (counter, cycle start) pairs whose use before the bill must be known, in the order in which it touches them.

    Raises as `rate`, CreditExceedsUse and what charges raise excepted.
    """
    work = Work(request)
    _make_parts(work, _begin(work, catalogue))
    keys: dict[Key, None] = {}
    for part in work.parts:
        compiled = part.governing.compiled
        if compiled.cumulative or (work.credit and compiled.version.tiers is not None):
            for filled in part.filled:
                keys[compiled.counter, filled.segment.cycle_start] = None
    return tuple(keys)


def _begin(work: Work, catalogue: Catalogue) -> list[Sequence[Governing]]:
    """The versions of each share, and the bill's own rules."""
    request = work.request
    if not request.pieces or not request.shares:
        raise NothingToRate()
    versions = [
        versions_of_bill(request, catalogue.timeline(share.versions, request.options)) for share in request.shares
    ]
    work.credit = request.is_credit
    work.period = period_of(request)
    _bill_rules(work, versions[0][-1].compiled)
    return versions


def _bill_rules(work: Work, compiled: CompiledVersion) -> None:
    """The bill's own rules, from the first share's version at its end: billed volume, carry, minimum, rounding."""
    request = work.request
    version = compiled.version
    work.rounding = version.rounding
    work.round_line = compiled.round_line
    round_volume = compiled.round_volume
    usage = request.usage
    if work.credit:
        work.exact_volume = -usage
        work.billed = work.rounded_volume = round_volume(-usage) + NO_VOLUME
        work.carry_after = request.carry_before
    else:
        work.exact_volume = usage + request.carry_before
        work.billed = work.rounded_volume = max(NO_VOLUME, round_volume(work.exact_volume) + NO_VOLUME)
        if version.volume.carry:
            work.carry_after = work.exact_volume - work.billed
        if version.minimum is not None:
            _raise_to_minimum(work, version.minimum)
    if request.tax_overrides:
        work.overrides = {each.item_code: each.tax for each in request.tax_overrides}
    if request.item_taxes:
        work.item_taxes = {each.item_code: each.tax for each in request.item_taxes}


def _raise_to_minimum(work: Work, minimum: Minimum) -> None:
    """Minimum volume: a raised volume consumes the carry. It does not apply to the parts of mixed use."""
    if minimum.volume is None or len(work.request.shares) > 1:
        return
    least = minimum.volume * (work.request.months if minimum.per is Per.MONTH else 1)
    if work.billed < least:
        work.minimum = least
        work.billed = least + NO_VOLUME
        work.carry_after = NO_VOLUME


def _make_parts(work: Work, versions: list[Sequence[Governing]]) -> None:
    request = work.request
    sign = -1 if work.credit else 1
    sizes = [piece.volume * sign for piece in request.pieces]
    if len(versions) == 1:
        work.share_volumes = [work.billed]
        segments = cut(request, versions[0], sizes, work.period, work.billed)
        work.parts = _parts(0, segments)
        return
    work.share_volumes = share_volumes(request, work.billed)
    whole = sum(sizes, NO_VOLUME)
    for index, (in_bill, volume) in enumerate(zip(versions, work.share_volumes, strict=True)):
        pieces = pieces_of_share(sizes, whole, volume)
        work.parts += _parts(index, cut(request, in_bill, pieces, work.period, volume))


def _parts(share: int, segments: list[Segment]) -> list[Part]:
    """The segments by version; versions without volume drop out, the last one excepted."""
    made: list[Part] = []
    for segment in segments:
        if not made or made[-1].governing is not segment.governing:
            made.append(Part(share, segment.governing))
        part = made[-1]
        part.filled.append(Filled(segment))
        part.volume += segment.volume
    return made if len(made) == 1 else [part for part in made[:-1] if part.volume] + made[-1:]


def _fill(work: Work) -> None:
    """Tiers: usage starts at what was used before and fills them upwards; a credit is taken from the top downwards."""
    work.use_before = {(each.counter, each.cycle_start): each.volume for each in work.request.tier_use}
    work.use = dict(work.use_before)
    if work.request.relief:
        set_uncounted(work)
    bill_use: dict[str, Decimal] = {}
    for part in reversed(work.parts) if work.credit else work.parts:
        for filled in reversed(part.filled) if work.credit else part.filled:
            _fill_segment(work, part.governing.compiled, filled, bill_use)
        part.tier_volumes = part.filled[0].tier_volumes
        for filled in part.filled[1:]:
            part.tier_volumes = [one + other for one, other in zip(part.tier_volumes, filled.tier_volumes, strict=True)]


def _fill_segment(work: Work, compiled: CompiledVersion, filled: Filled, bill_use: dict[str, Decimal]) -> None:
    """Places one segment. `bill_use`: what per-bill plans have filled so far in this bill, by counter."""
    segment = filled.segment
    volume = segment.volume
    filled.limits = bill_limits(compiled, work.request, segment.fact_date, segment.cycle_start, work.period)
    filled.counted = volume if not filled.free else volume - filled.free
    key = (compiled.counter, segment.cycle_start)
    if work.credit:
        before = work.use.get(key, NO_VOLUME)
        filled.start = work.use[key] = before - filled.counted
        if filled.start < 0 and filled.limits:
            raise CreditExceedsUse(used=before, credit=filled.counted)
    elif compiled.cumulative:
        filled.start = work.use.get(key, NO_VOLUME)
        work.use[key] = filled.start + filled.counted
    else:
        filled.start = bill_use.get(compiled.counter, NO_VOLUME)
        bill_use[compiled.counter] = filled.start + filled.counted
    if compiled.cumulative:
        work.entries[key] = work.entries.get(key, NO_VOLUME) + filled.counted
    filled.tier_volumes = split_by_tiers(filled.limits, filled.start, volume)


def _charge(work: Work) -> None:
    charged: set[str] = set()
    for share in range(len(work.request.shares)):
        parts = [part for part in work.parts if part.share == share] if len(work.parts) > 1 else work.parts
        for part in parts:
            _charge_part(work, part, parts, charged)
        if share + 1 == len(work.request.shares):
            break
        charged.update(
            charge.item_code
            for part in parts
            if part.governing.compiled.has_fixed
            for charge in part.governing.compiled.charges
            if charge.fixed is not None
        )
    if work.request.relief:
        for part in work.parts:
            part.drafts += relief_lines(work, part)


def _charge_part(work: Work, part: Part, parts: list[Part], charged: set[str]) -> None:
    """The part's lines in the plan's order. A fee in `charged` was charged by an earlier share: once per bill."""
    compiled = part.governing.compiled
    drafts = part.drafts
    for index, charge in enumerate(compiled.charges):
        if charge.prices:
            drafts += volume_lines(work, part, charge, counting=index == compiled.counting)
        elif charge.fixed is not None and charge.item_code not in charged:
            drafts += let_off(work, charge, fixed_lines(work, part, charge, parts))
    if compiled.has_percent:
        for charge in compiled.charges:
            if charge.percent is not None:
                drafts += let_off(work, charge, percent_lines(work, part, charge))
        drafts.sort(key=lambda draft: compiled.charges.index(draft.charge) if draft.charge is not None else 0)
