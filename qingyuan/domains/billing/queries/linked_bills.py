"""Bills that the usage of other points counts in (总分表牵连的账单): by whom a main and its subs move each other."""

from collections.abc import Sequence

from qingyuan.domains.billing.queries.bill_facts import COLUMNS, LiveBill, live_bills_by
from qingyuan.domains.billing.queries.statements import rows_of

Usages = Sequence[tuple[int, int, int]]
"""(point, month, round) of each."""

_MOVED_WITH = """
    WITH RECURSIVE changed AS (
        SELECT * FROM unnest(%(points)s::bigint[], %(months)s::int[], %(rounds)s::int[]) AS c(point_id, yyyymm, round_no)),
    mains AS (
        SELECT k.main_id, c.yyyymm, c.round_no, k.kind FROM changed c
        JOIN meter_link k ON k.sub_id = c.point_id AND k.kind IN ('DEDUCT', 'ALLOCATE')),
    moved AS (
        SELECT point_id, yyyymm, round_no FROM changed
        UNION SELECT main_id, yyyymm, round_no FROM mains WHERE kind = 'ALLOCATE'
        UNION SELECT k.sub_id, m.yyyymm, m.round_no FROM moved m
        JOIN meter_link k ON k.main_id = m.point_id AND k.kind = 'ALLOCATE')
    SELECT DISTINCT ON (b.id) {columns} FROM (
        SELECT point_id, yyyymm, round_no FROM moved UNION SELECT main_id, yyyymm, round_no FROM mains) AS t
    JOIN bill_live l ON l.point_id = t.point_id AND l.yyyymm = t.yyyymm AND l.round_no = t.round_no
    JOIN bill b ON b.id = l.bill_id
    WHERE b.run_id IS DISTINCT FROM %(run)s
      AND NOT EXISTS (SELECT 1 FROM changed c WHERE (c.point_id, c.yyyymm, c.round_no) = (t.point_id, t.yyyymm, t.round_no)
                         AND NOT c.point_id = ANY(%(also)s::bigint[]))
    ORDER BY b.id
"""
"""A sub's usage counts in its mains' bills, and in the shares of all that hang with it under an ALLOCATE main, down all levels;
a main's own in those of its subs.
"""


def live_bills_moved_with(
    changed: Usages, *, also: Sequence[int] = (), not_of_run: int | None = None
) -> list[LiveBill]:
    """The live bills of other points that the usage of these (point, month, round) may count in; of `also` their own too."""
    params = {
        "points": [each[0] for each in changed],
        "months": [each[1] for each in changed],
        "rounds": [each[2] for each in changed],
        "also": list(also),
        "run": not_of_run,
    }
    return live_bills_by(_MOVED_WITH.format(columns=COLUMNS), params)


_OF_RUN = """
    WITH linked AS (
        SELECT sub_id AS point_id FROM meter_link WHERE company_id = %(company)s AND kind IN ('DEDUCT', 'ALLOCATE')
        UNION SELECT main_id FROM meter_link WHERE company_id = %(company)s AND kind = 'ALLOCATE')
    SELECT l.point_id, l.yyyymm, l.round_no FROM linked JOIN bill_live l USING (point_id)
    WHERE l.yyyymm >= %(since)s
      AND (EXISTS (SELECT 1 FROM bill b WHERE b.id = l.bill_id AND b.run_id = %(run)s)
           OR EXISTS (SELECT 1 FROM bill b WHERE b.corrects_bill_id = l.bill_id AND b.run_id = %(run)s))
    ORDER BY 1, 2, 3
"""


def linked_usages_of_run(*, run_id: int, company_id: int, since: int) -> list[tuple[int, int, int]]:
    """What a run billed, or corrected by a settled estimate, that may count in the bills of others; months from `since` on."""
    rows = rows_of(_OF_RUN, {"run": run_id, "company": company_id, "since": since})
    return [(row[0], row[1], row[2]) for row in rows]


_YOUNGER = """
    WITH RECURSIVE family AS (
        SELECT k.main_id AS root, k.main_id AS point_id FROM meter_link k
        WHERE k.company_id = %(company)s AND k.kind = 'ALLOCATE'
          AND NOT EXISTS (SELECT 1 FROM meter_link u WHERE u.sub_id = k.main_id AND u.kind = 'ALLOCATE')
        UNION SELECT f.root, k.sub_id FROM family f JOIN meter_link k ON k.main_id = f.point_id AND k.kind = 'ALLOCATE'),
    billed AS (
        SELECT f.root, l.yyyymm, l.round_no, min(r.calculated_at) AS at
        FROM family f JOIN bill_live l ON l.point_id = f.point_id
        JOIN bill b ON b.id = l.bill_id JOIN billing_run r ON r.id = b.run_id
        GROUP BY f.root, l.yyyymm, l.round_no),
    pair AS (
        SELECT f.point_id, d.yyyymm, d.round_no, d.at FROM family f JOIN billed d USING (root)
        UNION SELECT k.sub_id, l.yyyymm, l.round_no, r.calculated_at FROM meter_link k
        JOIN bill_live l ON l.point_id = k.main_id
        JOIN bill b ON b.id = l.bill_id JOIN billing_run r ON r.id = b.run_id
        WHERE k.company_id = %(company)s AND k.kind = 'DEDUCT')
    SELECT DISTINCT pair.point_id, pair.yyyymm, pair.round_no FROM pair
    JOIN reading_period p ON p.company_id = %(company)s AND p.yyyymm = pair.yyyymm AND p.round_no = pair.round_no
    JOIN reading_item i ON i.point_id = pair.point_id AND i.period_id = p.id
    JOIN consumption c ON c.id = i.consumption_id
    WHERE c.created_at > pair.at
    ORDER BY 1, 2, 3
"""
"""A bill is calculated again when it is issued, never before its run was calculated first."""


def usages_younger_than_bills(company_id: int) -> list[tuple[int, int, int]]:
    """Usage that counts in live bills of others and came into being after one of them was calculated: approved late, or
    changed without having been billed itself.
    """
    return [(row[0], row[1], row[2]) for row in rows_of(_YOUNGER, {"company": company_id})]
