"""8 Numbers of our own forms are used once and without gaps (自编票号不重不断)."""

from functools import partial

from qingyuan.overviews.verify.finding import Invariant, Statement, run

_TWICE = Statement(
    "receipt",
    """
    SELECT min(receipt_no) AS receipt_no, u.code AS unit, form_type, number, count(*) AS times
    FROM receipt r JOIN org_unit u ON u.id = r.unit_id
    GROUP BY u.code, r.unit_id, form_type, number HAVING count(*) > 1 ORDER BY 1
    """,
    "number %(number)s of %(form_type)s at %(unit)s was used %(times)s times",
)
_SAME_TEXT = Statement(
    "receipt",
    "SELECT receipt_no, count(*) AS times FROM receipt GROUP BY receipt_no HAVING count(*) > 1 ORDER BY 1",
    "was printed on %(times)s receipts",
)
_GAPS = Statement(
    "receipt",
    """
    SELECT receipt_no, unit, form_type, before + 1 AS first_missing, number - 1 AS last_missing FROM (
        SELECT r.receipt_no, u.code AS unit, r.form_type, r.number,
               lag(r.number) OVER (PARTITION BY r.unit_id, r.form_type ORDER BY r.number) AS before
        FROM receipt r JOIN org_unit u ON u.id = r.unit_id) AS numbered
    WHERE number > before + 1 ORDER BY receipt_no
    """,
    "numbers %(first_missing)s to %(last_missing)s of %(form_type)s at %(unit)s before it are missing",
)

INVARIANT = Invariant(8, "Receipt numbers are used once, without gaps", partial(run, (_TWICE, _SAME_TEXT, _GAPS)))
