"""Reading items with everything that working them out needs, set-wise (抄表项取数)."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from qingyuan.domains.readings.queries.field_facts import rows_of
from qingyuan.domains.readings.queries.history import EstimatedStretch, estimated_stretches
from qingyuan.domains.readings.rules.anomalies import Expectation
from qingyuan.domains.readings.rules.outcome import ItemFacts, ItemStretch
from qingyuan.domains.readings.rules.states import Algorithm, ItemState
from qingyuan.domains.readings.rules.usage import Stretch


@dataclass(frozen=True, slots=True)
class Condition:
    """A reading condition (表况)."""

    id: int
    code: str
    algorithm: Algorithm
    photo_needed: bool


@dataclass(frozen=True, slots=True)
class WorkSegment:
    """A segment as it stands, with the estimated stretches that its real value would settle."""

    id: int
    position: int
    installation_id: int
    register_id: int
    meter_no: str
    stretch: Stretch
    start_date: date
    start_reading_id: int | None
    real_date: date
    is_final: bool
    end_date: date | None
    end_value: Decimal | None
    end_kind: str
    end_reading_id: int | None
    volume: Decimal | None
    estimated: tuple[EstimatedStretch, ...] = ()

    def facts(self) -> ItemStretch:
        """What the rules see of it."""
        spans = tuple(one.span for one in self.estimated)
        return ItemStretch(self.stretch, self.start_date, self.end_date if self.is_final else None, spans)


@dataclass(frozen=True, slots=True)
class WorkItem:
    """A reading item as it stands."""

    id: int
    company_id: int
    task_id: int
    period_id: int
    yyyymm: int
    round_no: int
    book_id: int
    unit_id: int
    point_id: int
    point_no: str
    account_id: int | None
    state: ItemState
    revision: int
    version: int
    is_waiting: bool
    never_billed: bool
    fixed_volume: Decimal | None
    previous_date: date | None
    average_volume: Decimal | None
    high_usage_limit: Decimal | None
    months: int
    condition_id: int | None
    read_date: date | None
    usage_volume: Decimal | None
    is_estimated: bool
    read_by_id: int | None
    consumption_id: int | None
    segments: tuple[WorkSegment, ...] = ()

    def facts(self, *, true_up_scale: int) -> ItemFacts:
        """What the rules see of it."""
        return ItemFacts(
            stretches=tuple(segment.facts() for segment in self.segments),
            previous_date=self.previous_date,
            expectation=Expectation(self.average_volume, self.months, self.high_usage_limit),
            is_waiting=self.is_waiting,
            fixed_volume=self.fixed_volume,
            true_up_scale=true_up_scale,
        )


_ITEMS = """
    SELECT ri.id, ri.company_id, ri.task_id, ri.period_id, rp.yyyymm, rp.round_no, ri.book_id, ri.unit_id,
           ri.point_id, sp.point_no, ri.account_id, ri.state, ri.revision, ri.version, ri.is_waiting,
           ri.never_billed, ri.fixed_volume, ri.previous_date, ri.average_volume, ri.high_usage_limit, ri.months,
           ri.condition_id, ri.read_date, ri.usage_volume, ri.is_estimated, ri.read_by_id, ri.consumption_id
    FROM reading_item ri
    JOIN reading_period rp ON rp.id = ri.period_id
    JOIN service_point sp ON sp.id = ri.point_id
    WHERE ri.id = ANY(%s)
"""
_SEGMENTS = """
    SELECT reading_item_id, id, position, installation_id, register_id, meter_no, register_no, start_value,
           COALESCE(last_real_value, start_value), maximum, decimals, multiplier, is_reversed, start_date,
           start_reading_id, COALESCE(last_real_date, start_date), is_final, end_date, end_value, end_kind,
           end_reading_id, volume
    FROM reading_segment WHERE reading_item_id = ANY(%s) ORDER BY reading_item_id, position
"""


def work_items(reading_item_ids: Sequence[int]) -> Mapping[int, WorkItem]:
    """By id; ids that are not there have no entry. Lock the rows first when they are to be written."""
    wanted = list(reading_item_ids)
    segments = _segments(wanted)
    found: dict[int, WorkItem] = {}
    for row in rows_of(_ITEMS, [wanted]):
        values: list[Any] = [*row[:11], ItemState(row[11]), *row[12:], tuple(segments.get(row[0], ()))]
        found[row[0]] = WorkItem(*values)
    return found


def _segments(reading_item_ids: Sequence[int]) -> Mapping[int, list[WorkSegment]]:
    rows = rows_of(_SEGMENTS, [reading_item_ids])
    after_estimate = [row[1] for row in rows if row[15] < row[13]]
    chains = estimated_stretches(after_estimate) if after_estimate else {}
    found: dict[int, list[WorkSegment]] = defaultdict(list)
    for row in rows:
        found[row[0]].append(_segment(row[1:], tuple(chains.get(row[1], ()))))
    return found


def _segment(row: tuple[Any, ...], chain: tuple[EstimatedStretch, ...]) -> WorkSegment:
    (
        segment_id, position, installation_id, register_id, meter_no, register_no, start_value, real_value, maximum,
        decimals, multiplier, is_reversed, start_date, start_reading_id, real_date, is_final, end_date, end_value,
        end_kind, end_reading_id, volume,
    ) = row  # fmt: skip
    stretch = Stretch(
        register_no,
        start_value,
        real_value,
        maximum,
        decimals,
        multiplier,
        is_reversed,
        end_value if is_final else None,
    )
    return WorkSegment(
        segment_id, position, installation_id, register_id, meter_no, stretch, start_date, start_reading_id, real_date,
        is_final, end_date, end_value, end_kind, end_reading_id, volume, chain,
    )  # fmt: skip


def conditions_of(company_id: int) -> Mapping[str, Condition]:
    """All conditions of a company by code, inactive ones too."""
    rows = rows_of(
        "SELECT id, code, algorithm, photo_needed FROM reading_condition WHERE company_id = %s", [company_id]
    )
    return {row[1]: Condition(row[0], row[1], Algorithm(row[2]), row[3]) for row in rows}
