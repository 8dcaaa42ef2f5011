"""The parts of a consumption with the evidence behind each (用量组成及凭据)."""

from collections.abc import Mapping
from decimal import Decimal

from qingyuan.domains.readings.operations.consumption_rows import NewPart, RegisterFacts
from qingyuan.domains.readings.queries.work_items import WorkItem, WorkSegment
from qingyuan.domains.readings.rules.states import Algorithm, PartKind


def parts_of(work: WorkItem, *, algorithm: Algorithm, shares: Mapping[int, Decimal]) -> tuple[NewPart, ...]:
    """The parts of a read item; they sum to its usage. `shares`: volumes by segment that a true-up has spread."""
    assert work.read_date is not None and work.usage_volume is not None
    started = work.previous_date or work.read_date
    if work.fixed_volume is not None:
        facts = {"fixed_volume": _text(work.fixed_volume), "months": work.months, "registers": _registers(work)}
        return (NewPart(PartKind.FIXED, started, work.read_date, work.usage_volume, evidence=facts),)
    if algorithm is Algorithm.UNRELATED:
        facts = {"algorithm": algorithm.value, "registers": _registers(work)}
        return (NewPart(PartKind.ADJUSTMENT, started, work.read_date, work.usage_volume, evidence=facts),)
    has_several = len({segment.installation_id for segment in work.segments}) > 1
    return tuple(_part(segment, has_several, algorithm, shares) for segment in work.segments)


def _part(segment: WorkSegment, has_several: bool, algorithm: Algorithm, shares: Mapping[int, Decimal]) -> NewPart:
    assert segment.end_date is not None and segment.end_value is not None and segment.volume is not None
    facts: dict[str, object] = {} if algorithm is Algorithm.NORMAL else {"algorithm": algorithm.value}
    if segment.id in shares:
        kind = PartKind.TRUE_UP
        if segment.estimated:
            facts |= {"real_date": segment.real_date.isoformat(), "real_value": _text(segment.stretch.real_value)}
    elif segment.end_kind == "ESTIMATED":
        kind = PartKind.ESTIMATE
    elif has_several:
        kind = PartKind.OLD_METER if segment.is_final else PartKind.NEW_METER
    else:
        kind = PartKind.METER
    if segment.is_final:
        facts["installation_id"] = segment.installation_id
    register = RegisterFacts(
        segment.meter_no,
        segment.stretch.register_no,
        segment.stretch.start_value,
        segment.end_value,
        segment.stretch.multiplier,
        segment.start_reading_id,
        segment.end_reading_id,
    )
    volume = shares.get(segment.id, segment.volume)
    return NewPart(kind, segment.start_date, segment.end_date, volume, register, facts)


def _registers(work: WorkItem) -> list[dict[str, object]]:
    """The registers of an item whose volume does not come from them, for the record."""
    return [
        {
            "meter_no": segment.meter_no,
            "register_no": segment.stretch.register_no,
            "start_value": _text(segment.stretch.start_value),
            "end_value": None if segment.end_value is None else _text(segment.end_value),
        }
        for segment in work.segments
    ]


def _text(value: Decimal) -> str:
    return format(value, "f")
