"""What a decision on readings must know, set-wise: open earlier items, anomalies, algorithms, revisions (审核取数)."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from qingyuan.domains.readings.queries.field_facts import rows_of
from qingyuan.domains.readings.queries.work_items import WorkItem
from qingyuan.domains.readings.rules.states import Algorithm, ItemState


@dataclass(frozen=True, slots=True)
class EarlierItem:
    """An earlier item of the same point that is not approved yet, or that was estimated."""

    reading_item_id: int
    yyyymm: int
    state: ItemState


def earlier_open_items(reading_item_ids: Sequence[int]) -> Mapping[int, list[EarlierItem]]:
    """By item: the earlier items of its point that are unread, unapproved or estimated, oldest first."""
    sql = """
        SELECT i.id, old.id, op.yyyymm, old.state
        FROM reading_item i
        JOIN reading_period p ON p.id = i.period_id
        JOIN reading_item old ON old.point_id = i.point_id AND old.id <> i.id
        JOIN reading_period op ON op.id = old.period_id
        WHERE i.id = ANY(%s) AND (op.yyyymm, op.round_no) < (p.yyyymm, p.round_no)
          AND (old.state IN ('PENDING', 'READ', 'HELD') OR old.is_estimated)
        ORDER BY i.id, op.yyyymm, op.round_no
    """
    found: dict[int, list[EarlierItem]] = defaultdict(list)
    for item_id, old_id, yyyymm, state in rows_of(sql, [list(reading_item_ids)]):
        found[item_id].append(EarlierItem(old_id, yyyymm, ItemState(state)))
    return found


def held_codes(reading_item_ids: Sequence[int]) -> Mapping[int, frozenset[str]]:
    """By item: the codes of its newest read's anomalies that wait for a decision."""
    sql = """
        SELECT a.reading_item_id, a.code FROM anomaly a
        JOIN reading_item i ON i.id = a.reading_item_id AND i.revision = a.revision
        WHERE a.reading_item_id = ANY(%s) AND a.decision = ''
    """
    found: dict[int, set[str]] = defaultdict(set)
    for item_id, code in rows_of(sql, [list(reading_item_ids)]):
        found[item_id].add(code)
    return {item_id: frozenset(codes) for item_id, codes in found.items()}


def algorithms_of(works: Iterable[WorkItem]) -> Mapping[int, Algorithm]:
    """By item: the algorithm of the condition under which it was read; normal without one."""
    items = list(works)
    wanted = sorted({one.condition_id for one in items if one.condition_id is not None})
    known: dict[int | None, Algorithm] = {None: Algorithm.NORMAL}
    if wanted:
        for condition_id, algorithm in rows_of(
            "SELECT id, algorithm FROM reading_condition WHERE id = ANY(%s)", [wanted]
        ):
            known[condition_id] = Algorithm(algorithm)
    return {one.id: known[one.condition_id] for one in items}


def revisions_of(reading_item_ids: Sequence[int]) -> Mapping[int, int]:
    """By item: the newest revision of its consumption; items without one have no entry."""
    sql = "SELECT reading_item_id, max(revision) FROM consumption WHERE reading_item_id = ANY(%s) GROUP BY 1"
    return dict(rows_of(sql, [list(reading_item_ids)]))
