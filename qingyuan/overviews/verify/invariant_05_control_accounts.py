"""5 Σ open items = receivable account; Σ prepayments = prepayment account (明细帐 = 总帐)."""

from functools import partial

from qingyuan.overviews.verify.finding import Invariant, Statement, run

_RECEIVABLE = Statement(
    "chart_account",
    """
    WITH owed AS (
        SELECT o.company_id, p.charge_item_id, sum(p.amount) AS amount
        FROM open_item_part p JOIN open_item o ON o.id = p.open_item_id GROUP BY 1, 2),
    cleared AS (SELECT company_id, charge_item_id, sum(amount) AS amount FROM clearing GROUP BY 1, 2),
    open AS (
        SELECT coalesce(o.company_id, c.company_id) AS company_id, coalesce(o.charge_item_id, c.charge_item_id) AS charge,
               coalesce(o.amount, 0) - coalesce(c.amount, 0) AS amount
        FROM owed o FULL JOIN cleared c ON c.company_id = o.company_id AND c.charge_item_id = o.charge_item_id),
    booked AS (
        SELECT a.company_id, e.charge_item_id AS charge, sum(e.amount) AS amount
        FROM entry e JOIN chart_account a ON a.id = e.chart_account_id WHERE a.role = 'RECEIVABLE' GROUP BY 1, 2)
    SELECT u.code, i.code AS charge, coalesce(o.amount, 0) AS items, coalesce(b.amount, 0) AS account
    FROM open o FULL JOIN booked b ON b.company_id = o.company_id AND b.charge IS NOT DISTINCT FROM o.charge
    LEFT JOIN org_unit u ON u.id = coalesce(o.company_id, b.company_id)
    LEFT JOIN charge_item i ON i.id = coalesce(o.charge, b.charge)
    WHERE coalesce(o.amount, 0) <> coalesce(b.amount, 0) ORDER BY 1, 2
    """,
    "receivable of %(charge)s: open items %(items)s, account %(account)s",
)
_PREPAYMENT = Statement(
    "chart_account",
    """
    WITH held AS (SELECT company_id, sum(balance) AS amount FROM prepayment GROUP BY 1),
    booked AS (
        SELECT a.company_id, -sum(e.amount) AS amount
        FROM entry e JOIN chart_account a ON a.id = e.chart_account_id WHERE a.role = 'PREPAYMENT' GROUP BY 1)
    SELECT u.code, coalesce(h.amount, 0) AS held, coalesce(b.amount, 0) AS account
    FROM held h FULL JOIN booked b ON b.company_id = h.company_id
    LEFT JOIN org_unit u ON u.id = coalesce(h.company_id, b.company_id)
    WHERE coalesce(h.amount, 0) <> coalesce(b.amount, 0) ORDER BY 1
    """,
    "prepayments %(held)s, account %(account)s",
)

INVARIANT = Invariant(5, "Open items and prepayments equal their accounts", partial(run, (_RECEIVABLE, _PREPAYMENT)))
