"""The usage of points that hang in a main-and-sub relation (总分表用量): less subs, with the share of a main's difference."""

from qingyuan.domains.billing.rules.case import Refusal
from qingyuan.domains.billing.rules.snapshot import piece_text
from qingyuan.domains.billing.rules.terms import Usage
from qingyuan.domains.readings.queries.consumption import ConsumptionFacts, UsagePart
from qingyuan.domains.readings.queries.sharing import NO_VOLUME
from qingyuan.domains.tariffs.rules.request import SharedBy, UsagePiece, UsageStep

SUBS, LOSS, HANDED_DOWN = "SUBS", "LOSS", "HANDED_DOWN"
"""Kinds of steps beside a point's own: less a sub, its share of its main's difference, less what its subs share of its own."""
LEFT_OUT, WAIVED = "LEFT_OUT", "WAIVED"
"""Steps of nothing: a sub that was not waited for, a main whose difference is not shared this time, by a person's decision."""


def linked_refusal(facts: ConsumptionFacts | None) -> Refusal | None:
    """What its mains and subs say against the bill of a point; None for nothing, and for a point without any."""
    if facts is None:
        return None
    if facts.waiting_subs:
        return Refusal("billing.waiting_subs", {"points": "、".join(facts.waiting_subs)})
    if facts.shared.waiting:
        return Refusal("billing.waiting_share", {"points": "、".join(facts.shared.waiting)})
    if facts.whole_volume < facts.subs_volume:
        return Refusal("billing.negative_net_main", {"volume": str(facts.whole_volume), "subs": str(facts.subs_volume)})
    below = facts.shared.below_subs
    if below is not None:
        return Refusal(
            "billing.negative_difference",
            {"main": below.main_point_no, "volume": str(below.main_volume), "subs": str(below.subs_volume)},
        )
    return None


def main_piece(facts: ConsumptionFacts) -> UsagePiece:
    """A main's usage as one piece: its own parts and its share of the main above, less each sub and what they share."""
    own = [step for part in facts.usage_parts for step in piece_of(part).steps]
    taken = _loss(facts)
    subs = [UsageStep(SUBS, -sub.volume, sub.point_no) for sub in facts.subs]
    handed = facts.shared.handed_down
    down = [UsageStep(HANDED_DOWN, -handed, facts.point_no)] if handed else []
    without = [UsageStep(LEFT_OUT, NO_VOLUME, number) for number in facts.left_out]
    steps = (*own, *taken, *subs, *without, *down)
    return UsagePiece(facts.whole_volume - facts.subs_volume - handed, facts.from_date, facts.to_date, steps)


def linked_pieces(facts: ConsumptionFacts) -> tuple[UsagePiece, ...]:
    """The pieces of a point: one for a main with subs; else its own parts, and its share of its main's difference."""
    if facts.subs or facts.left_out:
        return (main_piece(facts),)
    return (*(piece_of(part) for part in facts.usage_parts), *loss_pieces(facts))


def linked_usage(facts: ConsumptionFacts, own: Usage, *, is_main: bool) -> Usage:
    """The usage by which a point is billed; `own` is that of its parts. `is_main`: subs may hang under it at some time."""
    if is_main:
        return _usage(main_piece(facts))
    shares = [_usage(piece) for piece in loss_pieces(facts)]
    return Usage(
        ",".join([own.key, *(each.key for each in shares)]), ",".join([own.text, *(each.text for each in shares)])
    )


def loss_pieces(facts: ConsumptionFacts) -> tuple[UsagePiece, ...]:
    """The share of its main's difference as a piece of its own over the same days; none without."""
    return tuple(UsagePiece(step.volume, facts.from_date, facts.to_date, (step,)) for step in _loss(facts))


def piece_of(part: UsagePart) -> UsagePiece:
    """One part of a consumption as a piece of usage with its evidence."""
    step = UsageStep(
        part.kind,
        part.volume,
        part.meter_no if part.register_no is None else f"{part.meter_no}/{part.register_no}",
        part.start_value,
        part.end_value,
        part.multiplier,
    )
    return UsagePiece(part.volume, part.from_date, part.to_date, (step,))


def _loss(facts: ConsumptionFacts) -> tuple[UsageStep, ...]:
    loss = facts.loss
    if facts.shared.waived_by:
        return (UsageStep(WAIVED, NO_VOLUME, facts.shared.waived_by),)
    if loss is None:
        return ()
    by = SharedBy(loss.method, loss.shared, loss.weight, loss.weights)
    return (UsageStep(LOSS, loss.volume, loss.main_point_no, loss.subs_volume, loss.main_volume, shared_by=by),)


def _usage(piece: UsagePiece) -> Usage:
    return Usage(f'"{piece.start}","{piece.end}","{piece.volume}"', piece_text(piece))
