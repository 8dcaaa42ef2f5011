"""Writing consumptions with their parts and evidence, set-wise (用量及其凭据写入)."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from django.db import connection

from qingyuan.domains.readings.rules.states import ChangeReason, PartKind
from qingyuan.platform.copying import copy_rows, reserve_ids

_COLUMNS = (
    "id",
    "company_id",
    "point_id",
    "account_id",
    "book_id",
    "unit_id",
    "period_id",
    "reading_item_id",
    "revision",
    "from_date",
    "to_date",
    "months",
    "volume",
    "is_estimated",
)
_PART_COLUMNS = (
    "consumption_id",
    "position",
    "kind",
    "from_date",
    "to_date",
    "volume",
    "meter_no",
    "register_no",
    "start_value",
    "end_value",
    "multiplier",
    "start_reading_id",
    "end_reading_id",
    "evidence",
)


@dataclass(frozen=True, slots=True)
class RegisterFacts:
    """The register behind a part: its meter, its values at the part's dates, the readings that they stand on."""

    meter_no: str
    register_no: int
    start_value: Decimal
    end_value: Decimal
    multiplier: Decimal
    start_reading_id: int | None
    end_reading_id: int | None


_NO_REGISTER = ("", None, None, None, None, None, None)


@dataclass(frozen=True, slots=True)
class NewPart:
    """A part of a consumption. `register` None: no register stands behind it. `evidence`: plain strings and numbers."""

    kind: PartKind
    from_date: date
    to_date: date
    volume: Decimal
    register: RegisterFacts | None = None
    evidence: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class NewConsumption:
    """A consumption to be written. `replaces` is the consumption that billing took before, `reason` why it changed."""

    company_id: int
    point_id: int
    account_id: int | None
    book_id: int
    unit_id: int
    period_id: int
    reading_item_id: int
    revision: int
    from_date: date
    to_date: date
    months: int
    volume: Decimal
    is_estimated: bool
    parts: tuple[NewPart, ...]
    replaces: int | None = None
    reason: ChangeReason | None = None


def insert_consumptions(consumptions: Sequence[NewConsumption]) -> list[int]:
    """Insert them with their parts and changes. Returns the ids in order; `point_items_at` makes them the items' own."""
    ids = reserve_ids("consumption", len(consumptions))
    numbered = list(zip(ids, consumptions, strict=True))
    copy_rows("consumption", _COLUMNS, (_row(consumption_id, one) for consumption_id, one in numbered))
    copy_rows("consumption_part", _PART_COLUMNS, _part_rows(numbered))
    copy_rows(
        "consumption_change",
        ("company_id", "point_id", "old_consumption_id", "new_consumption_id", "reason"),
        (
            (one.company_id, one.point_id, one.replaces, consumption_id, one.reason.value)
            for consumption_id, one in numbered
            if one.replaces is not None and one.reason is not None
        ),
    )
    return ids


def point_items_at(consumptions: Sequence[NewConsumption], ids: Sequence[int]) -> None:
    """Make each consumption its item's current one."""
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE reading_item i SET consumption_id = t.c FROM unnest(%s::bigint[], %s::bigint[]) AS t(id, c) "
            "WHERE i.id = t.id",
            [[one.reading_item_id for one in consumptions], list(ids)],
        )


def _row(consumption_id: int, one: NewConsumption) -> tuple[object, ...]:
    return (
        consumption_id,
        one.company_id,
        one.point_id,
        one.account_id,
        one.book_id,
        one.unit_id,
        one.period_id,
        one.reading_item_id,
        one.revision,
        one.from_date,
        one.to_date,
        one.months,
        one.volume,
        one.is_estimated,
    )


def _part_rows(numbered: Sequence[tuple[int, NewConsumption]]) -> Iterator[tuple[object, ...]]:
    for consumption_id, one in numbered:
        for position, part in enumerate(one.parts, start=1):
            evidence = json.dumps(part.evidence, sort_keys=True, ensure_ascii=False) if part.evidence else "{}"
            register = _NO_REGISTER if part.register is None else _register_row(part.register)
            span = (part.kind.value, part.from_date, part.to_date, part.volume)
            yield (consumption_id, position, *span, *register, evidence)


def _register_row(facts: RegisterFacts) -> tuple[object, ...]:
    return (
        facts.meter_no,
        facts.register_no,
        facts.start_value,
        facts.end_value,
        facts.multiplier,
        facts.start_reading_id,
        facts.end_reading_id,
    )
