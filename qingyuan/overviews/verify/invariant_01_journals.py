"""1 Journals sum to zero and stay in one company (凭证借贷平衡)."""

from functools import partial

from qingyuan.overviews.verify.finding import Invariant, Statement, run

_UNBALANCED = Statement(
    "journal",
    """
    SELECT j.id, coalesce(sum(e.amount), 0) AS sum, count(e.id) AS entries
    FROM journal j LEFT JOIN entry e ON e.journal_id = j.id
    GROUP BY j.id HAVING coalesce(sum(e.amount), 0) <> 0 OR count(e.id) < 2 ORDER BY j.id
    """,
    "sums to %(sum)s over %(entries)s entries",
)
_FOREIGN = Statement(
    "entry",
    """
    SELECT e.id, j.id AS journal FROM entry e
    JOIN journal j ON j.id = e.journal_id JOIN chart_account a ON a.id = e.chart_account_id
    WHERE a.company_id <> j.company_id ORDER BY e.id
    """,
    "of journal %(journal)s is on another company's account",
)
_MISPLACED = Statement(
    "journal",
    """
    SELECT j.id, j.posting_date, p.yyyymm FROM journal j JOIN accounting_period p ON p.id = j.period_id
    WHERE p.company_id <> j.company_id
       OR p.yyyymm <> extract(year FROM j.posting_date) * 100 + extract(month FROM j.posting_date) ORDER BY j.id
    """,
    "posted on %(posting_date)s stands in period %(yyyymm)s",
)

INVARIANT = Invariant(1, "Journals sum to zero", partial(run, (_UNBALANCED, _FOREIGN, _MISPLACED)))
