"""Reading items after something before them changed: an earlier read, an exchange, a correction (抄表项重算).

An item's stretches are planned anew from the last item before it and the installations since; what was read stays
read, on the meter that it now belongs to. Few items at a time; works one after another, the earliest first.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

from django.db import connection

from qingyuan.domains.readings.models import Reading, ReadingSegment
from qingyuan.domains.readings.operations.approve import consumption_of
from qingyuan.domains.readings.operations.consumption_rows import insert_consumptions, point_items_at
from qingyuan.domains.readings.operations.item_rows import insert_segments
from qingyuan.domains.readings.operations.kept_adjustments import NOTHING_ADJUSTED, Adjusted, kept_adjustments
from qingyuan.domains.readings.operations.reading_rows import copy_anomalies, update_segments
from qingyuan.domains.readings.operations.taking import ReadRow, TakenItem
from qingyuan.domains.readings.operations.true_up import settle_estimates, shares_of
from qingyuan.domains.readings.queries.field_facts import company_zone, installed_registers, rows_of
from qingyuan.domains.readings.queries.history import LastItem, last_items
from qingyuan.domains.readings.queries.review import algorithms_of, revisions_of
from qingyuan.domains.readings.queries.unit_rules import UnitRules, unit_rules
from qingyuan.domains.readings.queries.work_items import WorkItem, WorkSegment, work_items
from qingyuan.domains.readings.rules.anomalies import high_usage_limit
from qingyuan.domains.readings.rules.averages import months_covered
from qingyuan.domains.readings.rules.outcome import ItemOutcome, Taken, outcome_of
from qingyuan.domains.readings.rules.segments import InstalledRegister, plan_segments
from qingyuan.domains.readings.rules.states import Algorithm, ChangeReason, ItemState
from qingyuan.kernel.errors import DomainError
from qingyuan.kernel.period import Month

_DONE = frozenset({ItemState.APPROVED, ItemState.BILLED})


@dataclass(frozen=True, slots=True)
class NewEnd:
    """Another value for one register of an item: what was really there, and the read that says so."""

    register_id: int
    reading_id: int
    value: Decimal


def rebuild_following(works: Sequence[WorkItem], *, on: date, reason: ChangeReason) -> list[int]:
    """Rebuild the items after these that start from them, each chain until the registers of one that was read stand as they
    stood: behind one that is not read yet, the next starts from the same.

    The caller holds the points' items. Returns the ids rebuilt; BILLED ones got a ConsumptionChange with `reason`.
    """
    rebuilt: list[int] = []
    for following in following_items(works).values():
        for reading_item_id in following:
            before = _standing(reading_item_id)
            work = rebuild(reading_item_id, on=on, reason=reason)
            rebuilt.append(reading_item_id)
            if work.state is not ItemState.PENDING and _standing(reading_item_id) == before:
                break
    return rebuilt


def following_items(works: Sequence[WorkItem]) -> Mapping[int, list[int]]:
    """By point: the items of later periods that are planned, read or done, earliest first."""
    rows = rows_of(
        """
        SELECT i.point_id, i.id
        FROM unnest(%s::bigint[], %s::int[], %s::int[]) AS t(point_id, yyyymm, round_no)
        JOIN reading_item i ON i.point_id = t.point_id AND i.state <> 'SKIPPED'
        JOIN reading_period p ON p.id = i.period_id
        WHERE (p.yyyymm, p.round_no) > (t.yyyymm, t.round_no)
        ORDER BY i.point_id, p.yyyymm, p.round_no
        """,
        [[one.point_id for one in works], [one.yyyymm for one in works], [one.round_no for one in works]],
    )
    found: dict[int, list[int]] = {}
    for point_id, reading_item_id in rows:
        found.setdefault(point_id, []).append(reading_item_id)
    return found


def rebuild(reading_item_id: int, *, on: date, reason: ChangeReason, new_ends: Sequence[NewEnd] = ()) -> WorkItem:
    """Plan one item's stretches anew and work it out again; returns it as it then stands.

    A read that no longer fits (dated before its own start …) leaves an open item unread. On an APPROVED or BILLED
    item the same raises the rule's refusal, and nothing is changed.
    """
    work = work_items([reading_item_id])[reading_item_id]
    adjusted = kept_adjustments([work.consumption_id]).get(work.consumption_id, NOTHING_ADJUSTED)
    rules = unit_rules(work.unit_id, on=on)
    _replan(work, rules)
    fresh = work_items([reading_item_id])[reading_item_id]
    if work.state is ItemState.PENDING or work.read_date is None:
        return fresh
    algorithm = algorithms_of([work])[work.id]
    ends = _ends(work, fresh, new_ends)
    try:
        outcome = _outcome(work, fresh, algorithm, ends, rules)
    except DomainError:
        if work.state in _DONE:
            raise
        return _unread(fresh)
    _write(fresh, work.read_date, algorithm, outcome, ends, outcome.volume + adjusted.volume)
    settled = work_items([reading_item_id])[reading_item_id]
    if work.state in _DONE and _facts(settled) != _facts(work):
        _revise(settled, algorithm, reason, rules, adjusted)
    return work_items([reading_item_id])[reading_item_id]


def _replan(work: WorkItem, rules: UnitRules) -> None:
    last: LastItem | None = last_items([work.point_id], yyyymm=work.yyyymm, round_no=work.round_no).get(work.point_id)
    zone = company_zone(work.company_id)
    installed = installed_registers([work.point_id], zone=zone).get(work.point_id, [])
    prior_date = None if last is None else last.read_date
    if work.state is not ItemState.PENDING:
        installed = _as_read(work, installed)
    segments = plan_segments(installed, prior={} if last is None else last.ends, prior_date=prior_date)
    [(opened,)] = rows_of("SELECT opened_date FROM service_point WHERE id = %s", [work.point_id])
    months = months_covered(
        Month.from_number(work.yyyymm), last_read=None if last is None else last.month, opened=Month.of(opened)
    )
    ReadingSegment.objects.filter(reading_item_id=work.id).delete()
    insert_segments([(work.id, work.company_id, segments)])
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE reading_item SET previous_date = %s, months = %s, high_usage_limit = %s, revision = revision + 1, "
            "version = version + 1 WHERE id = %s",
            [
                prior_date or min((one.start_date for one in segments), default=opened),
                months,
                high_usage_limit(work.average_volume, months, rules.limits),
                work.id,
            ],
        )


def _as_read(work: WorkItem, installed: Sequence[InstalledRegister]) -> list[InstalledRegister]:
    """The installations as they were at the instant of the read: a meter taken off later still hung, one that came
    later was not there."""
    rows = rows_of(
        """
        SELECT i.id, i.removed_at > r.read_at FROM installation i
        CROSS JOIN (SELECT max(read_at) AS read_at FROM reading WHERE id = ANY(%s)) r
        WHERE i.point_id = %s AND (r.read_at IS NULL OR i.installed_at <= r.read_at)
        """,
        [[one.end_reading_id for one in work.segments if one.end_reading_id is not None], work.point_id],
    )
    hung_still = dict(rows)
    return [
        replace(one, removed_date=None, final_value=None) if hung_still[one.installation_id] else one
        for one in installed
        if one.installation_id in hung_still
    ]


def _ends(work: WorkItem, fresh: WorkItem, new_ends: Sequence[NewEnd]) -> dict[int, tuple[int | None, Decimal]]:
    """By register: the read and the value that count, on the meters that the item now has.

    What was read on a meter that was already off is a read of the one that hangs there now.
    """
    found: dict[int, tuple[int | None, Decimal]] = {}
    read = [one for one in work.segments if not one.is_final and one.end_value is not None]
    values = _shown([one.end_reading_id for one in read if one.end_reading_id is not None])
    hanging = {one.register_id for one in fresh.segments if not one.is_final}
    for segment in read:
        shown = values.get(segment.end_reading_id, segment.end_value)
        assert shown is not None
        if segment.register_id in hanging:
            found[segment.register_id] = (segment.end_reading_id, shown)
        elif segment.end_reading_id is not None and len(hanging) == 1:
            target = next(one for one in fresh.segments if not one.is_final)
            found[target.register_id] = (_moved_reading(segment.end_reading_id, target), shown)
    for end in new_ends:
        found[end.register_id] = (end.reading_id, end.value)
    return found


def _shown(reading_ids: Sequence[int]) -> Mapping[int | None, Decimal]:
    rows = rows_of("SELECT id, value FROM reading WHERE id = ANY(%s)", [list(reading_ids)])
    return dict(rows)


def _moved_reading(reading_id: int, target: WorkSegment) -> int:
    """The same read on another meter: a new row that supersedes it."""
    old = Reading.objects.get(pk=reading_id)
    moved = Reading.objects.create(
        company_id=old.company_id,
        point_id=old.point_id,
        installation_id=target.installation_id,
        register_id=target.register_id,
        reading_item_id=old.reading_item_id,
        read_at=old.read_at,
        read_date=old.read_date,
        value=old.value,
        source=old.source,
        condition_id=old.condition_id,
        photo_hash=old.photo_hash,
        reader_id=old.reader_id,
        supersedes_id=old.pk,
        source_key=f"moved:{old.pk}",
        note=old.note,
    )
    return moved.pk


def _outcome(
    work: WorkItem,
    fresh: WorkItem,
    algorithm: Algorithm,
    ends: Mapping[int, tuple[int | None, Decimal]],
    rules: UnitRules,
) -> ItemOutcome:
    assert work.read_date is not None
    values = {
        one.stretch.register_no: ends[one.register_id][1]
        for one in fresh.segments
        if not one.is_final and one.register_id in ends and algorithm not in {Algorithm.ESTIMATE, Algorithm.ZERO}
    }
    taken = Taken(work.read_date, algorithm, values, work.usage_volume)
    return outcome_of(fresh.facts(true_up_scale=rules.true_up_scale), taken, rules.limits)


def _write(
    fresh: WorkItem,
    read_date: date,
    algorithm: Algorithm,
    outcome: ItemOutcome,
    ends: Mapping[int, tuple[int | None, Decimal]],
    volume: Decimal,
) -> None:
    taken = Taken(read_date, algorithm, {}, None)
    one = TakenItem(ReadRow(fresh.id, read_date), fresh, None, taken, outcome)
    readings: dict[tuple[int, int], int] = {}
    for index, segment in enumerate(fresh.segments):
        reading_id = ends.get(segment.register_id, (None, None))[0]
        if reading_id is not None and not segment.is_final:
            readings[fresh.id, index] = reading_id
    update_segments([one], readings)
    state = fresh.state
    if state not in _DONE:
        state = ItemState.HELD if outcome.is_held else ItemState.READ
        copy_anomalies([(fresh, fresh.revision, outcome)])
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE reading_item SET state = %s, usage_volume = %s WHERE id = %s",
            [state.value, volume, fresh.id],
        )


def _unread(fresh: WorkItem) -> WorkItem:
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE reading_item SET state = 'PENDING', read_date = NULL, usage_volume = NULL, condition_id = NULL, "
            "is_estimated = false, read_by_id = NULL WHERE id = %s",
            [fresh.id],
        )
    return work_items([fresh.id])[fresh.id]


def _revise(work: WorkItem, algorithm: Algorithm, reason: ChangeReason, rules: UnitRules, adjusted: Adjusted) -> None:
    """A further revision of the consumption, if the usage or its parts' cut changed. What a person had adjusted stays so."""
    assert work.usage_volume is not None and work.read_date is not None
    by_registers = replace(work, usage_volume=work.usage_volume - adjusted.volume)
    shares: Mapping[int, Decimal] = {}
    if any(segment.estimated for segment in work.segments):
        shares = shares_of(work, algorithm=algorithm, scale=rules.true_up_scale)
    revision = revisions_of([work.id]).get(work.id, 0) + 1
    is_billed = work.state is ItemState.BILLED
    measured = consumption_of(by_registers, algorithm=algorithm, revision=revision, shares=shares)
    kept = adjusted.parts(measured.from_date, measured.to_date)
    new = replace(
        measured,
        volume=work.usage_volume,
        parts=(*measured.parts, *kept),
        replaces=work.consumption_id if is_billed else None,
        reason=reason if is_billed else None,
    )
    point_items_at([new], insert_consumptions([new]))
    if shares:
        settle_estimates({work.id: shares})


def _facts(work: WorkItem) -> list[object]:
    """What a consumption says of the item; equal before and after means that nothing has to be said anew."""
    registers = [
        (one.installation_id, one.register_id, one.start_date, one.stretch, one.end_date, one.end_value, one.volume)
        for one in work.segments
    ]
    return [work.previous_date, work.read_date, work.usage_volume, registers]


def _standing(reading_item_id: int) -> list[tuple[object, ...]]:
    return rows_of(
        "SELECT installation_id, register_id, end_date, end_value, is_final, end_kind FROM reading_segment "
        "WHERE reading_item_id = %s ORDER BY position",
        [reading_item_id],
    )
