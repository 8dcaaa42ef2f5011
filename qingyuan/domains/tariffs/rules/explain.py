"""Explaining a bill (帐单解释): the same work as rating, told step by step. Built when asked, never in a run."""

from collections.abc import Iterable, Sequence
from decimal import Decimal

from qingyuan.domains.tariffs.rules.catalogue import Catalogue
from qingyuan.domains.tariffs.rules.compiled import CompiledCharge
from qingyuan.domains.tariffs.rules.drafts import Draft, Filled, Part, Work
from qingyuan.domains.tariffs.rules.explain_item_changes import explain_item_changes, own_volume
from qingyuan.domains.tariffs.rules.explain_tiers import explain_tiers
from qingyuan.domains.tariffs.rules.explain_usage import explain_usage
from qingyuan.domains.tariffs.rules.explanation import Node, Value
from qingyuan.domains.tariffs.rules.lines import result_of
from qingyuan.domains.tariffs.rules.plan import Per, RoundAt, VolumeCharge
from qingyuan.domains.tariffs.rules.rate import work_out
from qingyuan.domains.tariffs.rules.request import RatingRequest
from qingyuan.domains.tariffs.rules.result import LineKind, RatingLine

_ONE = Decimal(1)
_FEN_SCALE = 2


def explain(request: RatingRequest, catalogue: Catalogue) -> Node:
    """The tree behind `rate(request, catalogue)`; the amounts of its leaves sum to that total. Raises as `rate`.

    It goes the way a reader asks: how much water, at which price, what was left in the tiers, what each charge comes to.
    """
    work = work_out(request, catalogue)
    result = result_of(work)
    lines = iter([line for line in result.lines if line.kind is not LineKind.TAX])
    children: list[Node] = [explain_usage(request)]
    if work.credit:
        children.append(Node("credit", (("volume", work.billed),)))
    children += _billed(work)
    if len(request.shares) > 1:
        children += _shares(work)
    children += [_part(work, part, lines) for part in work.parts]
    children += [_closing(work, draft, next(lines)) for draft in work.closing]
    children += [_on_top(line, result.lines) for line in result.lines if line.kind is LineKind.TAX]
    version = work.parts[0].governing.compiled.version
    head = (("total", result.total), ("volume_unit", version.volume_unit.value), ("currency", version.currency))
    return Node("bill", head, result.total, tuple(children))


def _on_top(line: RatingLine, lines: Sequence[RatingLine]) -> Node:
    """A tax line with the amount that it is taken of: that of the line that it was made for."""
    own = (line.item_code, line.tier, line.share, line.plan_code, line.version_date, line.scheme, line.tax_rate)
    nets = [
        each.amount
        for each in lines
        if each.kind is not LineKind.TAX
        and own
        == (each.item_code, each.tier, each.share, each.plan_code, each.version_date, each.scheme, each.tax_rate)
    ]
    values: tuple[tuple[str, Value], ...] = (
        ("rate", line.tax_rate),
        ("net", nets[0] if nets else None),
        ("amount", line.amount),
    )
    return Node("tax_line", values, line.amount)


def _billed(work: Work) -> Iterable[Node]:
    rule = work.parts[0].governing.compiled.version.volume
    request = work.request
    carry = Decimal(0) if work.credit else request.carry_before
    if carry or work.exact_volume != work.rounded_volume:
        yield Node(
            "billed" if carry else "billed_rounded",
            (
                ("usage", work.exact_volume - carry),
                ("carry", carry),
                ("sum", work.exact_volume),
                ("scale", rule.scale),
                ("mode", rule.rounding.value),
                ("rounded", work.rounded_volume),
            ),
        )
    if work.billed != work.rounded_volume:
        yield Node("minimum_volume", (("minimum", work.billed),))
    if work.carry_after:
        yield Node("carry_after", (("carry_after", work.carry_after),))


def _shares(work: Work) -> Iterable[Node]:
    """Mixed use: each share by the name of the price that it is charged at."""
    names = {part.share: part.governing.compiled.version.name for part in work.parts}
    for number, (share, volume) in enumerate(zip(work.request.shares, work.share_volumes, strict=True), 1):
        values: tuple[tuple[str, Value], ...] = (
            ("number", number),
            ("name", names.get(number - 1, "")),
            ("value", share.value),
            ("share", share.value),
            ("months", work.request.months),
            ("volume", volume),
        )
        yield Node(f"share_{share.kind.value}", values)


def _part(work: Work, part: Part, lines: Iterable[RatingLine]) -> Node:
    version = part.governing.compiled.version
    children: list[Node] = []
    for filled in part.filled:
        children += _days(work, filled)
        children += explain_tiers(work, part, filled)
    by_charge: dict[str, list[Node]] = {}
    names: dict[str, str] = {}
    for draft, line in zip(part.drafts, lines, strict=False):
        names.setdefault(line.item_code, line.name)
        if line.item_code not in by_charge:
            by_charge[line.item_code] = list(explain_item_changes(work.request, line.item_code))
        by_charge[line.item_code].append(_line(work, part, draft, line))
    sums: list[Decimal] = []
    for code, nodes in by_charge.items():
        amount = sum((node.amount for node in nodes if node.amount is not None), Decimal(0))
        sums.append(amount)
        values: tuple[tuple[str, Value], ...] = (("name", names[code]), ("item", code), ("amount", amount))
        children.append(Node("charge", values, amount, tuple(nodes)))
    head: tuple[tuple[str, Value], ...] = (
        ("plan", version.code),
        ("name", version.name),
        ("version", version.effective_from),
        ("document", version.document),
        ("volume", part.volume),
    )
    return Node("version_document" if version.document else "version", head, sum(sums, Decimal(0)), tuple(children))


def _days(work: Work, filled: Filled) -> Iterable[Node]:
    """The cut of a piece by days, when the segment holds less than the whole piece."""
    segment = filled.segment
    piece = work.request.pieces[segment.piece]
    if piece.start is None or piece.end is None or segment.start is None or segment.end is None:
        return
    if (segment.start, segment.end) != (piece.start, piece.end):
        days, of_days, whole = (segment.end - segment.start).days, (piece.end - piece.start).days, abs(piece.volume)
        exact = whole * days == segment.volume * of_days
        rounded = "days_rest" if segment.end == piece.end else "days_rounded"
        yield Node(
            "days" if exact else rounded,
            (
                ("start", segment.start),
                ("end", segment.end),
                ("days", days),
                ("piece_days", of_days),
                ("piece_volume", whole),
                ("volume", segment.volume),
            ),
        )


def _line(work: Work, part: Part, draft: Draft, line: RatingLine) -> Node:
    """One line with its arithmetic. Rounding and tax inside are told below it, as steps without money of their own."""
    exact = (-1 if work.credit else 1) * draft.exact
    code = f"{line.kind.value}_line"
    values: dict[str, Value] = {"volume": line.volume, "price": line.price, "exact": exact, "amount": line.amount}
    children: list[Node] = []
    charge = draft.charge
    if line.kind in (LineKind.TIER, LineKind.FLAT) and charge is not None:
        values["tier"] = line.tier
        children += own_volume(draft, line)
        children += _charged(charge, draft, line)
    elif charge is not None and charge.item_code in work.waived and draft.relief is None:
        code = "waived_line"
    elif line.kind is LineKind.FIXED and charge is not None and charge.fixed is not None:
        values["times"] = draft.times
        if charge.fixed.per is Per.BILL:
            code = "fixed_bill_line"
    elif line.kind is LineKind.PERCENT and charge is not None and charge.percent is not None:
        of = charge.percent.of_items
        named = {each.item_code: each.name for each in part.governing.compiled.charges}
        names = " + ".join(named.get(each) or each for each in of)
        values |= {"rate": charge.percent.rate, "items": ", ".join(of), "names": names}
    elif draft.relief is not None:
        values |= {"scheme": line.scheme, "kind": draft.relief.kind.value, "free_volume": draft.metered}
        if draft.metered is not None:
            code = "relief_free_line"
    if exact != line.amount:
        children.append(_rounded(work, exact, line.amount))
    if line.tax:
        inside = (("rate", line.tax_rate), ("amount", line.amount), ("net", line.net), ("tax", line.tax))
        children.append(Node("tax_inside", inside))
    return Node(code, tuple(values.items()), line.amount, tuple(children))


def _rounded(work: Work, exact: Decimal, amount: Decimal) -> Node:
    """The rounding step of a line; where sums are rounded instead, lines are rounded to the fen for the moment."""
    rule = work.rounding
    scale = rule.scale if rule.at is RoundAt.LINE else _FEN_SCALE
    return Node("rounded", (("scale", scale), ("mode", rule.mode.value), ("exact", exact), ("amount", amount)))


def _charged(charge: CompiledCharge, draft: Draft, line: RatingLine) -> Iterable[Node]:
    """Why the charged volume is not the metered one, or the item's own."""
    if charge.as_metered:
        return
    share = charge.factor if charge.factor is not None else _ONE
    metered = line.metered_volume if draft.own is None else draft.own
    values: dict[str, Value] = {"metered": metered, "share": share, "volume": line.volume}
    shape = charge.charge.shape
    rule = shape.volume_rounding if isinstance(shape, VolumeCharge) else None
    if rule is None:
        yield Node("charged_share", tuple(values.items()))
        return
    values |= {"scale": rule.scale, "mode": rule.mode.value}
    tierwise = charge.tierwise and line.kind is LineKind.FLAT
    yield Node("charged_tierwise" if tierwise else "charged_rounded", tuple(values.items()))


def _closing(work: Work, draft: Draft, line: RatingLine) -> Node:
    if draft.kind is LineKind.ROUNDING:
        rule = work.rounding
        code = "rounding_items_line" if rule.at is RoundAt.ITEM else "rounding_line"
        return Node(code, (("scale", rule.scale), ("mode", rule.mode.value), ("amount", line.amount)), line.amount)
    return Node("minimum_line", (("minimum", work.minimum), ("amount", line.amount)), line.amount)
