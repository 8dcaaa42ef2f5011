"""The evidence under a bill's usage (用量依据): each piece down to its readings, photos, exchanges and settlements."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal

from qingyuan.domains.billing.rules.evidence import Evidence, ExchangeFact, ReadingFact, Settled, UsageEvidence
from qingyuan.domains.tariffs.rules.explanation import Node, Value, gettext_noop
from qingyuan.domains.tariffs.rules.request import RatingRequest

LABELS = {
    "reading": gettext_noop("%(day)s: meter %(meter)s read %(value)s (%(source)s, reading no. %(reading)s)"),
    "reading_estimated": gettext_noop(
        "%(day)s: meter %(meter)s was not read and is taken to stand at %(value)s (estimate, no. %(reading)s)"
    ),
    "photo": gettext_noop("There is a photo of this reading"),
    "put_in": gettext_noop("%(day)s: meter %(meter)s was put in and stood at %(value)s"),
    "taken_off": gettext_noop("%(day)s: meter %(meter)s was taken off and stood at %(value)s"),
    "register_kept": gettext_noop("%(day)s: meter %(meter)s stood at %(value)s"),
    "exchanged": gettext_noop(
        "Meter exchanged on %(day)s: %(meter)s taken off at %(final)s, %(new_meter)s put in at %(start)s"
    ),
    "removed": gettext_noop("Meter removed on %(day)s: %(meter)s taken off at %(final)s"),
    "settled": gettext_noop(
        "Read %(first_value)s on %(first)s and %(last_value)s on %(last)s: %(all_used)s %(unit)s in %(total_days)s days, of which this period has %(days)s days: %(volume)s %(unit)s"
    ),
    "settled_between": gettext_noop(
        "Read %(first_value)s on %(first)s and %(last_value)s on %(last)s, %(total_days)s days; this period has %(days)s of them: %(volume)s %(unit)s"
    ),
    "adjusted": gettext_noop("Adjustment %(adjustment)s was approved: %(reason)s"),
    "released": gettext_noop("Decided on %(day)s by %(by)s: %(reason)s"),
    "released_by_nobody": gettext_noop("Decided on %(day)s: %(reason)s"),
    "sub_usage": gettext_noop("Meter %(meter)s of the sub-meter: %(end)s − %(start)s = %(volume)s %(unit)s"),
    "sub_part": gettext_noop("%(kind)s %(meter)s of the sub-meter: %(volume)s %(unit)s"),
}
_ESTIMATED = "ESTIMATED"
_SHARES = frozenset({"step_loss", "step_waived"})


def with_evidence(tree: Node, request: RatingRequest, evidence: Evidence, *, revision: int) -> Node:
    """The rating's tree with the rows behind each piece of its usage hung below it."""
    parts = evidence.parts(request.pieces, revision=revision)
    made = []
    for branch in tree.children:
        if branch.code == "usage":
            branch = replace(branch, children=_pieces(branch.children, parts, evidence))
        made.append(branch)
    return replace(tree, children=tuple(made))


def _pieces(pieces: Sequence[Node], parts: Sequence[UsageEvidence], evidence: Evidence) -> tuple[Node, ...]:
    """Parts and pieces stand in one order; a main's single piece stands on all its parts. A share of a main's difference is a
    piece of its own, the last, on which no part stands.
    """
    count = sum(1 for piece in pieces if piece.code not in _SHARES)
    made = []
    for place, piece in enumerate(pieces):
        if piece.code in _SHARES:
            made.append(_with_sub(piece, evidence))
            continue
        own = parts[place : place + 1] if count == len(parts) else (parts if count == 1 else ())
        steps = [_with_sub(step, evidence) for step in piece.children]
        told = [node for part in own for node in _part(part, evidence)]
        made.append(replace(piece, children=(*steps, *told)))
    return tuple(made)


def _part(part: UsageEvidence, evidence: Evidence) -> Iterator[Node]:
    if part.kind == "TRUE_UP":
        yield from _settled(part, evidence.settlement(part))
    if part.adjustment:
        yield _node("adjusted", {"adjustment": part.adjustment, "reason": part.reason})
    if part.start_value is not None and part.end_value is not None:
        yield _stood(part, part.from_date, part.start_value, part.start, "put_in")
        yield _stood(part, part.to_date, part.end_value, part.end, "taken_off" if part.is_final else "register_kept")
    exchange = (evidence.exchanges or {}).get(part.installation_id or 0)
    if exchange is not None:
        yield _exchanged(exchange, part.to_date)


def _settled(part: UsageEvidence, settled: Settled | None) -> Iterator[Node]:
    if settled is None:
        return
    total = (settled.last_value - settled.first_value) * settled.multiplier
    values: dict[str, Value] = {
        "first": settled.first_day,
        "first_value": settled.first_value,
        "last": settled.last_day,
        "last_value": settled.last_value,
        "total_days": (settled.last_day - settled.first_day).days,
        "days": (part.to_date - part.from_date).days,
        "volume": part.volume,
    }
    if total < part.volume:  # the register went past its highest figure in between
        yield _node("settled_between", values)
    else:
        yield _node("settled", {**values, "all_used": total})


def _stood(part: UsageEvidence, day: date, value: Decimal, reading: ReadingFact | None, without: str) -> Node:
    """Where a register stood, by the reading that says so, with its photo."""
    if reading is None:
        return _node(without, {"day": day, "meter": part.meter_no, "value": value})
    estimated = reading.source == _ESTIMATED
    values: dict[str, Value] = {
        "day": day,
        "meter": part.meter_no,
        "value": value,
        "source": reading.source,
        "reading": reading.id,
        "reading_item": part.reading_item_id,
    }
    photo = [_node("photo", {"photo": reading.photo, "reading_item": part.reading_item_id})] if reading.photo else []
    return _node("reading_estimated" if estimated else "reading", values, photo)


def _exchanged(exchange: ExchangeFact, day: date) -> Node:
    values: dict[str, Value] = {
        "day": day,
        "meter": exchange.meter_no,
        "final": exchange.final_value,
        "installation": exchange.installation_id,
    }
    if not exchange.new_meter_no:
        return _node("removed", values)
    return _node("exchanged", {**values, "new_meter": exchange.new_meter_no, "start": exchange.new_value})


def _with_sub(step: Node, evidence: Evidence) -> Node:
    if step.code in {"step_left_out", "step_waived"}:
        return replace(step, children=tuple(_decided(step, evidence)))
    if step.code != "step_sub":
        return step
    deducted = step.value("deducted")
    assert isinstance(deducted, Decimal)
    parts = evidence.sub(str(step.value("reference")), deducted)
    return replace(step, children=tuple(node for part in parts for node in _sub_part(part, evidence)))


def _decided(step: Node, evidence: Evidence) -> Iterator[Node]:
    """Why a sub was not waited for, or a main's difference not shared."""
    named = str(step.value("reference"))
    key = (evidence.point_no, named) if step.code == "step_left_out" else (named, "")
    found = (evidence.released or {}).get(key)
    if found is not None:
        yield _node(
            "released" if found.by else "released_by_nobody", {"day": found.day, "by": found.by, "reason": found.reason}
        )


def _sub_part(part: UsageEvidence, evidence: Evidence) -> Iterator[Node]:
    below = tuple(_part(part, evidence))
    values: dict[str, Value] = {"kind": part.kind, "meter": part.meter_no, "volume": part.volume}
    if part.start_value is None or part.end_value is None or part.end_value - part.start_value != part.volume:
        yield _node("sub_part", values, below)
    else:
        yield _node("sub_usage", {**values, "start": part.start_value, "end": part.end_value}, below)


def _node(code: str, values: dict[str, Value], children: Sequence[Node] = ()) -> Node:
    return Node(code, tuple(values.items()), None, tuple(children), LABELS[code])
