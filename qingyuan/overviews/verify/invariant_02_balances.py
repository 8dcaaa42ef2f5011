"""2 Stored balances = Σ movements (余额 = 明细合计)."""

from functools import partial

from qingyuan.overviews.verify.finding import Invariant, Statement, run

_PREPAYMENT = Statement(
    "prepayment",
    """
    SELECT p.id, p.balance, coalesce(m.amount, 0) AS moved FROM prepayment p
    LEFT JOIN (SELECT prepayment_id, sum(amount) AS amount FROM prepayment_movement GROUP BY 1) m
      ON m.prepayment_id = p.id
    WHERE p.balance <> coalesce(m.amount, 0) ORDER BY p.id
    """,
    "balance %(balance)s, movements %(moved)s",
)
_ACCOUNT = Statement(
    "account_balance",
    """
    SELECT a.account_no, b.owed, coalesce(o.owed, 0) AS true_owed, b.prepaid, coalesce(p.prepaid, 0) AS true_prepaid
    FROM account a
    LEFT JOIN account_balance b ON b.account_id = a.id
    LEFT JOIN (SELECT account_id, sum(outstanding) AS owed, min(due_date) AS due, count(*) AS items
               FROM open_item WHERE outstanding > 0 GROUP BY 1) o ON o.account_id = a.id
    LEFT JOIN (SELECT account_id, sum(balance) AS prepaid FROM prepayment GROUP BY 1) p ON p.account_id = a.id
    WHERE (coalesce(b.owed, 0), coalesce(b.open_count, 0), coalesce(b.prepaid, 0))
              <> (coalesce(o.owed, 0), coalesce(o.items, 0), coalesce(p.prepaid, 0))
       OR b.oldest_due_date IS DISTINCT FROM o.due
    ORDER BY a.account_no
    """,
    "owed %(owed)s (items: %(true_owed)s), prepaid %(prepaid)s (prepayments: %(true_prepaid)s)",
)

INVARIANT = Invariant(2, "Stored balances equal the sum of their movements", partial(run, (_PREPAYMENT, _ACCOUNT)))
