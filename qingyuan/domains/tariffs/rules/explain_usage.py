"""Explanation of the usage (用量解释): pieces between readings, and how each volume follows from the registers."""

from decimal import Decimal

from qingyuan.domains.tariffs.rules.explanation import Node, Value
from qingyuan.domains.tariffs.rules.request import RatingRequest, SharedBy, UsageStep
from qingyuan.kernel.rounding import round_decimal

_FROM_A_MAIN = frozenset({"LOSS", "WAIVED"})
"""A piece of nothing else says by its step all there is to say."""
_ONE = Decimal(1)
_ONLY_REGISTER = "/1"
_TEN = Decimal(10)


def explain_usage(request: RatingRequest) -> Node:
    """The metered usage with its pieces, in the request's order. A single piece without dates and steps tells no more."""
    only = request.pieces[0]
    if len(request.pieces) == 1 and only.start is None and not only.steps:
        return Node("usage", (("usage", request.usage),))
    pieces = []
    for piece in request.pieces:
        values: tuple[tuple[str, Value], ...] = (("volume", piece.volume),)
        if piece.start is not None:
            values = (("start", piece.start), ("end", piece.end), *values)
        if len(piece.steps) == 1 and piece.steps[0].kind in _FROM_A_MAIN:
            pieces.append(_step(piece.steps[0]))
            continue
        code = "piece_undated" if piece.start is None else "piece"
        pieces.append(Node(code, values, children=tuple(_step(step) for step in piece.steps)))
    return Node("usage", (("usage", request.usage),), children=tuple(pieces))


_DECIDED = {"LEFT_OUT": "step_left_out", "WAIVED": "step_waived"}
_DEDUCTED = {"SUBS": "step_sub", "HANDED_DOWN": "step_handed_down"}


def _step(step: UsageStep) -> Node:
    if step.kind in _DEDUCTED:
        values: tuple[tuple[str, Value], ...] = (("reference", step.reference), ("deducted", -step.volume))
        return Node(_DEDUCTED[step.kind], (*values, ("kind", step.kind), ("volume", step.volume)))
    if step.kind in _DECIDED:
        return Node(_DECIDED[step.kind], (("reference", step.reference), ("kind", step.kind), ("volume", step.volume)))
    if step.shared_by is not None and step.current is not None and step.previous is not None:
        return _shared(step, step.shared_by, step.current, step.previous)
    if step.current is None or step.previous is None:
        return Node("step", (("kind", step.kind), ("reference", step.reference), ("volume", step.volume)))
    multiplier = step.multiplier if step.multiplier is not None else _ONE
    code, maximum = _arithmetic(step, step.current, step.previous, multiplier)
    return Node(
        code,
        (
            ("reference", step.reference),
            ("meter", step.reference.removesuffix(_ONLY_REGISTER)),
            ("current", step.current),
            ("previous", step.previous),
            ("multiplier", multiplier),
            ("maximum", maximum),
            ("volume", step.volume),
        ),
    )


def _shared(step: UsageStep, by: SharedBy, main: Decimal, subs: Decimal) -> Node:
    """A share of a main's difference: what there was to share, and by what this one took its part."""
    there_was: tuple[tuple[str, Value], ...] = (
        ("main", main),
        ("subs", subs),
        ("difference", main - subs),
        ("shared", by.shared),
    )
    taken: tuple[tuple[str, Value], ...] = (
        ("shared", by.shared),
        ("weight", by.weight),
        ("weights", by.weights),
        ("volume", step.volume),
    )
    values: tuple[tuple[str, Value], ...] = (
        ("reference", step.reference),
        ("kind", step.kind),
        ("volume", step.volume),
    )
    return Node("step_loss", values, children=(Node("loss_difference", there_was), Node(f"loss_{by.method}", taken)))


def _arithmetic(
    step: UsageStep, current: Decimal, previous: Decimal, multiplier: Decimal
) -> tuple[str, Decimal | None]:
    """By which sum the volume follows from the two figures; a sum that does not give the volume is never shown.

    An estimate's and a settlement's figures are no readings. A register that started anew at 0 lacks a power of ten.
    """
    if step.kind == "ESTIMATE":
        return "step_estimate", None
    difference = current - previous
    if step.kind == "TRUE_UP" and round_decimal(difference * multiplier, 3) != step.volume:
        return "step_settled", None
    if round_decimal(difference * multiplier, 3) == step.volume:
        return ("step_register" if multiplier == _ONE else "step_multiplied"), None
    if round_decimal(-difference * multiplier, 3) == step.volume:
        return "step_reversed", None
    maximum = step.volume / multiplier - difference
    is_power_of_ten = maximum >= _TEN and maximum == _TEN ** maximum.adjusted()
    return ("step_rollover", maximum) if is_power_of_ten else ("step_shown", None)
