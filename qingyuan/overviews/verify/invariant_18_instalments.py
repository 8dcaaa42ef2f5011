"""18 Instalments sum to what was agreed on, over receivables of one account (分期合计 = 协议金额)."""

from functools import partial

from qingyuan.overviews.verify.finding import Invariant, Statement, run

_SUMS = Statement(
    "instalment_plan",
    """
    SELECT p.plan_no, p.amount, coalesce(r.amount, 0) AS instalments, coalesce(i.agreed, 0) AS agreed
    FROM instalment_plan p
    LEFT JOIN (SELECT plan_id, sum(amount) AS amount FROM instalment GROUP BY 1) r ON r.plan_id = p.id
    LEFT JOIN (SELECT plan_id, sum(agreed) AS agreed FROM instalment_item GROUP BY 1) i ON i.plan_id = p.id
    WHERE p.amount <> coalesce(r.amount, 0) OR p.amount <> coalesce(i.agreed, 0) ORDER BY p.id
    """,
    "agreed %(amount)s, instalments %(instalments)s, receivables %(agreed)s",
)
_RECEIVABLES = Statement(
    "instalment_item",
    """
    SELECT p.plan_no, o.label,
           CASE WHEN o.account_id <> p.account_id THEN 'is of another account'
                WHEN i.is_live <> (p.state IN ('REQUESTED', 'AGREED')) THEN 'is not live as its agreement is'
                ELSE 'was reversed' END AS wrong
    FROM instalment_item i JOIN instalment_plan p ON p.id = i.plan_id JOIN open_item o ON o.id = i.open_item_id
    WHERE o.account_id <> p.account_id OR i.is_live <> (p.state IN ('REQUESTED', 'AGREED'))
       OR (i.is_live AND EXISTS (SELECT 1 FROM clearing c WHERE c.open_item_id = o.id AND c.source = 'REVERSAL'
                                 AND c.reverses_id IS NULL))
    ORDER BY i.id
    """,
    "receivable %(label)s %(wrong)s",
)

INVARIANT = Invariant(18, "Instalments sum to what was agreed on", partial(run, (_SUMS, _RECEIVABLES)))
