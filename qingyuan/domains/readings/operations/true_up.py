"""Truing up estimates (估抄清算): a real read settles what was estimated since the last real one."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from decimal import Decimal

from django.db import connection

from qingyuan.domains.readings.operations.consumption_rows import (
    NewConsumption,
    insert_consumptions,
    point_items_at,
)
from qingyuan.domains.readings.operations.evidence import parts_of
from qingyuan.domains.readings.operations.kept_adjustments import NOTHING_ADJUSTED, Adjusted, kept_adjustments
from qingyuan.domains.readings.queries.review import algorithms_of, revisions_of
from qingyuan.domains.readings.queries.work_items import WorkItem, work_items
from qingyuan.domains.readings.rules.spread import spread_between_real_readings
from qingyuan.domains.readings.rules.states import Algorithm, ChangeReason, ItemState
from qingyuan.domains.readings.rules.usage import EndKind, usage_of
from qingyuan.kernel.period import Span


def shares_of(work: WorkItem, *, algorithm: Algorithm, scale: int) -> Mapping[int, Decimal]:
    """By segment, of this item and of the estimated ones before: its share of the usage between two real reads.

    Empty where the item's own end is an estimate again, or its usage has nothing to do with the register.
    """
    shares: dict[int, Decimal] = {}
    if algorithm is Algorithm.UNRELATED or work.fixed_volume is not None:
        return shares
    for segment in work.segments:
        if not segment.estimated or segment.end_kind not in {EndKind.READ, EndKind.FINAL}:
            continue
        assert segment.end_date is not None
        usage = usage_of(segment.stretch, algorithm=algorithm, value=segment.end_value, is_waiting=work.is_waiting)
        spans = [*(one.span for one in segment.estimated), Span(segment.start_date, segment.end_date)]
        parts = spread_between_real_readings(usage.volume, spans, scale=scale)
        ids = [*(one.segment_id for one in segment.estimated), segment.id]
        shares.update(zip(ids, parts, strict=True))
    return shares


def settle_estimates(shares_by_item: Mapping[int, Mapping[int, Decimal]]) -> None:
    """Give the estimated items their shares: a further revision each, and a ConsumptionChange where it is billed.

    `shares_by_item` is what `shares_of` said, by the item that was really read; the items are locked.
    """
    settled = work_items(sorted(shares_by_item))
    shares: dict[int, Decimal] = {}
    item_ids: set[int] = set()
    for item_id, of_item in shares_by_item.items():
        shares.update(of_item)
        for segment in settled[item_id].segments:
            item_ids |= {one.reading_item_id for one in segment.estimated if one.segment_id in of_item}
    estimated = work_items(sorted(item_ids)).values()
    kept = kept_adjustments([work.consumption_id for work in estimated])
    works = [_with_shares(work, shares, kept.get(work.consumption_id, NOTHING_ADJUSTED)) for work in estimated]
    changed = [work for work, is_changed in works if is_changed]
    if not changed:
        return
    _write(changed, shares, kept)


def _with_shares(work: WorkItem, shares: Mapping[int, Decimal], adjusted: Adjusted) -> tuple[WorkItem, bool]:
    segments = tuple(replace(one, volume=shares.get(one.id, one.volume)) for one in work.segments)
    volume = sum((one.volume for one in segments if one.volume is not None), adjusted.volume)
    return replace(work, segments=segments, usage_volume=volume), volume != work.usage_volume


def _write(works: Sequence[WorkItem], shares: Mapping[int, Decimal], kept: Mapping[int | None, Adjusted]) -> None:
    revisions = revisions_of([one.id for one in works])
    algorithms = algorithms_of(works)
    consumptions = [
        _revised(
            one,
            revisions.get(one.id, 0) + 1,
            algorithms[one.id],
            shares,
            kept.get(one.consumption_id, NOTHING_ADJUSTED),
        )
        for one in works
    ]
    ids = insert_consumptions(consumptions)
    point_items_at(consumptions, ids)
    segments = [(one.id, one.volume) for work in works for one in work.segments if one.id in shares]
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE reading_segment s SET volume = t.v FROM unnest(%s::bigint[], %s::numeric[]) AS t(id, v) "
            "WHERE s.id = t.id",
            [[one[0] for one in segments], [one[1] for one in segments]],
        )
        cursor.execute(
            "UPDATE reading_item i SET usage_volume = t.v, version = i.version + 1 "
            "FROM unnest(%s::bigint[], %s::numeric[]) AS t(id, v) WHERE i.id = t.id",
            [[one.id for one in works], [one.usage_volume for one in works]],
        )


def _revised(
    work: WorkItem, revision: int, algorithm: Algorithm, shares: Mapping[int, Decimal], adjusted: Adjusted
) -> NewConsumption:
    assert work.read_date is not None and work.usage_volume is not None
    start = work.previous_date or work.read_date
    is_billed = work.state is ItemState.BILLED
    return NewConsumption(
        company_id=work.company_id,
        point_id=work.point_id,
        account_id=work.account_id,
        book_id=work.book_id,
        unit_id=work.unit_id,
        period_id=work.period_id,
        reading_item_id=work.id,
        revision=revision,
        from_date=start,
        to_date=work.read_date,
        months=work.months,
        volume=work.usage_volume,
        is_estimated=False,
        parts=(*parts_of(work, algorithm=algorithm, shares=shares), *adjusted.parts(start, work.read_date)),
        replaces=work.consumption_id if is_billed else None,
        reason=ChangeReason.TRUE_UP if is_billed else None,
    )
