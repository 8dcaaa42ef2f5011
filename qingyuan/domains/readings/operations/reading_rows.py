"""Writing reads that the rules accepted, set-wise: readings, segments, items, anomalies (抄见数写入)."""

import json
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, time
from zoneinfo import ZoneInfo

from django.db import connection

from qingyuan.domains.readings.operations.taking import TakenItem
from qingyuan.domains.readings.queries.field_facts import array_text
from qingyuan.domains.readings.queries.work_items import WorkItem
from qingyuan.domains.readings.rules.outcome import ItemOutcome, StretchOutcome
from qingyuan.domains.readings.rules.states import Algorithm, Decision, ItemState, ReadingSource
from qingyuan.domains.readings.rules.usage import EndKind
from qingyuan.kernel.actor import Actor
from qingyuan.platform.copying import copy_rows, reserve_ids

_READING_COLUMNS = (
    "id",
    "company_id",
    "point_id",
    "installation_id",
    "register_id",
    "reading_item_id",
    "read_at",
    "read_date",
    "value",
    "source",
    "condition_id",
    "photo_hash",
    "reader_id",
    "supersedes_id",
    "source_key",
    "note",
)
_ANOMALY_COLUMNS = ("company_id", "reading_item_id", "revision", "code", "facts", "decision", "reason")

# A read without an instant is taken to be of noon: between the events of the morning and those of the evening.
_NOON = time(12)


def new_revision(one: TakenItem) -> int:
    """The item's revision after this read: the first read keeps the planned one, each further read is a new one."""
    return one.work.revision if one.work.read_date is None else one.work.revision + 1


def write_taken(
    good: Sequence[TakenItem],
    *,
    actor: Actor,
    source: ReadingSource,
    zones: Mapping[int, ZoneInfo],
    state: ItemState | None = None,
) -> None:
    """Write the reads of locked items. `state` None: READ, or HELD where an anomaly asks for a decision."""
    ends = list(_ends(good))
    seen = [(one, index, part) for one, index, part in ends if _is_seen(one, part)]
    ids = reserve_ids("reading", len(seen))
    by_end = {(one.work.id, index): reading_id for (one, index, _), reading_id in zip(seen, ids, strict=True)}
    copy_rows(
        "reading",
        _READING_COLUMNS,
        (
            _reading_row(reading_id, one, index, part, actor, source, zones)
            for (one, index, part), reading_id in zip(seen, ids, strict=True)
        ),
    )
    update_segments(good, by_end)
    _update_items(good, actor, state)
    copy_anomalies([(one.work, new_revision(one), one.outcome) for one in good])


def _ends(good: Sequence[TakenItem]) -> Iterator[tuple[TakenItem, int, StretchOutcome]]:
    for one in good:
        for index, part in enumerate(one.outcome.stretches):
            yield one, index, part


def _is_seen(one: TakenItem, part: StretchOutcome) -> bool:
    """A removed meter's final is no read of the reader's; a register that stands by default was not looked at."""
    kind = part.usage.end_kind
    return kind is not EndKind.FINAL and (kind is not EndKind.KEPT or one.taken.algorithm is Algorithm.ZERO)


def _reading_row(
    reading_id: int,
    one: TakenItem,
    index: int,
    part: StretchOutcome,
    actor: Actor,
    source: ReadingSource,
    zones: Mapping[int, ZoneInfo],
) -> tuple[object, ...]:
    work, row = one.work, one.row
    segment = work.segments[index]
    is_first = all(other.is_final for other in work.segments[:index])
    key = row.source_key or f"item:{work.id}:{new_revision(one)}"
    is_estimate = part.usage.end_kind is EndKind.ESTIMATED
    return (
        reading_id,
        work.company_id,
        work.point_id,
        segment.installation_id,
        segment.register_id,
        work.id,
        row.read_at or datetime.combine(row.read_date, _NOON, zones[work.company_id]),
        row.read_date,
        part.usage.shown_value,
        (ReadingSource.ESTIMATED if is_estimate else source).value,
        None if one.condition is None else one.condition.id,
        row.photo_hash,
        actor.staff_id,
        segment.end_reading_id,
        key if is_first else f"{key}#{segment.stretch.register_no}",
        row.note,
    )


def update_segments(good: Sequence[TakenItem], reading_ids: Mapping[tuple[int, int], int]) -> None:
    """Write the ends and volumes of all segments. `reading_ids` by (item, place of the segment)."""
    rows = [
        (
            one.work.segments[index].id,
            part.end_date,
            part.usage.end_value,
            part.usage.end_kind.value,
            reading_ids.get((one.work.id, index)),
            part.volume,
        )
        for one, index, part in _ends(good)
    ]
    if not rows:
        return
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE reading_segment s SET end_date = t.d, end_value = t.v, end_kind = t.k, end_reading_id = t.r, "
            "volume = t.u FROM unnest(%s::bigint[], %s::date[], %s::numeric[], %s::text[], %s::bigint[], "
            "%s::numeric[]) AS t(id, d, v, k, r, u) WHERE s.id = t.id",
            [array_text(column) for column in zip(*rows, strict=True)],
        )


def _update_items(good: Sequence[TakenItem], actor: Actor, state: ItemState | None) -> None:
    rows = [
        (
            one.work.id,
            (state or (ItemState.HELD if one.outcome.is_held else ItemState.READ)).value,
            new_revision(one),
            None if one.condition is None else one.condition.id,
            one.taken.read_date,
            one.outcome.volume,
            one.outcome.is_estimated,
        )
        for one in good
    ]
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE reading_item i SET state = t.s, revision = t.r, condition_id = t.c, read_date = t.d, "
            "usage_volume = t.u, is_estimated = t.e, note = COALESCE(t.n, ''), read_by_id = %s, version = i.version + 1 "
            "FROM unnest(%s::bigint[], %s::text[], %s::int[], %s::bigint[], %s::date[], %s::numeric[], %s::bool[], "
            "%s::text[]) AS t(id, s, r, c, d, u, e, n) WHERE i.id = t.id",
            [
                actor.staff_id,
                *(array_text(column) for column in zip(*rows, strict=True)),
                [one.row.note for one in good] if any(one.row.note for one in good) else None,
            ],
        )


def copy_anomalies(outcomes: Sequence[tuple[WorkItem, int, ItemOutcome]]) -> None:
    """Write the anomalies of (item, its revision, what the rules made of it)."""
    copy_rows(
        "anomaly",
        _ANOMALY_COLUMNS,
        (
            (
                work.company_id,
                work.id,
                revision,
                finding.code.value,
                json.dumps(finding.facts, sort_keys=True),
                "" if finding.is_held else Decision.NOTED.value,
                "",
            )
            for work, revision, outcome in outcomes
            for finding in outcome.findings
        ),
    )
