"""15 Usage shares of a point cover its volume exactly (用水性质组成不重不漏)."""

from functools import partial

from qingyuan.overviews.verify.finding import Invariant, Statement, run

_FACTS = Statement(
    "usage_share",
    """
    SELECT p.point_no, d.day, count(s.id) AS shares, count(s.id) FILTER (WHERE s.kind = 'REMAINDER') AS remainders
    FROM (SELECT DISTINCT point_id, from_date AS day FROM usage_share) d
    JOIN service_point p ON p.id = d.point_id
    JOIN usage_share s ON s.point_id = d.point_id AND s.from_date <= d.day AND (s.to_date IS NULL OR d.day < s.to_date)
    GROUP BY p.point_no, d.day
    HAVING count(s.id) FILTER (WHERE s.kind = 'REMAINDER') > 1
        OR (count(s.id) FILTER (WHERE s.kind = 'REMAINDER') = 0
            AND sum(s.value) FILTER (WHERE s.kind = 'RATIO') IS DISTINCT FROM 1)
        OR sum(s.value) FILTER (WHERE s.kind = 'RATIO') > 1
    ORDER BY 1, 2
    """,
    "from %(day)s on: %(shares)s shares, %(remainders)s of them take the rest",
)
# An item that is charged by volume in every class of the bill is charged on the whole volume, no more and no less.
_BILLS = Statement(
    "bill",
    """
    WITH priced AS (
        SELECT l.bill_id, l.charge_item_id, sum(l.metered_volume) AS volume, count(DISTINCT l.usage_class_id) AS classes
        FROM bill_line l WHERE l.kind IN ('tier', 'flat') AND l.metered_volume IS NOT NULL GROUP BY 1, 2),
    classes AS (
        SELECT bill_id, count(DISTINCT usage_class_id) AS classes FROM bill_line
        WHERE kind IN ('tier', 'flat') GROUP BY 1 HAVING count(DISTINCT usage_class_id) > 1)
    SELECT b.bill_no, i.code AS charge, b.volume, p.volume AS charged
    FROM classes c JOIN priced p ON p.bill_id = c.bill_id AND p.classes = c.classes
    JOIN bill b ON b.id = c.bill_id JOIN charge_item i ON i.id = p.charge_item_id
    WHERE p.volume <> b.volume AND b.corrects_bill_id IS NULL ORDER BY b.id
    """,
    "%(charge)s is charged on %(charged)s of %(volume)s",
)

INVARIANT = Invariant(15, "Usage shares cover the volume exactly", partial(run, (_FACTS, _BILLS)))
