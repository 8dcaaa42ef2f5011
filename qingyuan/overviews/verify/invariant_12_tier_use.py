"""12 TierEntry(BILL) = Σ counted volume of live bills (阶梯用量 = 有效帐单计入水量)."""

from functools import partial

from qingyuan.overviews.verify.finding import Invariant, Statement, run

_BILLS = Statement(
    "tier_entry",
    """
    WITH counted AS (
        SELECT b.id, CASE WHEN r.id IS NULL THEN coalesce(l.volume, 0) ELSE 0 END AS volume FROM bill b
        LEFT JOIN bill_reversal r ON r.bill_id = b.id
        LEFT JOIN (SELECT bill_id, sum(metered_volume) AS volume FROM bill_line WHERE counts GROUP BY 1) l
          ON l.bill_id = b.id),
    entered AS (SELECT bill_id, sum(volume) AS volume FROM tier_entry WHERE source = 'BILL' GROUP BY 1)
    SELECT coalesce(b.bill_no, e.bill_id::text) AS bill_no, coalesce(e.volume, 0) AS entries, coalesce(c.volume, 0) AS lines
    FROM counted c FULL JOIN entered e ON e.bill_id = c.id LEFT JOIN bill b ON b.id = coalesce(c.id, e.bill_id)
    WHERE coalesce(c.volume, 0) <> coalesce(e.volume, 0) ORDER BY 1
    """,
    "bill counts %(lines)s, its entries %(entries)s",
)
_NEGATIVE = Statement(
    "tier_entry",
    """
    SELECT g.group_no, t.counter, t.cycle_start_date AS cycle, sum(t.volume) AS volume FROM tier_entry t
    JOIN tier_group g ON g.id = t.group_id
    GROUP BY g.group_no, t.counter, t.cycle_start_date HAVING sum(t.volume) < 0 ORDER BY 1
    """,
    "%(counter)s from %(cycle)s on comes to %(volume)s",
)

INVARIANT = Invariant(12, "Tier use equals the volume counted by live bills", partial(run, (_BILLS, _NEGATIVE)))
