"""What a run works and in which chunks (批次计划): whole tier groups together, worked out by the database.

Memory stays flat at any size: nothing passes through Python.
"""

from collections.abc import Sequence
from typing import Any

from django.db import IntegrityError, connection, transaction

from qingyuan.domains.billing.models import BillingRun, RunBook, RunChunk
from qingyuan.domains.billing.queries.periods import RunPeriod
from qingyuan.domains.billing.queries.statements import rows_of
from qingyuan.kernel.errors import DomainError
from qingyuan.kernel.period import Month
from qingyuan.platform.locking.door import hold_name


class NothingToBill(DomainError):
    """The selection has no approved reading that is not billed yet (没有可开账的已审核抄表)."""

    code = "billing.nothing_to_bill"


class BookTaken(DomainError):
    """A book of the selection is in another unissued run, of whatever period (抄表册已在其他未签发批次中)."""

    code = "billing.book_taken"


class GroupTaken(DomainError):
    """A tier group of the selection is held by another unissued run (阶梯共用户已在其他未签发批次中)."""

    code = "billing.group_taken"


def plan(
    run: BillingRun,
    periods: Sequence[RunPeriod],
    *,
    book_ids: Sequence[int] | None,
    reading_item_ids: Sequence[int] | None,
    holding: bool,
) -> None:
    """Write the chunks of a run; with `holding` take its books and tier groups. In the caller's transaction, first of all.

    Most accounts have one point, read in one book, and a tier group of their own: a large run of one period takes them
    book by book, and their readings are looked up when the chunk is calculated. What belongs together across books is
    planned reading by reading, and so is everything in a selection, a small run, or one over several periods.
    Raises NothingToBill, BookTaken, GroupTaken.
    """
    if holding:
        hold_name(f"billing plan {run.company_id}")  # two runs that take books at the same time
    given: dict[str, Any] = {
        "run": run.pk,
        "size": run.chunk_size,
        "company": run.company_id,
        "periods": [period.period_id for period in periods],
        "books": None if book_ids is None else list(book_ids),
        "items": None if reading_item_ids is None else list(reading_item_ids),
    }
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE IF EXISTS run_task, run_wide, run_place, run_cluster")
        cursor.execute(_TASKS, given)
        scope_count = rows_of("SELECT COALESCE(sum(items), 0)::int FROM run_task", [])[0][0]
        if not scope_count:
            raise NothingToBill(period=str(Month.from_number(periods[0].yyyymm)))
        by_books = reading_item_ids is None and len(periods) == 1 and scope_count > 2 * run.chunk_size
        if by_books:
            cursor.execute(_WIDE, given)
        cursor.execute(_PLACES.format(billable=_BILLABLE, where=_APART if by_books else "true"), given)
        cursor.execute("ANALYZE run_place")
        _join_clusters()
        cursor.execute(_CHUNKS, given)
        if by_books:
            cursor.execute(_BOOK_CHUNKS, given)
    if holding:
        _hold_books(run)
        _hold_groups(run)
    chunk_count = RunChunk.objects.filter(run=run).count()
    BillingRun.objects.filter(pk=run.pk).update(chunk_count=chunk_count, scope_count=scope_count)


def planned_books() -> list[tuple[int, int]]:
    """(unit, book) of every book in the plan just made, in the caller's transaction."""
    sql = "SELECT unit_id, id FROM book WHERE id IN (SELECT book_id FROM run_task) ORDER BY id"
    return [(row[0], row[1]) for row in rows_of(sql, [])]


def look_up_readings(chunk: RunChunk) -> None:
    """Give a chunk of books the readings that they have now."""
    if not chunk.task_ids or chunk.reading_item_ids:
        return
    [[items, accounts, points]] = rows_of(_READINGS, {"tasks": chunk.task_ids, "run": chunk.run_id})
    [[groups]] = rows_of(
        "SELECT array_agg(group_id) FROM tier_group_member WHERE account_id = ANY(%s::bigint[])", [accounts or []]
    )
    chunk.reading_item_ids, chunk.account_ids, chunk.point_ids = items or [], accounts or [], points or []
    chunk.group_ids = groups or []


_BILLABLE = "i.state = 'APPROVED' AND i.account_id IS NOT NULL AND NOT i.never_billed"

_TASKS = f"""
    CREATE TEMP TABLE run_task ON COMMIT DROP AS
    SELECT t.id AS task_id, t.book_id, t.period_id, count(*) AS items
    FROM reading_task t JOIN reading_item i ON i.task_id = t.id
    WHERE t.company_id = %(company)s AND t.period_id = ANY(%(periods)s) AND {_BILLABLE}
      AND (%(books)s::bigint[] IS NULL OR t.book_id = ANY(%(books)s::bigint[]))
      AND (%(items)s::bigint[] IS NULL OR i.id = ANY(%(items)s::bigint[]))
    GROUP BY t.id
"""

_WIDE = """
    CREATE TEMP TABLE run_wide ON COMMIT DROP AS
    SELECT account_id FROM tier_group_member WHERE group_id IN (
        SELECT group_id FROM tier_group_member WHERE company_id = %(company)s GROUP BY group_id HAVING count(*) > 1)
    UNION
    SELECT account_id FROM tier_group_member WHERE company_id = %(company)s GROUP BY account_id HAVING count(*) > 1
    UNION
    SELECT account_id FROM point_account GROUP BY account_id HAVING count(*) > 1
"""
"""Accounts that have, or ever had, more than one point or one tier group, or a group with others."""

_APART = """
    (i.account_id IN (SELECT account_id FROM run_wide) OR t.id IN (SELECT task_id FROM run_task WHERE items > %(size)s))
"""

_READINGS = f"""
    SELECT array_agg(i.id), array_agg(i.account_id), array_agg(i.point_id) FROM reading_item i
    WHERE i.task_id = ANY(%(tasks)s::bigint[]) AND {_BILLABLE}
      AND i.id NOT IN (SELECT unnest(reading_item_ids) FROM run_chunk
                       WHERE run_id = %(run)s AND cardinality(task_ids) = 0)
"""

_BOOK_CHUNKS = """
    INSERT INTO run_chunk (run_id, chunk_no, state, task_ids, reading_item_ids, account_ids, point_ids, group_ids, prices,
                           bill_count, amount, error_code, error_detail, attempts)
    SELECT %(run)s, (SELECT count(*) FROM run_chunk WHERE run_id = %(run)s) + row_number() OVER (ORDER BY cut), 'WAITING',
           tasks, '{}', '{}', '{}', '{}', '', 0, 0, '', '', 0
    FROM (SELECT cut, array_agg(task_id) AS tasks
          FROM (SELECT task_id, div(sum(items) OVER (ORDER BY task_id) - items, %(size)s) AS cut FROM run_task
                WHERE items <= %(size)s) AS summed
          GROUP BY cut) AS cuts
"""

_PLACES = """
    CREATE TEMP TABLE run_place ON COMMIT DROP AS
    SELECT i.id AS reading_item_id, i.account_id, i.point_id, i.book_id, t.period_id,
           COALESCE(p.group_id, a.group_id) AS group_id, COALESCE(p.group_id, a.group_id, -i.account_id) AS cluster
    FROM reading_task t
    JOIN reading_period rp ON rp.id = t.period_id
    JOIN reading_item i ON i.task_id = t.id
    LEFT JOIN tier_group_member a ON a.account_id = i.account_id AND a.point_id IS NULL
         AND a.from_date <= make_date(rp.yyyymm / 100, rp.yyyymm %% 100, 1)
         AND (a.to_date IS NULL OR make_date(rp.yyyymm / 100, rp.yyyymm %% 100, 1) < a.to_date)
    LEFT JOIN tier_group_member p ON p.point_id = i.point_id
         AND p.from_date <= make_date(rp.yyyymm / 100, rp.yyyymm %% 100, 1)
         AND (p.to_date IS NULL OR make_date(rp.yyyymm / 100, rp.yyyymm %% 100, 1) < p.to_date)
    WHERE t.id IN (SELECT task_id FROM run_task) AND {billable} AND {where}
      AND (%(items)s::bigint[] IS NULL OR i.id = ANY(%(items)s::bigint[]))
"""

_CLUSTERS = """
    CREATE TEMP TABLE run_cluster ON COMMIT DROP AS
    SELECT DISTINCT account_id, group_id, group_id AS cluster FROM run_place
    WHERE group_id IS NOT NULL AND account_id IN (
        SELECT account_id FROM run_place GROUP BY account_id HAVING count(DISTINCT group_id) > 1)
"""

_JOIN_CLUSTERS = """
    UPDATE run_cluster c SET cluster = least.cluster
    FROM (SELECT mine.group_id, min(other.cluster) AS cluster
          FROM run_cluster mine JOIN run_cluster other USING (account_id)
          GROUP BY mine.group_id) AS least
    WHERE least.group_id = c.group_id AND least.cluster < c.cluster
"""

_PLACE_CLUSTERS = """
    UPDATE run_place p SET cluster = c.cluster FROM (SELECT DISTINCT group_id, cluster FROM run_cluster) AS c
    WHERE c.group_id = p.group_id AND c.cluster <> p.cluster
"""

_CHUNKS = """
    INSERT INTO run_chunk (run_id, chunk_no, state, task_ids, reading_item_ids, account_ids, point_ids, group_ids, prices,
                           bill_count, amount, error_code, error_detail, attempts)
    SELECT %(run)s, row_number() OVER (ORDER BY c.cut), 'WAITING', '{}', c.items, c.accounts, c.points, c.groups, '', 0, 0, '', '', 0
    FROM (SELECT cut, array_agg(reading_item_id) AS items, array_agg(account_id) AS accounts, array_agg(point_id) AS points,
                 COALESCE(array_agg(group_id) FILTER (WHERE group_id IS NOT NULL), '{}') AS groups
          FROM (SELECT *, div(rank() OVER (ORDER BY cluster) - 1, %(size)s) AS cut FROM run_place) AS ranked
          GROUP BY cut) AS c
"""
"""A cluster's rank is the number of readings before it, so that a chunk has about as many readings as it should, and never
part of a cluster."""


def _join_clusters() -> None:
    """Groups that share an account (its points in several groups) come into one chunk, for the fees of the account."""
    with connection.cursor() as cursor:
        cursor.execute(_CLUSTERS)
        if not cursor.rowcount:
            return
        while True:
            cursor.execute(_JOIN_CLUSTERS)
            if cursor.rowcount == 0:
                cursor.execute(_PLACE_CLUSTERS)
                return


def _hold_books(run: BillingRun) -> None:
    """A book belongs to one unissued run, whatever the period: what is read in it and stands in no group with others needs
    no hold of its own then.
    """
    taken = rows_of(
        "SELECT b.book_id, r.run_no FROM run_book b JOIN billing_run r ON r.id = b.run_id"
        " WHERE b.book_id IN (SELECT book_id FROM run_task) ORDER BY b.book_id LIMIT 1",
        [],
    )
    if taken:
        raise BookTaken(book=taken[0][0], run=taken[0][1])
    wanted = rows_of("SELECT DISTINCT book_id, period_id FROM run_task ORDER BY 1, 2", [])
    RunBook.objects.bulk_create([RunBook(run=run, book_id=book, period_id=period) for book, period in wanted])


def _hold_groups(run: BillingRun) -> None:
    taken = rows_of(
        "SELECT g.group_no, r.run_no FROM run_hold h JOIN run_place c ON c.group_id = h.group_id"
        " JOIN tier_group g ON g.id = h.group_id JOIN billing_run r ON r.id = h.run_id ORDER BY g.group_no LIMIT 1",
        [],
    )
    if taken:
        raise GroupTaken(group=taken[0][0], run=taken[0][1])
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(
                "INSERT INTO run_hold (group_id, run_id)"
                " SELECT DISTINCT group_id, %s::bigint FROM run_place WHERE group_id IS NOT NULL",
                [run.pk],
            )
    except IntegrityError as error:
        raise GroupTaken(group="", run="") from error
