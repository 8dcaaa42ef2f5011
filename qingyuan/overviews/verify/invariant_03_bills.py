"""3 Bill = Σ lines (帐单 = 明细合计)."""

from functools import partial

from qingyuan.overviews.verify.finding import Invariant, Statement, run

_SUMS = Statement(
    "bill",
    """
    SELECT b.bill_no, b.amount, coalesce(l.amount, 0) AS lines, b.tax_amount, coalesce(l.tax, 0) AS tax_lines
    FROM bill b
    LEFT JOIN (SELECT bill_id, sum(amount) AS amount, sum(tax_amount) AS tax FROM bill_line GROUP BY 1) l
      ON l.bill_id = b.id
    WHERE b.amount <> coalesce(l.amount, 0) OR b.tax_amount <> coalesce(l.tax, 0) ORDER BY b.id
    """,
    "amount %(amount)s, lines %(lines)s; tax %(tax_amount)s, lines %(tax_lines)s",
)
_ORPHANS = Statement(
    "bill_line",
    "SELECT l.bill_id, l.position FROM bill_line l LEFT JOIN bill b ON b.id = l.bill_id WHERE b.id IS NULL ORDER BY 1, 2",
    "line %(position)s belongs to no bill",
)
_POSTED = Statement(
    "bill",
    """
    SELECT b.bill_no, b.amount, coalesce(o.amount, -c.amount) AS posted FROM bill b
    LEFT JOIN open_item o ON o.bill_id = b.id LEFT JOIN credit_note c ON c.bill_id = b.id
    WHERE b.amount <> coalesce(o.amount, -c.amount, 0) ORDER BY b.id
    """,
    "amount %(amount)s, posted %(posted)s",
)

INVARIANT = Invariant(3, "A bill equals the sum of its lines", partial(run, (_SUMS, _ORPHANS, _POSTED)))
