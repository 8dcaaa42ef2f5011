"""Recording readings (录入抄见数), one or ten thousand, from every source by the same rules."""

from collections.abc import Mapping, Sequence
from datetime import date

from django.db import transaction

from qingyuan.domains.readings.models import ReadingItem
from qingyuan.domains.readings.operations.reading_rows import write_taken
from qingyuan.domains.readings.operations.rebuilding import rebuild_following
from qingyuan.domains.readings.operations.taking import ReadRow, TakenItem, take
from qingyuan.domains.readings.queries.field_facts import company_zone, rows_of
from qingyuan.domains.readings.queries.unit_rules import RulesByUnit
from qingyuan.domains.readings.queries.work_items import Condition, WorkItem, conditions_of, work_items
from qingyuan.domains.readings.rules.states import ChangeReason, ReadingSource
from qingyuan.kernel.actor import Actor
from qingyuan.kernel.batch import BatchIssue, BatchResult
from qingyuan.kernel.canonical import sha256_hex
from qingyuan.kernel.errors import DomainError, NotPermitted, SameKeyOtherRequest
from qingyuan.platform.audit.operations.record import record_bulk
from qingyuan.platform.locking.door import hold
from qingyuan.platform.locking.rank import Rank
from qingyuan.platform.staff.queries import Reach, reach

ALREADY_RECORDED = "readings.already_recorded"
DUPLICATE_ROW = "readings.duplicate_row"
ITEM_NOT_FOUND = "readings.item_not_found"


class ReadingRefused(DomainError):
    """The single form's refusal: carries the code and facts of the row that failed (录入被拒)."""

    def __init__(self, issue: BatchIssue) -> None:
        super().__init__(**dict(issue.params))
        self.code = issue.code  # type: ignore[misc]


def record_readings(
    *,
    actor: Actor,
    rows: Sequence[ReadRow],
    source: ReadingSource,
    on: date,
    permission: str = "readings.record",
    action: str = "readings.record",
) -> BatchResult:
    """Record the reads of many items; each row stands or falls alone, and what fails changes nothing.

    An item that was read before takes the new read, which supersedes the old. `on` is the business date: no read may
    be dated later. `ids` are the items written. A read that came before by its `source_key` is skipped. Failed rows
    carry the codes of `take`; besides readings.item_not_found, readings.duplicate_row, kernel.not_permitted,
    kernel.same_key_other_request. Raises NotPermitted for an actor without `permission` anywhere.
    """
    reached = reach(actor, permission, on=on)
    if reached.is_empty:
        raise NotPermitted(permission=permission)
    with transaction.atomic():
        return _record(actor, rows, source, on, reached, action)


def record_reading(*, actor: Actor, row: ReadRow, source: ReadingSource, on: date) -> int:
    """Record one read and return the item's id, also when it came before. Raises ReadingRefused with the row's code."""
    result = record_readings(actor=actor, rows=[row], source=source, on=on)
    if result.failed:
        raise ReadingRefused(result.failed[0])
    return row.reading_item_id


def _record(
    actor: Actor, rows: Sequence[ReadRow], source: ReadingSource, on: date, reached: Reach, action: str
) -> BatchResult:
    works = _locked({row.reading_item_id for row in rows})
    known_keys = _known_keys([row.source_key for row in rows if row.source_key])
    rules = RulesByUnit(on)
    conditions: dict[int, Mapping[str, Condition]] = {}
    good: list[TakenItem] = []
    skipped: list[BatchIssue] = []
    failed: list[BatchIssue] = []
    seen: set[int] = set()
    for row in rows:
        work = works.get(row.reading_item_id)
        if work is None:
            failed.append(BatchIssue(row.place or f"item {row.reading_item_id}", ITEM_NOT_FOUND))
            continue
        place = row.place or work.point_no
        if not reached.covers(work.unit_id, work.book_id):
            failed.append(BatchIssue(place, NotPermitted.code, {"point_no": work.point_no}))
            continue
        if row.source_key and row.source_key in known_keys:
            (skipped if _is_same(row, known_keys[row.source_key]) else failed).append(
                _known_issue(row, place, known_keys)
            )
            continue
        if work.id in seen:
            failed.append(BatchIssue(place, DUPLICATE_ROW, {"point_no": work.point_no}))
            continue
        seen.add(work.id)
        if work.company_id not in conditions:
            conditions[work.company_id] = conditions_of(work.company_id)
        try:
            good.append(take(row, work, conditions=conditions[work.company_id], rules=rules.of(work.unit_id), on=on))
        except DomainError as refusal:
            failed.append(BatchIssue(place, refusal.code, {**refusal.params, "point_no": work.point_no}))
    if good:
        zones = {company_id: company_zone(company_id) for company_id in conditions}
        write_taken(good, actor=actor, source=source, zones=zones)
        rebuild_following([one.work for one in good], on=on, reason=ChangeReason.CORRECTION)
        _audit(actor, good, source, action)
    return BatchResult(tuple(one.work.id for one in good), tuple(skipped), tuple(failed))


def _locked(reading_item_ids: set[int]) -> Mapping[int, WorkItem]:
    """The items, locked; ids that are not there are left out."""
    there = {row[0] for row in rows_of("SELECT id FROM reading_item WHERE id = ANY(%s)", [list(reading_item_ids)])}
    hold(Rank.READING_ITEM, ReadingItem, there)
    return work_items(sorted(there))


def _known_keys(keys: Sequence[str]) -> Mapping[str, tuple[object, ...]]:
    """Reads that came before, by source key: item, value, date. A further register's key has a suffix, see reading_rows."""
    if not keys:
        return {}
    found = rows_of(
        "SELECT source_key, reading_item_id, value, read_date FROM reading WHERE source_key = ANY(%s)", [list(keys)]
    )
    return {row[0]: row[1:] for row in found}


def _is_same(row: ReadRow, known: tuple[object, ...]) -> bool:
    item_id, value, read_date = known
    return item_id == row.reading_item_id and read_date == row.read_date and row.value in (None, value)


def _known_issue(row: ReadRow, place: str, known: Mapping[str, tuple[object, ...]]) -> BatchIssue:
    same = _is_same(row, known[row.source_key])
    code = ALREADY_RECORDED if same else SameKeyOtherRequest.code
    return BatchIssue(place, code, {"source_key": row.source_key})


def _audit(actor: Actor, good: Sequence[TakenItem], source: ReadingSource, action: str) -> None:
    record_bulk(
        actor=actor,
        action=action,
        object_type="reading_item",
        object_keys_hash=sha256_hex(",".join(sorted(f"{one.work.point_no}@{one.work.yyyymm}" for one in good))),
        count=len(good),
        company_id=good[0].work.company_id,
        details={"source": source.value},
    )
