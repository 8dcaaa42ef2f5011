"""What the points' earlier items say: where the registers stand, when they were last read, what was used (抄表历史)."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from qingyuan.domains.readings.queries.field_facts import rows_of
from qingyuan.domains.readings.rules.averages import PastUsage
from qingyuan.domains.readings.rules.segments import PriorEnd, real_after
from qingyuan.domains.readings.rules.usage import EndKind
from qingyuan.kernel.period import Month, Span

TAKEN_STATES = ("READ", "HELD", "APPROVED", "BILLED")


@dataclass(frozen=True, slots=True)
class LastItem:
    """The point's newest item before a period that has been read."""

    reading_item_id: int
    month: Month
    read_date: date
    ends: Mapping[tuple[int, int], PriorEnd]


@dataclass(frozen=True, slots=True)
class PeriodUsage:
    """What was used in one period, by the newest evidence."""

    yyyymm: int
    past: PastUsage


def last_items(point_ids: Sequence[int], *, yyyymm: int, round_no: int) -> Mapping[int, LastItem]:
    """By point: the newest item of an earlier period that is read, with where its registers stand."""
    sql = """
        SELECT DISTINCT ON (ri.point_id) ri.id, ri.point_id, rp.yyyymm, ri.read_date
        FROM reading_item ri JOIN reading_period rp ON rp.id = ri.period_id
        WHERE ri.point_id = ANY(%s) AND ri.state = ANY(%s) AND ri.read_date IS NOT NULL
          AND (rp.yyyymm, rp.round_no) < (%s, %s)
        ORDER BY ri.point_id, rp.yyyymm DESC, rp.round_no DESC
    """
    found = rows_of(sql, [list(point_ids), list(TAKEN_STATES), yyyymm, round_no])
    ends = _ends([row[0] for row in found])
    return {
        point_id: LastItem(item_id, Month.from_number(month), read_date, ends[item_id])
        for item_id, point_id, month, read_date in found
    }


def _ends(reading_item_ids: Sequence[int]) -> Mapping[int, Mapping[tuple[int, int], PriorEnd]]:
    sql = """
        SELECT reading_item_id, installation_id, register_id, end_date, end_value, end_reading_id, is_final, end_kind,
               COALESCE(last_real_date, start_date), COALESCE(last_real_value, start_value)
        FROM reading_segment WHERE reading_item_id = ANY(%s) AND end_value IS NOT NULL
        ORDER BY reading_item_id, position
    """
    ends: dict[int, dict[tuple[int, int], PriorEnd]] = defaultdict(dict)
    for row in rows_of(sql, [list(reading_item_ids)]):
        item_id, installation_id, register_id, end_date, end_value, end_reading_id, is_final, end_kind = row[:8]
        real_date, real_value = real_after(EndKind(end_kind), end_date=end_date, end_value=end_value, real=row[8:])
        ends[item_id][installation_id, register_id] = PriorEnd(
            end_date, end_value, end_reading_id, is_final, real_date, real_value
        )
    return ends


def past_usage(
    point_ids: Sequence[int], *, yyyymm: int, round_no: int, months_back: int
) -> Mapping[int, list[PeriodUsage]]:
    """By point: usage of earlier periods, newest first, not older than `months_back` months."""
    since = Month.from_number(yyyymm).plus(-months_back).number
    sql = """
        SELECT ri.point_id, rp.yyyymm, c.volume, c.months, c.is_estimated
        FROM reading_item ri
        JOIN reading_period rp ON rp.id = ri.period_id
        JOIN consumption c ON c.id = ri.consumption_id
        WHERE ri.point_id = ANY(%s) AND (rp.yyyymm, rp.round_no) < (%s, %s) AND rp.yyyymm >= %s
        ORDER BY ri.point_id, rp.yyyymm DESC, rp.round_no DESC
    """
    found: dict[int, list[PeriodUsage]] = defaultdict(list)
    for point_id, month, volume, months, is_estimated in rows_of(sql, [list(point_ids), yyyymm, round_no, since]):
        found[point_id].append(PeriodUsage(month, PastUsage(volume, months, is_estimated)))
    return found


def last_year_volume(history: Sequence[PeriodUsage], *, yyyymm: int) -> Decimal | None:
    """Usage of the same month a year before, all rounds; None when it was not read."""
    volumes = [one.past.volume for one in history if one.yyyymm == yyyymm - 100]
    return sum(volumes, Decimal("0.000")) if volumes else None


@dataclass(frozen=True, slots=True)
class EstimatedStretch:
    """A stretch of an earlier item whose end was estimated."""

    reading_item_id: int
    segment_id: int
    span: Span


def estimated_stretches(segment_ids: Sequence[int]) -> Mapping[int, list[EstimatedStretch]]:
    """For each segment that starts from an estimate: the earlier estimated stretches of its register since the last
    real value, in order of date."""
    sql = """
        SELECT now.id, old_item.id, old.id, old.start_date, old.end_date
        FROM reading_segment now
        JOIN reading_item item ON item.id = now.reading_item_id
        JOIN reading_item old_item ON old_item.point_id = item.point_id AND old_item.id <> item.id
             AND old_item.state = ANY(%s)
        JOIN reading_segment old ON old.reading_item_id = old_item.id AND old.installation_id = now.installation_id
             AND old.register_id = now.register_id AND old.end_kind = 'ESTIMATED'
        WHERE now.id = ANY(%s) AND old.start_date >= now.last_real_date AND old.end_date <= now.start_date
        ORDER BY now.id, old.start_date, old.id
    """
    found: dict[int, list[EstimatedStretch]] = defaultdict(list)
    for segment_id, item_id, old_id, start, end in rows_of(sql, [list(TAKEN_STATES), list(segment_ids)]):
        found[segment_id].append(EstimatedStretch(item_id, old_id, Span(start, end)))
    return found
