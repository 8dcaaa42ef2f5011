"""Issued consumption for looking back (已签发用量): live bills with what they stand at, streamed in the order in which they fill tiers."""

from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

from django.db import connection, transaction

from qingyuan.domains.billing.queries.statements import array_literal, rows_of
from qingyuan.domains.billing.rules.tier_use import Counted

AT_ONCE = 2000


class Billed(NamedTuple):
    """One point's bill of one reading period as it stands today, its corrections taken in.

    `amount_fen` is the sum of the bill and its live corrections, `snapshot` the newest of them, whose `input` is what
    the usage stands billed by. `class_id` is the usage class of the first line that has one.
    """

    group_id: int
    account_id: int
    point_id: int | None
    book_id: int | None
    class_id: int | None
    yyyymm: int
    position: int
    sequence: int
    amount_fen: int
    hash_format: str
    snapshot: str


_BILLED = """
    SELECT b.group_id, b.account_id, b.point_id, b.book_id,
           (SELECT l.usage_class_id FROM bill_line l WHERE l.bill_id = b.id AND l.usage_class_id IS NOT NULL
             ORDER BY l.position LIMIT 1),
           b.yyyymm, b.tier_position, b.tier_sequence,
           ((b.amount + COALESCE(c.amount, 0)) * 100)::bigint,
           COALESCE(c.hash_format, b.hash_format), COALESCE(c.snapshot, b.snapshot)
    FROM bill b
    LEFT JOIN (SELECT c.corrects_bill_id, sum(c.amount) AS amount,
                      (array_agg(c.snapshot ORDER BY c.id DESC))[1] AS snapshot,
                      (array_agg(c.hash_format ORDER BY c.id DESC))[1] AS hash_format
               FROM bill c WHERE c.corrects_bill_id IS NOT NULL AND c.account_id = ANY(%(accounts)s::bigint[])
                 AND NOT EXISTS (SELECT 1 FROM bill_reversal r WHERE r.bill_id = c.id)
               GROUP BY c.corrects_bill_id) c ON c.corrects_bill_id = b.id
    WHERE b.account_id = ANY(%(accounts)s::bigint[]) AND b.company_id = %(company)s
      AND b.tier_position >= %(first)s AND b.tier_position < %(behind)s
      AND b.kind IN ('REGULAR', 'FINAL', 'ESTIMATED') AND b.corrects_bill_id IS NULL AND b.group_id IS NOT NULL
      AND NOT EXISTS (SELECT 1 FROM bill_reversal r WHERE r.bill_id = b.id)
    ORDER BY b.group_id, b.tier_position, b.tier_sequence, b.account_id, b.point_id
"""


def billed(company_id: int, account_ids: Sequence[int], *, first_month: int, last_month: int) -> Iterator[Billed]:
    """The bills of these accounts in the reading periods from `first_month` to `last_month` (yyyymm, both included),
    group by group in tier order, by a server-side cursor.
    """
    given: dict[str, Any] = {
        "accounts": array_literal(account_ids),
        "company": company_id,
        "first": first_month * 100,
        "behind": (last_month + 1) * 100,
    }
    with transaction.atomic(), connection.chunked_cursor() as cursor:
        cursor.execute(_BILLED, given)
        while rows := cursor.fetchmany(AT_ONCE):
            yield from map(Billed._make, rows)


def counted_otherwise(account_ids: Sequence[int]) -> dict[int, list[Counted]]:
    """By tier group: use that no bill of ours counted (migration, transfer, adjustment), of these accounts' groups."""
    sql = """
        SELECT e.group_id, e.counter, e.cycle_start_date, e.position, e.sequence, e.volume FROM tier_entry e
        WHERE e.group_id IN (SELECT m.group_id FROM tier_group_member m WHERE m.account_id = ANY(%s))
          AND e.source <> 'BILL'
        ORDER BY e.group_id, e.position, e.sequence, e.id
    """
    found: dict[int, list[Counted]] = {}
    for row in rows_of(sql, [list(account_ids)]):
        found.setdefault(row[0], []).append(Counted(*row))
    return found


def accounts_sharing_room(company_id: int) -> list[tuple[int, int]]:
    """All accounts of the company that are in a tier group, each with the first account that it ever shared one with,
    directly or by others (itself for most): (first, account), ordered.
    """
    shared = rows_of(
        "SELECT array_agg(DISTINCT account_id ORDER BY account_id) FROM tier_group_member WHERE company_id = %s"
        " GROUP BY group_id HAVING count(DISTINCT account_id) > 1 ORDER BY 1",
        [company_id],
    )
    root: dict[int, int] = {}

    def first_of(account: int) -> int:
        while account in root:
            account = root[account]
        return account

    for (members,) in shared:
        roots = sorted({first_of(each) for each in members})
        root.update((each, roots[0]) for each in roots[1:])
    accounts = rows_of(
        "SELECT DISTINCT account_id FROM tier_group_member WHERE company_id = %s ORDER BY account_id", [company_id]
    )
    return sorted((first_of(account), account) for (account,) in accounts)


def cycle_anchors(company_id: int) -> list[str]:
    """The accounts' own cycle starts (month-day) that occur in the company's bills' accounts."""
    sql = "SELECT DISTINCT tier_anchor FROM account WHERE company_id = %s AND tier_anchor <> '' ORDER BY 1"
    return [row[0] for row in rows_of(sql, [company_id]) if row[0]]


def has_bills(company_id: int, *, first_month: int, last_month: int) -> bool:
    """Whether any bill of the company lies in these reading periods."""
    sql = "SELECT EXISTS (SELECT 1 FROM bill WHERE company_id = %s AND yyyymm BETWEEN %s AND %s)"
    return bool(rows_of(sql, [company_id, first_month, last_month])[0][0])
