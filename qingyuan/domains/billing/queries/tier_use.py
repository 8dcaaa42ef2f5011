"""Tier use in the database (阶梯已用量): what stands in the entries of some groups."""

from collections.abc import Sequence
from datetime import date

from qingyuan.domains.billing.queries.field_facts import rows_of
from qingyuan.domains.billing.rules.tier_use import Counted


def counted(group_ids: Sequence[int], *, cycles_after: date, from_position: int) -> list[Counted]:
    """Entries of cycles that start after the day: one sum for all positions before `from_position`, then single positions."""
    sql = """
        SELECT group_id, counter, cycle_start_date, position, sequence, sum(volume) FROM (
            SELECT group_id, counter, cycle_start_date, volume,
                   CASE WHEN position < %(from)s THEN 0 ELSE position END AS position,
                   CASE WHEN position < %(from)s THEN 0 ELSE sequence END AS sequence
            FROM tier_entry WHERE group_id = ANY(%(groups)s) AND cycle_start_date > %(after)s
        ) AS entries
        GROUP BY group_id, counter, cycle_start_date, position, sequence
    """
    given = {"groups": list(group_ids), "after": cycles_after, "from": from_position}
    return [Counted(*row) for row in rows_of(sql, given)]


def groups_of(members: Sequence[tuple[int, int, date]]) -> dict[tuple[int, int, date], tuple[int, str]]:
    """(group id, group number) by (point, account, day); members of no group have no entry. A point's own row wins."""
    sql = """
        SELECT m.point_id, m.account_id, m.day, g.id, g.group_no
        FROM unnest(%s::bigint[], %s::bigint[], %s::date[]) AS m(point_id, account_id, day)
        LEFT JOIN tier_group_member p ON p.point_id = m.point_id AND p.from_date <= m.day
             AND (p.to_date IS NULL OR m.day < p.to_date)
        LEFT JOIN tier_group_member a ON a.account_id = m.account_id AND a.point_id IS NULL AND a.from_date <= m.day
             AND (a.to_date IS NULL OR m.day < a.to_date)
        JOIN tier_group g ON g.id = COALESCE(p.group_id, a.group_id)
    """
    wanted = sorted(set(members))
    columns = [list(column) for column in zip(*wanted, strict=True)] or [[], [], []]
    return {(row[0], row[1], row[2]): (row[3], row[4]) for row in rows_of(sql, columns)}
