"""What a run works and in which chunks (批次计划): whole tier groups together, worked out by the database.

Memory stays flat at any size: reading items pass through in batches of books and are never all in Python at once.
"""

from collections.abc import Iterator, Sequence

from django.db import IntegrityError, connection, transaction

from qingyuan.domains.billing.models import BillingRun, RunBook
from qingyuan.domains.billing.queries.periods import RunPeriod, books_read
from qingyuan.domains.billing.queries.statements import rows_of
from qingyuan.domains.readings import queries as readings
from qingyuan.kernel.errors import DomainError
from qingyuan.kernel.period import Month
from qingyuan.platform.copying import copy_text

BOOKS_AT_ONCE = 100


class NothingToBill(DomainError):
    """The selection has no approved reading that is not billed yet (没有可开账的已审核抄表)."""

    code = "billing.nothing_to_bill"


class BookTaken(DomainError):
    """A book of the selection is in another unissued run of the period (抄表册已在其他未签发批次中)."""

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
    """Write the chunks of a run; with `holding` take its books and tier groups. In the caller's transaction.

    Raises NothingToBill, BookTaken, GroupTaken.
    """
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE IF EXISTS run_plan, run_place, run_edge, run_cluster")
        cursor.execute(
            "CREATE TEMP TABLE run_plan (reading_item_id bigint, point_id bigint, account_id bigint, book_id bigint,"
            " period_id bigint, day date) ON COMMIT DROP"
        )
        for period in periods:
            columns = ["reading_item_id", "point_id", "account_id", "book_id", "period_id", "day"]
            for block in _blocks(run.company_id, period, book_ids, reading_item_ids):
                copy_text("run_plan", columns, [block])  # one COPY each: the connection reads the next batch between
        cursor.execute(_PLACES)
        _join_clusters()
        cursor.execute(_CHUNKS, {"run": run.pk, "size": run.chunk_size})
        counts = rows_of(
            "SELECT count(*), COALESCE(sum(cardinality(reading_item_ids)), 0) FROM run_chunk WHERE run_id = %s",
            [run.pk],
        )
    chunk_count, scope_count = counts[0]
    if not chunk_count:
        raise NothingToBill(period=str(Month.from_number(periods[0].yyyymm)))
    if holding:
        _hold_books(run)
        _hold_groups(run)
    BillingRun.objects.filter(pk=run.pk).update(chunk_count=chunk_count, scope_count=scope_count)


def planned_books() -> list[tuple[int, int]]:
    """(unit, book) of every book in the plan just made, in the caller's transaction."""
    sql = "SELECT unit_id, id FROM book WHERE id IN (SELECT book_id FROM run_place) ORDER BY id"
    return [(row[0], row[1]) for row in rows_of(sql, [])]


def _blocks(
    company_id: int, period: RunPeriod, book_ids: Sequence[int] | None, reading_item_ids: Sequence[int] | None
) -> Iterator[str]:
    day = Month.from_number(period.yyyymm).first_date
    books: Sequence[int] | None = None
    chosen = books_read(period.period_id) if book_ids is None else list(book_ids)
    for start in range(0, len(chosen), BOOKS_AT_ONCE) if reading_item_ids is None else range(1):
        if reading_item_ids is None:
            books = chosen[start : start + BOOKS_AT_ONCE]
        elif book_ids is not None:
            books = chosen
        found = readings.billable(
            company_id=company_id, period_id=period.period_id, book_ids=books, reading_item_ids=reading_item_ids
        )
        yield "".join(
            [
                f"{each.reading_item_id}\t{each.point_id}\t{each.account_id}\t{each.book_id}\t{period.period_id}\t{day}\n"
                for each in found
            ]
        )


_PLACES = """
    CREATE TEMP TABLE run_place ON COMMIT DROP AS
    SELECT r.reading_item_id, r.account_id, r.point_id, r.book_id, r.period_id, COALESCE(p.group_id, a.group_id) AS group_id
    FROM run_plan r
    LEFT JOIN tier_group_member p ON p.point_id = r.point_id AND p.from_date <= r.day
         AND (p.to_date IS NULL OR r.day < p.to_date)
    LEFT JOIN tier_group_member a ON a.account_id = r.account_id AND a.point_id IS NULL AND a.from_date <= r.day
         AND (a.to_date IS NULL OR r.day < a.to_date);
    ANALYZE run_place;
    CREATE TEMP TABLE run_edge ON COMMIT DROP AS
    SELECT DISTINCT account_id, group_id FROM run_place
    WHERE group_id IS NOT NULL AND account_id IN (
        SELECT account_id FROM run_place GROUP BY account_id HAVING count(DISTINCT group_id) > 1);
    CREATE TEMP TABLE run_cluster ON COMMIT DROP AS
    SELECT DISTINCT group_id, group_id AS cluster FROM run_place WHERE group_id IS NOT NULL;
    ANALYZE run_cluster;
"""

_JOIN_CLUSTERS = """
    UPDATE run_cluster c SET cluster = least.cluster
    FROM (SELECT mine.group_id, min(other_cluster.cluster) AS cluster
          FROM run_edge mine JOIN run_edge other USING (account_id)
          JOIN run_cluster other_cluster ON other_cluster.group_id = other.group_id
          GROUP BY mine.group_id) AS least
    WHERE least.group_id = c.group_id AND least.cluster < c.cluster
"""

_CHUNKS = """
    INSERT INTO run_chunk (run_id, chunk_no, state, reading_item_ids, account_ids, point_ids, group_ids, prices, bill_count,
                           amount, error_code, error_detail, attempts)
    WITH members AS (
        SELECT COALESCE(c.cluster, -r.account_id) AS cluster, r.reading_item_id, r.account_id, r.point_id, r.group_id,
               COALESCE(g.group_no, '') AS group_no
        FROM run_place r
        LEFT JOIN run_cluster c ON c.group_id = r.group_id
        LEFT JOIN tier_group g ON g.id = r.group_id),
    sized AS (SELECT cluster, min(group_no) AS first_no, count(*) AS size FROM members GROUP BY cluster),
    cut AS (SELECT cluster, div(sum(size) OVER (ORDER BY first_no, cluster) - size, %(size)s) AS cut FROM sized),
    numbered AS (SELECT cluster, dense_rank() OVER (ORDER BY cut) AS chunk_no FROM cut)
    SELECT %(run)s, n.chunk_no, 'WAITING', array_agg(m.reading_item_id ORDER BY m.reading_item_id), array_agg(m.account_id),
           array_agg(m.point_id), COALESCE(array_agg(m.group_id) FILTER (WHERE m.group_id IS NOT NULL), '{}'), '', 0, 0, '', '', 0
    FROM numbered n JOIN members m ON m.cluster = n.cluster
    GROUP BY n.chunk_no
"""


def _join_clusters() -> None:
    """Groups that share an account (its points in several groups) come into one chunk, for the fees of the account."""
    with connection.cursor() as cursor:
        while True:
            cursor.execute(_JOIN_CLUSTERS)
            if cursor.rowcount == 0:
                return


def _hold_books(run: BillingRun) -> None:
    wanted = rows_of("SELECT DISTINCT book_id, period_id FROM run_place ORDER BY 1, 2", [])
    taken = rows_of(
        "SELECT b.book_id, r.run_no FROM run_book b JOIN billing_run r ON r.id = b.run_id"
        " JOIN (SELECT DISTINCT book_id, period_id FROM run_place) w"
        " ON w.book_id = b.book_id AND w.period_id = b.period_id ORDER BY b.book_id LIMIT 1",
        [],
    )
    if taken:
        raise BookTaken(book=taken[0][0], run=taken[0][1])
    try:
        with transaction.atomic():
            RunBook.objects.bulk_create([RunBook(run=run, book_id=book, period_id=period) for book, period in wanted])
    except IntegrityError as error:
        raise BookTaken(book="", run="") from error


def _hold_groups(run: BillingRun) -> None:
    taken = rows_of(
        "SELECT g.group_no, r.run_no FROM run_hold h JOIN run_cluster c ON c.group_id = h.group_id"
        " JOIN tier_group g ON g.id = h.group_id JOIN billing_run r ON r.id = h.run_id ORDER BY g.group_no LIMIT 1",
        [],
    )
    if taken:
        raise GroupTaken(group=taken[0][0], run=taken[0][1])
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("INSERT INTO run_hold (group_id, run_id) SELECT group_id, %s FROM run_cluster", [run.pk])
    except IntegrityError as error:
        raise GroupTaken(group="", run="") from error
