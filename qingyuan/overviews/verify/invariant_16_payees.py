"""16 Collected per payee item = Σ its clearings = its account (各费用项目实收 = 核销 = 科目)."""

from functools import partial

from qingyuan.overviews.verify.finding import Invariant, Statement, run

_COLLECTED = Statement(
    "clearing",
    """
    WITH cleared AS (
        SELECT company_id, charge_item_id, sum(amount) AS amount FROM clearing
        WHERE source IN ('PAYMENT', 'PREPAYMENT') GROUP BY 1, 2),
    booked AS (
        SELECT j.company_id, e.charge_item_id, -sum(e.amount) AS amount FROM entry e
        JOIN journal j ON j.id = e.journal_id JOIN chart_account a ON a.id = e.chart_account_id
        WHERE a.role = 'RECEIVABLE'
          AND j.kind IN ('PAYMENT', 'PAYMENT_VOID', 'AUTO_OFFSET', 'OFFSET_UNDONE', 'MONEY_RETURNED') GROUP BY 1, 2)
    SELECT i.code, u.code AS company, coalesce(c.amount, 0) AS cleared, coalesce(b.amount, 0) AS booked
    FROM cleared c FULL JOIN booked b ON b.company_id = c.company_id AND b.charge_item_id = c.charge_item_id
    LEFT JOIN charge_item i ON i.id = coalesce(c.charge_item_id, b.charge_item_id)
    LEFT JOIN org_unit u ON u.id = coalesce(c.company_id, b.company_id)
    WHERE coalesce(c.amount, 0) <> coalesce(b.amount, 0) ORDER BY 1
    """,
    "company %(company)s: clearings %(cleared)s, booked as collected %(booked)s",
)
_CHARGED = Statement(
    "chart_account",
    """
    WITH reversed AS (SELECT DISTINCT company_id, open_item_id FROM clearing WHERE source = 'REVERSAL'),
    charged AS (
        SELECT o.company_id, p.charge_item_id, p.amount FROM open_item_part p JOIN open_item o ON o.id = p.open_item_id
        UNION ALL
        SELECT o.company_id, n.into_charge_id, n.amount FROM open_item_netting n JOIN open_item o ON o.id = n.open_item_id
        UNION ALL
        SELECT o.company_id, n.from_charge_id, -n.amount FROM open_item_netting n JOIN open_item o ON o.id = n.open_item_id
        UNION ALL
        SELECT company_id, charge_item_id, -amount FROM clearing WHERE source = 'REVERSAL'
        UNION ALL
        SELECT r.company_id, n.into_charge_id, -n.amount FROM open_item_netting n
        JOIN reversed r ON r.open_item_id = n.open_item_id
        UNION ALL
        SELECT r.company_id, n.from_charge_id, n.amount FROM open_item_netting n
        JOIN reversed r ON r.open_item_id = n.open_item_id
        UNION ALL
        SELECT c.company_id, p.charge_item_id, -p.amount FROM credit_note_part p JOIN credit_note c ON c.id = p.credit_note_id
        WHERE NOT EXISTS (SELECT 1 FROM credit_note_reversal r WHERE r.credit_note_id = c.id)),
    summed AS (SELECT company_id, charge_item_id, sum(amount) AS amount FROM charged GROUP BY 1, 2),
    booked AS (
        SELECT a.company_id, e.charge_item_id, -sum(e.amount) AS amount FROM entry e
        JOIN chart_account a ON a.id = e.chart_account_id
        WHERE a.role IN ('REVENUE', 'PAYABLE', 'RELIEF_PAYER') GROUP BY 1, 2)
    SELECT i.code, u.code AS company, coalesce(s.amount, 0) AS charged, coalesce(b.amount, 0) AS booked
    FROM summed s FULL JOIN booked b ON b.company_id = s.company_id AND b.charge_item_id = s.charge_item_id
    LEFT JOIN charge_item i ON i.id = coalesce(s.charge_item_id, b.charge_item_id)
    LEFT JOIN org_unit u ON u.id = coalesce(s.company_id, b.company_id)
    WHERE coalesce(s.amount, 0) <> coalesce(b.amount, 0) ORDER BY 1
    """,
    "company %(company)s: charged %(charged)s, booked %(booked)s",
)

INVARIANT = Invariant(
    16, "Collected per charge item equals its clearings and account", partial(run, (_COLLECTED, _CHARGED))
)
