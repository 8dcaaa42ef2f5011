"""Tier use in the database (阶梯已用量): what stands in the entries of some groups."""

from collections.abc import Sequence
from datetime import date

from qingyuan.domains.billing.queries.statements import rows_of
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
    return list(map(Counted._make, rows_of(sql, given)))
