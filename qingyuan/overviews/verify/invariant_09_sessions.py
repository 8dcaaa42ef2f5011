"""9 Session totals = payments (班次合计 = 收款)."""

from functools import partial

from qingyuan.overviews.verify.finding import Invariant, Statement, run

_TOTALS = Statement(
    "cash_session",
    """
    WITH taken AS (
        SELECT p.session_id, sum(t.amount) AS cash FROM payment p JOIN payment_tender t ON t.payment_id = p.id
        LEFT JOIN payment_void v ON v.payment_id = p.id WHERE t.kind = 'CASH' AND v.id IS NULL GROUP BY 1),
    given AS (
        SELECT p.session_id, sum(p.change_given) AS change FROM payment p
        LEFT JOIN payment_void v ON v.payment_id = p.id WHERE v.id IS NULL GROUP BY 1)
    SELECT s.session_no, s.expected_cash AS expected, s.counted_cash AS counted, s.over_short,
           s.float_amount + coalesce(t.cash, 0) - coalesce(g.change, 0) AS payments
    FROM cash_session s LEFT JOIN taken t ON t.session_id = s.id LEFT JOIN given g ON g.session_id = s.id
    WHERE s.state <> 'OPEN'
      AND (s.expected_cash <> s.float_amount + coalesce(t.cash, 0) - coalesce(g.change, 0)
           OR s.over_short <> s.counted_cash - s.expected_cash)
    ORDER BY s.id
    """,
    "expected %(expected)s, float and payments %(payments)s; counted %(counted)s, over/short %(over_short)s",
)
_COUNTS = Statement(
    "cash_session",
    """
    SELECT s.session_no, s.counted_cash AS counted, sum(c.face_value * c.pieces) AS pieces
    FROM cash_session s JOIN cash_count c ON c.session_id = s.id
    GROUP BY s.id HAVING s.counted_cash <> sum(c.face_value * c.pieces) ORDER BY s.id
    """,
    "counted %(counted)s, notes and coins %(pieces)s",
)

INVARIANT = Invariant(9, "Session totals equal their payments", partial(run, (_TOTALS, _COUNTS)))
