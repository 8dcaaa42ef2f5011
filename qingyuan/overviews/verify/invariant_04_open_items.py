"""4 Each part of an open item: outstanding = amount − Σ clearings ≥ 0 (应收未收 = 应收 − 核销)."""

from functools import partial

from qingyuan.overviews.verify.finding import Invariant, Statement, run

_ITEMS = Statement(
    "open_item",
    """
    SELECT o.label, o.amount, o.outstanding, coalesce(c.amount, 0) AS cleared FROM open_item o
    LEFT JOIN (SELECT open_item_id, sum(amount) AS amount FROM clearing GROUP BY 1) c ON c.open_item_id = o.id
    WHERE o.outstanding <> o.amount - coalesce(c.amount, 0) OR o.outstanding < 0 ORDER BY o.id
    """,
    "amount %(amount)s, cleared %(cleared)s, outstanding %(outstanding)s",
)
_PARTS = Statement(
    "open_item",
    """
    SELECT o.label, o.amount, coalesce(p.amount, 0) AS parts FROM open_item o
    LEFT JOIN (SELECT open_item_id, sum(amount) AS amount FROM open_item_part GROUP BY 1) p ON p.open_item_id = o.id
    WHERE o.amount <> coalesce(p.amount, 0) ORDER BY o.id
    """,
    "amount %(amount)s, parts %(parts)s",
)
_OVER = Statement(
    "clearing",
    """
    SELECT o.label, i.code AS charge, c.amount AS cleared, coalesce(p.amount, 0) AS part
    FROM (SELECT open_item_id, charge_item_id, sum(amount) AS amount FROM clearing GROUP BY 1, 2) c
    LEFT JOIN open_item_part p ON p.open_item_id = c.open_item_id AND p.charge_item_id = c.charge_item_id
    LEFT JOIN open_item o ON o.id = c.open_item_id LEFT JOIN charge_item i ON i.id = c.charge_item_id
    WHERE p.open_item_id IS NULL OR c.amount > p.amount OR c.amount < 0 ORDER BY c.open_item_id
    """,
    "%(charge)s: cleared %(cleared)s of a part of %(part)s",
)

INVARIANT = Invariant(4, "Open items: outstanding is amount less clearings", partial(run, (_ITEMS, _PARTS, _OVER)))
