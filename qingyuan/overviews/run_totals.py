"""What a run comes to beside what was billed before (试算对比): by charge item and usage class, and by reading area."""

from dataclasses import dataclass
from decimal import Decimal
from typing import NamedTuple

from qingyuan.domains.billing.models import BillingRun
from qingyuan.domains.billing.queries.statements import rows_of


class Compared(NamedTuple):
    """The periods that a run is set against, as months; None where these books were not billed in one."""

    before: int | None
    year: int | None


@dataclass(frozen=True, slots=True)
class TotalRow:
    """What a charge item came to for a usage class, in the last period (None: no such) and a year ago."""

    item_name: str
    item_name_en: str
    class_name: str
    class_name_en: str
    volume: Decimal
    amount: Decimal
    amount_before: Decimal | None
    amount_year: Decimal | None

    @property
    def change(self) -> Decimal | None:
        """The change as a share of the period before."""
        return share_of_change(self.amount, self.amount_before)


@dataclass(frozen=True, slots=True)
class AreaRow:
    """What the bills of a reading area came to (name "": books without one), in the last period and a year ago."""

    name: str
    bills: int
    volume: Decimal
    amount: Decimal
    bills_before: int | None
    amount_before: Decimal | None
    amount_year: Decimal | None

    @property
    def change(self) -> Decimal | None:
        """The change as a share of the period before."""
        return share_of_change(self.amount, self.amount_before)


@dataclass(frozen=True, slots=True)
class RunTotals:
    """Both tables of a run, and the months they are set against."""

    by_class: tuple[TotalRow, ...]
    by_area: tuple[AreaRow, ...]
    compared: Compared


def share_of_change(now: Decimal, before: Decimal | None) -> Decimal | None:
    """(now − before) / before; None where nothing was before."""
    return (now - before) / before if before else None


_CLASSES = """
    WITH lines AS (
        SELECT l->>0 AS item, l->>11 AS plan, sum(r.bills * (l->>3)::numeric) AS volume,
               sum(r.bills * (l->>6)::numeric) AS amount
        FROM (SELECT chunk_no, pricing_no, count(*) AS bills FROM run_item
              WHERE run_id = %(run)s AND state IN ('CALCULATED', 'HELD') GROUP BY 1, 2) AS r
        JOIN run_pricing k ON k.run_id = %(run)s AND k.chunk_no = r.chunk_no AND k.pricing_no = r.pricing_no
        CROSS JOIN LATERAL jsonb_array_elements(k.lines::jsonb) AS l GROUP BY 1, 2),
    earlier AS (
        SELECT ci.code AS item, pl.code AS plan, sum(bl.amount) FILTER (WHERE o.period_id = %(before)s) AS before,
               sum(bl.amount) FILTER (WHERE o.period_id = %(year)s) AS year
        FROM billing_run o JOIN bill b ON b.run_id = o.id
        JOIN bill_line bl ON bl.bill_id = b.id JOIN charge_item ci ON ci.id = bl.charge_item_id
        LEFT JOIN price_version v ON v.id = bl.price_version_id LEFT JOIN price_plan pl ON pl.id = v.plan_id
        WHERE o.company_id = %(company)s AND o.period_id IN (%(before)s, %(year)s) AND o.state = 'ISSUED'
          AND b.book_id IN (SELECT DISTINCT book_id FROM run_item WHERE run_id = %(run)s)
          AND NOT EXISTS (SELECT 1 FROM bill_reversal x WHERE x.bill_id = b.id)
        GROUP BY 1, 2),
    pairs AS (
        SELECT COALESCE(l.item, p.item) AS item, COALESCE(l.plan, p.plan) AS plan, l.volume, l.amount, p.before, p.year
        FROM lines l FULL JOIN earlier p ON p.item = l.item AND p.plan = l.plan),
    classes AS (
        SELECT pl.code AS plan, min(u.name) AS name, min(COALESCE(NULLIF(u.name_en, ''), u.name)) AS name_en,
               min(u.position) AS position
        FROM price_plan pl JOIN plan_assignment a ON a.plan_id = pl.id JOIN usage_class u ON u.id = a.usage_class_id
        WHERE pl.company_id = %(company)s GROUP BY pl.code)
    SELECT COALESCE(ci.name, pairs.item), COALESCE(NULLIF(ci.name_en, ''), ci.name, pairs.item),
           COALESCE(c.name, pairs.plan, ''), COALESCE(c.name_en, pairs.plan, ''),
           COALESCE(sum(pairs.volume), 0), COALESCE(sum(pairs.amount), 0), sum(pairs.before), sum(pairs.year)
    FROM pairs LEFT JOIN charge_item ci ON ci.company_id = %(company)s AND ci.code = pairs.item
    LEFT JOIN classes c ON c.plan = pairs.plan
    GROUP BY 1, 2, 3, 4 ORDER BY min(COALESCE(ci.position, 999)), min(COALESCE(c.position, 999)), 1, 3
"""
_AREAS = """
    WITH books AS (
        SELECT book_id, count(*) AS bills, sum(volume) AS volume, sum(amount) AS amount FROM run_item
        WHERE run_id = %(run)s AND state IN ('CALCULATED', 'HELD') GROUP BY 1),
    earlier AS (
        SELECT b.book_id, count(*) FILTER (WHERE o.period_id = %(before)s) AS bills,
               sum(b.amount) FILTER (WHERE o.period_id = %(before)s) AS before,
               sum(b.amount) FILTER (WHERE o.period_id = %(year)s) AS year
        FROM billing_run o JOIN bill b ON b.run_id = o.id
        WHERE o.company_id = %(company)s AND o.period_id IN (%(before)s, %(year)s) AND o.state = 'ISSUED'
          AND b.book_id IN (SELECT DISTINCT book_id FROM run_item WHERE run_id = %(run)s)
          AND NOT EXISTS (SELECT 1 FROM bill_reversal x WHERE x.bill_id = b.id)
        GROUP BY 1)
    SELECT COALESCE(area.name, ''), COALESCE(sum(n.bills), 0)::int, COALESCE(sum(n.volume), 0), COALESCE(sum(n.amount), 0),
           sum(p.bills)::int, sum(p.before), sum(p.year)
    FROM books n FULL JOIN earlier p ON p.book_id = n.book_id
    JOIN book ON book.id = COALESCE(n.book_id, p.book_id) LEFT JOIN reading_area area ON area.id = book.area_id
    GROUP BY area.id ORDER BY min(area.code) NULLS LAST
"""
_EARLIER = """
    SELECT p.id, p.yyyymm FROM reading_period p
    WHERE p.company_id = %s AND (p.yyyymm, p.round_no) < (%s, %s) AND (%s OR p.yyyymm = %s)
      AND EXISTS (SELECT 1 FROM billing_run o JOIN bill b ON b.run_id = o.id
                  WHERE o.period_id = p.id AND o.state = 'ISSUED'
                    AND b.book_id IN (SELECT DISTINCT book_id FROM run_item WHERE run_id = %s))
    ORDER BY p.yyyymm DESC, p.round_no DESC LIMIT 1
"""


def run_totals(run_id: int) -> RunTotals:
    """Totals of a run, held bills included, beside the last period in which these books were billed and the same month a year
    ago. Cancelled bills do not count.
    """
    run = BillingRun.objects.select_related("period").get(pk=run_id)
    month, round_no = run.yyyymm, run.round_no
    before = rows_of(_EARLIER, [run.company_id, month, round_no, True, 0, run_id])
    year = rows_of(_EARLIER, [run.company_id, month, round_no, False, month - 100, run_id])
    given = {
        "run": run_id,
        "company": run.company_id,
        "before": before[0][0] if before else None,
        "year": year[0][0] if year else None,
    }
    return RunTotals(
        tuple(TotalRow(*row) for row in rows_of(_CLASSES, given)),
        tuple(AreaRow(*row) for row in rows_of(_AREAS, given)),
        Compared(before[0][1] if before else None, year[0][1] if year else None),
    )
