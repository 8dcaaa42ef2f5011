"""17 Payment: Σ tenders − change = received = Σ parts (收款三栏相等)."""

from functools import partial

from qingyuan.overviews.verify.finding import Invariant, Statement, run

_SUMS = Statement(
    "payment",
    """
    SELECT p.payment_no, coalesce(t.amount, 0) AS tenders, p.change_given AS change, p.received,
           coalesce(s.amount, 0) AS parts
    FROM payment p
    LEFT JOIN (SELECT payment_id, sum(amount) AS amount FROM payment_tender GROUP BY 1) t ON t.payment_id = p.id
    LEFT JOIN (SELECT payment_id, sum(amount) AS amount FROM payment_part GROUP BY 1) s ON s.payment_id = p.id
    WHERE coalesce(t.amount, 0) - p.change_given <> p.received OR p.received <> coalesce(s.amount, 0)
       OR p.tendered <> coalesce(t.amount, 0) ORDER BY p.id
    """,
    "tenders %(tenders)s less change %(change)s, received %(received)s, parts %(parts)s",
)

INVARIANT = Invariant(17, "Tenders less change equal the received and the parts", partial(run, (_SUMS,)))
