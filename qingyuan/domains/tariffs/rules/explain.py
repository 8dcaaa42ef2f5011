"""Explaining a bill (帐单解释): the same work as rating, told step by step. Built when asked, never in a run."""

from collections.abc import Iterable
from decimal import Decimal

from qingyuan.domains.tariffs.rules.catalogue import Catalogue
from qingyuan.domains.tariffs.rules.drafts import Draft, Filled, Part, Work
from qingyuan.domains.tariffs.rules.explain_tiers import explain_tiers
from qingyuan.domains.tariffs.rules.explanation import Node, Value
from qingyuan.domains.tariffs.rules.lines import result_of
from qingyuan.domains.tariffs.rules.rate import work_out
from qingyuan.domains.tariffs.rules.request import RatingRequest, UsageStep
from qingyuan.domains.tariffs.rules.result import LineKind, RatingLine

_ONE = Decimal(1)


def explain(request: RatingRequest, catalogue: Catalogue) -> Node:
    """The tree behind `rate(request, catalogue)`; the amounts of its leaves sum to that total. Raises as `rate`."""
    work = work_out(request, catalogue)
    result = result_of(work)
    lines = iter([line for line in result.lines if line.kind is not LineKind.TAX])
    children: list[Node] = [_usage(request)]
    if work.credit:
        children.append(Node("credit", (("volume", work.billed),)))
    children += _billed(work)
    if len(request.shares) > 1:
        children += _shares(work)
    children += [_part(work, part, lines) for part in work.parts]
    children += [_closing(work, draft, next(lines)) for draft in work.closing]
    children += [
        Node("tax_line", (("rate", line.tax_rate), ("net", _taxed_net(line)), ("amount", line.amount)), line.amount)
        for line in result.lines
        if line.kind is LineKind.TAX
    ]
    return Node("bill", (("total", result.total),), result.total, tuple(children))


def _taxed_net(line: RatingLine) -> Decimal | None:
    return line.amount / line.tax_rate if line.tax_rate else None


def _usage(request: RatingRequest) -> Node:
    pieces = []
    for piece in request.pieces:
        values: tuple[tuple[str, Value], ...] = (("volume", piece.volume),)
        if piece.start is not None:
            values = (("start", piece.start), ("end", piece.end), *values)
        code = "piece_undated" if piece.start is None else "piece"
        pieces.append(Node(code, values, children=tuple(_step(step) for step in piece.steps)))
    return Node("usage", (("usage", request.usage),), children=tuple(pieces))


def _step(step: UsageStep) -> Node:
    if step.current is None or step.previous is None:
        return Node("step", (("kind", step.kind), ("reference", step.reference), ("volume", step.volume)))
    values: tuple[tuple[str, Value], ...] = (
        ("reference", step.reference),
        ("current", step.current),
        ("previous", step.previous),
        ("multiplier", step.multiplier if step.multiplier is not None else _ONE),
        ("volume", step.volume),
    )
    return Node("step_register", values)


def _billed(work: Work) -> Iterable[Node]:
    rule = work.parts[0].governing.compiled.version.volume
    request = work.request
    carry = Decimal(0) if work.credit else request.carry_before
    if carry or work.exact_volume != work.rounded_volume:
        yield Node(
            "billed",
            (
                ("usage", work.exact_volume - carry),
                ("carry", carry),
                ("sum", work.exact_volume),
                ("scale", rule.scale),
                ("rounded", work.rounded_volume),
            ),
        )
    if work.billed != work.rounded_volume:
        yield Node("minimum_volume", (("minimum", work.billed),))
    if work.carry_after:
        yield Node("carry_after", (("carry_after", work.carry_after),))


def _shares(work: Work) -> Iterable[Node]:
    for number, (share, volume) in enumerate(zip(work.request.shares, work.share_volumes, strict=True), 1):
        values: tuple[tuple[str, Value], ...] = (
            ("number", number),
            ("value", share.value),
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
        by_charge.setdefault(line.item_code, []).append(_line(work, draft, line))
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
        yield Node(
            "days",
            (
                ("start", segment.start),
                ("end", segment.end),
                ("days", (segment.end - segment.start).days),
                ("piece_days", (piece.end - piece.start).days),
                ("piece_volume", abs(piece.volume)),
                ("volume", segment.volume),
            ),
        )


def _line(work: Work, draft: Draft, line: RatingLine) -> Node:
    """One line with its arithmetic. Tax inside is told below it, as a step without money of its own."""
    sign = -1 if work.credit else 1
    values: dict[str, Value] = {
        "volume": line.volume,
        "price": line.price,
        "exact": sign * draft.exact,
        "amount": line.amount,
    }
    children: list[Node] = []
    charge = draft.charge
    if line.kind in (LineKind.TIER, LineKind.FLAT) and charge is not None:
        values["tier"] = line.tier
        if charge.factor is not None or charge.round_volume is not None:
            factor = charge.factor if charge.factor is not None else _ONE
            charged = (("metered", line.metered_volume), ("factor", factor), ("volume", line.volume))
            children.append(Node("charged_volume", charged))
    elif line.kind is LineKind.FIXED:
        values["times"] = draft.times
    elif line.kind is LineKind.PERCENT and charge is not None and charge.percent is not None:
        values |= {"rate": charge.percent.rate, "items": ", ".join(charge.percent.of_items)}
    elif draft.relief is not None:
        values |= {"scheme": line.scheme, "kind": draft.relief.kind.value, "free_volume": draft.metered}
    if line.tax:
        inside = (("rate", line.tax_rate), ("amount", line.amount), ("net", line.net), ("tax", line.tax))
        children.append(Node("tax_inside", inside))
    return Node(f"{line.kind.value}_line", tuple(values.items()), line.amount, tuple(children))


def _closing(work: Work, draft: Draft, line: RatingLine) -> Node:
    if draft.kind is LineKind.ROUNDING:
        return Node("rounding_line", (("amount", line.amount),), line.amount)
    return Node("minimum_line", (("minimum", work.minimum), ("amount", line.amount)), line.amount)
