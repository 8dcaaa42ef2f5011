"""Generating a period's reading tasks (任务初始化): each due book gets one task, each of its points one item."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from zoneinfo import ZoneInfo

from django.db import connection, transaction

from qingyuan.domains.readings.models import ReadingPeriod
from qingyuan.domains.readings.operations.item_rows import NewItem, insert_items
from qingyuan.domains.readings.queries.field_facts import (
    PointToRead,
    company_zone,
    installed_registers,
    points_to_plan,
    rows_of,
)
from qingyuan.domains.readings.queries.history import LastItem, PeriodUsage, last_items, last_year_volume, past_usage
from qingyuan.domains.readings.queries.unit_rules import RulesByUnit
from qingyuan.domains.readings.rules.anomalies import high_usage_limit
from qingyuan.domains.readings.rules.averages import average_volume, months_covered
from qingyuan.domains.readings.rules.segments import InstalledRegister, plan_segments
from qingyuan.domains.readings.rules.states import ItemState, PeriodState, SkipReason
from qingyuan.domains.routes import queries as routes
from qingyuan.domains.routes.queries import BookRow
from qingyuan.kernel.actor import Actor
from qingyuan.kernel.batch import BatchIssue, BatchResult
from qingyuan.kernel.canonical import sha256_hex
from qingyuan.kernel.errors import DomainError, NotFound, NotPermitted
from qingyuan.kernel.period import Month
from qingyuan.kernel.rounding import round_decimal
from qingyuan.platform.audit.operations.record import record_bulk
from qingyuan.platform.staff.queries import reach

BOOKS_AT_ONCE = 40
HISTORY_MONTHS = 24


class PeriodClosed(DomainError):
    """The reading period is closed (抄表账期已关闭)."""

    code = "readings.period_closed"


@dataclass(frozen=True, slots=True)
class _Round:
    """The period in work."""

    period_id: int
    company_id: int
    month: Month
    round_no: int
    planned_on: date
    zone: ZoneInfo


def generate_tasks(
    *,
    actor: Actor,
    company_id: int,
    month: Month,
    round_no: int = 1,
    book_ids: Sequence[int] | None = None,
    planned_on: date,
) -> BatchResult:
    """Make the tasks and items of a period for the due books, or for the named ones, due or not.

    Done again it adds what is missing and changes nothing that is there. A point that is not to be read gets a
    SKIPPED item with its reason, and is listed under `skipped`. `ids` are the new reading items.
    Raises NotPermitted (readings.plan) for a named book outside the actor's reach, NotFound for one that is not
    there, PeriodClosed.
    """
    books = _reachable(actor, company_id, month, book_ids, planned_on)
    ids: list[int] = []
    skipped: list[BatchIssue] = []
    with transaction.atomic():
        period = _ensure_period(company_id, month, round_no)
        current = _Round(period, company_id, month, round_no, planned_on, company_zone(company_id))
        rules = RulesByUnit(planned_on)
        for start in range(0, len(books), BOOKS_AT_ONCE):
            made, left_out = _plan_books(current, books[start : start + BOOKS_AT_ONCE], rules)
            ids += made
            skipped += left_out
        if ids:
            record_bulk(
                actor=actor,
                action="readings.generate_tasks",
                object_type="reading_task",
                object_keys_hash=sha256_hex(",".join(sorted(book.book_no for book in books))),
                count=len(ids),
                company_id=company_id,
                details={"yyyymm": month.number, "round": round_no, "books": len(books)},
            )
    return BatchResult(ids=tuple(ids), skipped=tuple(skipped))


def _reachable(
    actor: Actor, company_id: int, month: Month, book_ids: Sequence[int] | None, on: date
) -> tuple[BookRow, ...]:
    reached = reach(actor, "readings.plan", on=on)
    if reached.is_empty:
        raise NotPermitted(permission="readings.plan")
    if book_ids is None:
        books = routes.books_due(company_id, month)
        return tuple(book for book in books if reached.covers(book.unit_id, book.id))
    books = routes.books(company_id=company_id, book_ids=book_ids)
    missing = set(book_ids) - {book.id for book in books}
    if missing:
        raise NotFound(table="book", missing=len(missing))
    if not all(reached.covers(book.unit_id, book.id) for book in books):
        raise NotPermitted(permission="readings.plan")
    return books


def _ensure_period(company_id: int, month: Month, round_no: int) -> int:
    ReadingPeriod.objects.bulk_create(
        [ReadingPeriod(company_id=company_id, yyyymm=month.number, round_no=round_no, state=PeriodState.OPEN)],
        ignore_conflicts=True,
    )
    period = ReadingPeriod.objects.get(company_id=company_id, yyyymm=month.number, round_no=round_no)
    if period.state != PeriodState.OPEN:
        raise PeriodClosed(yyyymm=month.number, round_no=round_no)
    return period.pk


def _plan_books(current: _Round, books: Sequence[BookRow], rules: RulesByUnit) -> tuple[list[int], list[BatchIssue]]:
    tasks = _ensure_tasks(current, books)
    points = points_to_plan([book.id for book in books], on=current.planned_on, period_id=current.period_id)
    if not points:
        return [], []
    units = {book.id: book.unit_id for book in books}
    point_ids = [point.point_id for point in points]
    key = {"yyyymm": current.month.number, "round_no": current.round_no}
    last = last_items(point_ids, **key)
    usage = past_usage(point_ids, **key, months_back=HISTORY_MONTHS)
    installed = installed_registers(point_ids, zone=current.zone)
    planned = [
        _planned_item(
            current,
            point,
            task_id=tasks[point.book_id],
            unit_id=units[point.book_id],
            last=last.get(point.point_id),
            usage=usage.get(point.point_id, []),
            installed=installed.get(point.point_id, []),
            rules=rules,
        )
        for point in points
    ]
    made = insert_items(planned)
    return list(made.values()), [
        BatchIssue(_place(one), f"readings.skipped.{one.skip_reason.lower()}", {"account_no": one.account_no or ""})
        for one in planned
        if one.skip_reason and one.point_id in made
    ]


def _place(one: NewItem) -> str:
    return f"point {one.point_id}"


def _ensure_tasks(current: _Round, books: Sequence[BookRow]) -> Mapping[int, int]:
    """The tasks of the books, made where missing; their rows are locked, so that two generations go one after another."""
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO reading_task (company_id, book_id, period_id, unit_id, reader_id, planned_date) "
            "SELECT %s, b, %s, u, r, %s FROM unnest(%s::bigint[], %s::bigint[], %s::bigint[]) AS t(b, u, r) "
            "ORDER BY b ON CONFLICT DO NOTHING",
            [
                current.company_id,
                current.period_id,
                current.planned_on,
                [book.id for book in books],
                [book.unit_id for book in books],
                [book.reader_id for book in books],
            ],
        )
    found = rows_of(
        "SELECT book_id, id FROM reading_task WHERE period_id = %s AND book_id = ANY(%s) ORDER BY id FOR UPDATE",
        [current.period_id, [book.id for book in books]],
    )
    return dict(found)


def _planned_item(
    current: _Round,
    point: PointToRead,
    *,
    task_id: int,
    unit_id: int,
    last: LastItem | None,
    usage: Sequence[PeriodUsage],
    installed: Sequence[InstalledRegister],
    rules: RulesByUnit,
) -> NewItem:
    of_unit = rules.of(unit_id)
    prior_date = None if last is None else last.read_date
    segments = plan_segments(installed, prior={} if last is None else last.ends, prior_date=prior_date)
    months = months_covered(
        current.month,
        last_read=None if last is None else last.month,
        opened=Month.of(point.opened_date),
    )
    average = average_volume([one.past for one in usage], window=of_unit.average_window)
    skip_reason = _skip_reason(point, has_meter=bool(segments))
    is_visited = any(not segment.is_final for segment in segments)
    volume = None if is_visited or skip_reason else _own_volume(point, months)
    return NewItem(
        company_id=current.company_id,
        task_id=task_id,
        period_id=current.period_id,
        book_id=point.book_id,
        unit_id=unit_id,
        point_id=point.point_id,
        account_id=point.account_id,
        account_no=point.account_no,
        order_no=point.order_no,
        skip_reason=skip_reason,
        state=ItemState.SKIPPED if skip_reason else ItemState.PENDING if volume is None else ItemState.READ,
        is_waiting=point.is_waiting,
        never_billed=point.never_billed,
        fixed_volume=point.fixed_volume,
        previous_date=prior_date or min((segment.start_date for segment in segments), default=point.opened_date),
        average_volume=average,
        last_year_volume=last_year_volume(usage, yyyymm=current.month.number),
        high_usage_limit=high_usage_limit(average, months, of_unit.limits),
        months=months,
        segments=segments,
        usage_volume=volume,
        read_date=None if volume is None else current.planned_on,
    )


def _own_volume(point: PointToRead, months: int) -> Decimal | None:
    """The volume of a point that nobody has to visit: fixed, without a meter. It is read on the day of planning."""
    return None if point.fixed_volume is None else round_decimal(point.fixed_volume * max(months, 1), 3)


def _skip_reason(point: PointToRead, *, has_meter: bool) -> SkipReason | None:
    if point.account_state == "PRE_OPENED":
        return SkipReason.PRE_OPENED
    if point.account_state == "CLOSED":
        return SkipReason.CLOSED
    if point.is_reading_held:
        return SkipReason.READING_HOLD
    if not has_meter and point.fixed_volume is None:
        return SkipReason.NO_METER
    return None
