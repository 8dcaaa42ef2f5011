"""6 Live spans of a point are disjoint and leave no gap without an event (用量区间不重不漏)."""

from functools import partial

from qingyuan.overviews.verify.finding import Invariant, Statement, run

_SPANS = """
    SELECT l.point_id, l.bill_id, l.from_date, l.to_date,
           lag(l.to_date) OVER (PARTITION BY l.point_id ORDER BY l.from_date, l.to_date, l.bill_id) AS before_date
    FROM bill_live l
"""
_OVERLAP = Statement(
    "bill_live",
    f"""
    SELECT b.bill_no, p.point_no, s.from_date, s.before_date FROM ({_SPANS}) s
    JOIN bill b ON b.id = s.bill_id JOIN service_point p ON p.id = s.point_id
    WHERE s.from_date < s.before_date ORDER BY b.id
    """,
    "point %(point_no)s: begins on %(from_date)s, before the end %(before_date)s of the one before",
)
_GAP = Statement(
    "bill_live",
    f"""
    SELECT b.bill_no, p.point_no, s.before_date, s.from_date FROM ({_SPANS}) s
    JOIN bill b ON b.id = s.bill_id JOIN service_point p ON p.id = s.point_id
    WHERE s.from_date > s.before_date
      AND NOT EXISTS (SELECT 1 FROM installation i WHERE i.point_id = s.point_id
                      AND (i.installed_at::date BETWEEN s.before_date - 1 AND s.from_date + 1
                           OR i.removed_at::date BETWEEN s.before_date - 1 AND s.from_date + 1))
      AND NOT EXISTS (SELECT 1 FROM point_account a WHERE a.point_id = s.point_id
                      AND (a.from_date BETWEEN s.before_date AND s.from_date
                           OR a.to_date BETWEEN s.before_date AND s.from_date))
      AND NOT EXISTS (SELECT 1 FROM consumption c JOIN reading_item r ON r.consumption_id = c.id
                      WHERE c.point_id = s.point_id AND r.state = 'APPROVED'
                        AND c.from_date < s.from_date AND c.to_date > s.before_date)
    ORDER BY b.id
    """,
    "point %(point_no)s: nothing is billed from %(before_date)s to %(from_date)s and no event explains it",
)
_NOT_LIVE = Statement(
    "bill_live",
    """
    SELECT l.bill_id, coalesce(b.bill_no, '') AS bill_no FROM bill_live l LEFT JOIN bill b ON b.id = l.bill_id
    LEFT JOIN bill_reversal r ON r.bill_id = l.bill_id WHERE b.id IS NULL OR r.id IS NOT NULL ORDER BY 1
    """,
    "%(bill_no)s is cancelled or not there",
)
_UNLISTED = Statement(
    "bill",
    """
    SELECT b.bill_no FROM bill b LEFT JOIN bill_live l ON l.bill_id = b.id LEFT JOIN bill_reversal r ON r.bill_id = b.id
    WHERE b.kind IN ('REGULAR', 'FINAL', 'ESTIMATED') AND b.corrects_bill_id IS NULL AND l.bill_id IS NULL
      AND r.id IS NULL ORDER BY b.id
    """,
    "is live but not among the live bills",
)

INVARIANT = Invariant(
    6, "Live spans of a point are disjoint and without gaps", partial(run, (_OVERLAP, _GAP, _NOT_LIVE, _UNLISTED))
)
